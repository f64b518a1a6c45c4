/** How signals are to be controlled: which controller, and how often it decides. */
export const SIGNAL_CONTROLLERS = [
  'planner',
  'fixed',
  'webster',
  'actuated',
  'max_pressure',
  'efficient_max_pressure',
  'advanced_max_pressure',
] as const
export type SignalControllerName = (typeof SIGNAL_CONTROLLERS)[number]

export interface SignalSettings {
  readonly controller: SignalControllerName
  /** Seconds between two decisions of one junction; the published comparisons take 15. */
  readonly decision_s: number
}

/** The planner needs a decision every second or so; what a drill of ten-second steps needs is measured before it becomes the default. */
export const DEFAULT_SIGNALS: SignalSettings = { controller: 'max_pressure', decision_s: 1 }
