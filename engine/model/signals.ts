/** How signals are to be controlled: which controller, and how often it decides. */
export const SIGNAL_CONTROLLERS = [
  'planner',
  'fixed',
  'webster',
  'actuated',
  'coordinated',
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
  /** People in a bus that is late; 0 gives buses no priority. */
  readonly bus_persons: number
  /** Who has called to cross waits no longer. */
  readonly ped_wait_s_max: number
  /** A vehicle that comes along an arterial counts for so many more; 0 leaves waves to the neighbours' plans. */
  readonly wave_weight: number
  /** The road through a low point that is certainly under water gets no more release; a person can close any road by hand. */
  readonly close_flooded: boolean
  /** Districts that hold more than they can move are metered at their border. */
  readonly perimeter: boolean
}

export const DEFAULT_PRIORITY: PrioritySettings = {
  corridor: true,
  bus_persons: 30,
  ped_wait_s_max: 90,
  wave_weight: 0,
  close_flooded: false,
  perimeter: false,
}

export const prioritySettings = ({ priority }: SignalSettings): PrioritySettings => ({ ...DEFAULT_PRIORITY, ...priority })

/** The planner needs a decision every second or so; what a drill of ten-second steps needs is measured before it becomes the default. */
export const DEFAULT_SIGNALS: SignalSettings = { controller: 'max_pressure', decision_s: 1 }
