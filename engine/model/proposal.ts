/** What a domain or a rule would like to happen. `incidents` joins signals, `act` guards commands; nothing else reaches the world. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from './city.ts'
import type { CommandBody } from './command.ts'
import type { Reason } from './incident.ts'
import type { PlannedRound } from './round.ts'
import type { IncidentTemplate } from './rule.ts'
import type { Severity } from './severity.ts'

export type Proposal =
  /** Something is wrong there; the same `key` is the same signal, `active: false` says it has passed. */
  | {
      readonly kind: 'signal'
      readonly key: string
      readonly active: boolean
      readonly template: IncidentTemplate
      readonly severity: Severity
      readonly at: LonLat
      /** Null: a person reported it. */
      readonly device: DeviceKey | null
      /** Low point, junction or grid that the signal is about: signals of one class and place join. */
      readonly place: string | null
      readonly reason: Reason
      /** By when somebody has to be there for what is expected; absent when it is there already. */
      readonly foreseen?: EpochMs
      /** By when its own system wants it done; absent where the template's deadline holds. */
      readonly due?: EpochMs
      /** The rule has a step down for it: the incident becomes milder with it. */
      readonly eases?: boolean
    }
  /** A lorry is to drive a round. */
  | { readonly kind: 'round'; readonly plan: PlannedRound }
  /** `slot` names what is being set (`d0/drain/P1 setting`): a newer command for a slot replaces the older one. */
  | {
      readonly kind: 'command'
      readonly slot: string
      readonly device: DeviceKey
      readonly body: CommandBody
      readonly expires_s: number
      readonly reason: Reason
    }
