/** What the engine asks of the world (contract section 4), as one closed union. Every command carries when it ends and why it was given. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual, DeviceKey } from './city.ts'
import type { Reason } from './incident.ts'
import type { RoundStop } from './round.ts'

interface CommandBase {
  /** ULID; in lockstep made from `now`, world, step and index. */
  readonly id: string
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly expires: EpochMs
  readonly reason: Reason
}

export interface TaskOrder {
  readonly id: string
  readonly kind: string
  readonly title: Bilingual
  readonly where: { readonly at: LonLat; readonly text: Bilingual }
  readonly window: { readonly from: EpochMs; readonly until: EpochMs }
  readonly steps: readonly Bilingual[]
  readonly kit: readonly string[]
  readonly priority: 1 | 2 | 3
  readonly service_s: number
  readonly eta: EpochMs
  readonly route: readonly LonLat[]
  /** Of a round, in driving order; the same task again with other stops is a new order of them. */
  readonly stops?: readonly TaskStop[]
}

export type TaskStop = Pick<RoundStop, 'id' | 'kind' | 'ref' | 'name' | 'at' | 'service_s'> & { readonly route: readonly LonLat[] }

export type Command = CommandBase &
  (
    | { readonly kind: 'signal.phase'; readonly phase: number; readonly hold_s: number }
    | {
        readonly kind: 'signal.plan'
        readonly cycle_s: number
        readonly offset_s: number
        readonly splits: readonly { readonly phase: number; readonly green_s: number }[]
      }
    | { readonly kind: 'signal.preempt'; readonly phase: number; readonly until: EpochMs }
    | { readonly kind: 'drain.setting'; readonly setting: number }
    /** Turn to a preset of the city's description; home again when it expires. */
    | { readonly kind: 'camera.preset'; readonly preset: string }
    | { readonly kind: 'crew.task'; readonly task: TaskOrder }
    | { readonly kind: 'crew.recall'; readonly task: string; readonly text: string; readonly text_zh: string }
    | {
        readonly kind: 'task.conflict'
        readonly task: string | null
        readonly press: string
        readonly text: string
        readonly text_zh: string
      }
    /** `at`: where to wait, of a crew that is asked to stand by elsewhere. */
    | { readonly kind: 'notice'; readonly text: string; readonly text_zh: string; readonly to: string; readonly at?: LonLat }
  )

export type CommandKind = Command['kind']

/** A command before `act` has given it id, time and expiry. */
export type CommandBody = Command extends infer C
  ? C extends Command
    ? Omit<C, 'id' | 'device' | 'ts' | 'expires' | 'reason'>
    : never
  : never

export type CommandStatus = 'issued' | 'retried' | 'accepted' | 'done' | 'rejected' | 'expired' | 'given_up'
