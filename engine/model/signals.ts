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

/** Ours, as often as the detectors report. */
export const DEFAULT_SIGNALS: SignalSettings = { controller: 'planner', decision_s: 1 }
