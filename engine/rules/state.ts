/** What rules remember between two steps: the rule values themselves, who is raised or on the way, when to look again, and what windows need. */
import type { Deadlines } from '../base/deadlines.ts'
import { createDeadlines } from '../base/deadlines.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Reason } from '../model/incident.ts'
import type { Rule } from '../model/rule.ts'
import type { Alarm } from './alarm.ts'
import type { Memory } from './hysteresis.ts'
import { createPasts, type Pasts } from './windows.ts'

/** A rule at one device that is raised or waits to change. */
export interface Instance {
  readonly rule: string
  readonly device: DeviceKey
  readonly memory: Memory
  /** Why it was raised; null while it is not. */
  readonly reason: Reason | null
  /** Only while it is raised, and only for rules with suppressions or severity steps. */
  readonly alarm?: Alarm
}

export interface RulesState {
  /** In force, in the order of the files. */
  rules: readonly Rule[]
  /** By `<rule> <device>`; pairs at rest have no entry. */
  readonly instances: Map<string, Instance>
  /** Keys of raised instances whose rule has actions: these are proposed again at every step, so that they outlive their expiry. */
  readonly acting: Set<string>
  readonly timers: Deadlines
  readonly pasts: Pasts
}

export const createRules = (): RulesState => ({
  rules: [],
  instances: new Map(),
  acting: new Set(),
  timers: createDeadlines(),
  pasts: createPasts(),
})
