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
  /** Who goes before others; unless given as in `DEFAULT_PRIORITY`. */
  readonly priority?: Partial<PrioritySettings>
}

export interface PrioritySettings {
  /** Signals on the way of a crew with an urgent task are cleared for it. */
  readonly corridor: boolean
}

export const DEFAULT_PRIORITY: PrioritySettings = { corridor: true }

export const prioritySettings = ({ priority }: SignalSettings): PrioritySettings => ({ ...DEFAULT_PRIORITY, ...priority })

/** The planner needs a decision every second or so; what a drill of ten-second steps needs is measured before it becomes the default. */
export const DEFAULT_SIGNALS: SignalSettings = { controller: 'max_pressure', decision_s: 1 }
