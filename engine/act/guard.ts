/** The last safety check: what may never leave, whoever proposed it. Controllers check again on their side (contract section 4). */
import { type DeviceKey, splitKey } from '../model/city.ts'
import type { CommandBody } from '../model/command.ts'
import type { Context } from '../model/context.ts'
import { whyPhaseForbidden, whyPlanForbidden } from '../model/fixed-plan.ts'

type SignalBody = Extract<CommandBody, { kind: 'signal.phase' | 'signal.plan' | 'signal.preempt' }>

const NOTICE_DOMAINS: readonly string[] = ['camera', 'waste', 'crew']

/** Why the command must not be sent, or null when it may. */
export function whyForbidden(context: Context, device: DeviceKey, body: CommandBody, expires_s: number): string | null {
  if (!(Number.isFinite(expires_s) && expires_s > 0)) return `it would have expired at once (expires_s ${expires_s})`
  const { domain } = splitKey(device)
  switch (body.kind) {
    case 'signal.phase':
    case 'signal.plan':
    case 'signal.preempt':
      return domain === 'signal' ? whySignalForbidden(context, device, body) : wrongDomain(body, domain)
    case 'drain.setting':
      if (domain !== 'drain') return wrongDomain(body, domain)
      if (!context.devices.has(device)) return unknown(device)
      return body.setting >= 0 && body.setting <= 1 ? null : `setting ${body.setting} is outside 0…1`
    case 'crew.task':
    case 'crew.recall':
      if (domain !== 'crew') return wrongDomain(body, domain)
      return context.crews.has(device) ? null : unknown(device)
    case 'task.conflict':
      // Answers whoever pressed, also a phone that is not on the city's list.
      return domain === 'crew' ? null : wrongDomain(body, domain)
    case 'notice':
      if (!NOTICE_DOMAINS.includes(domain)) return wrongDomain(body, domain)
      return context.devices.has(device) || context.crews.has(device) ? null : unknown(device)
  }
}

const wrongDomain = ({ kind }: CommandBody, domain: string): string => `${kind} does not go to a ${domain} device`
const unknown = (device: DeviceKey): string => `${device} is not in the city`

function whySignalForbidden(context: Context, device: DeviceKey, body: SignalBody): string | null {
  const { district, id } = splitKey(device)
  const junction = context.junctions.get(id)
  if (junction?.district !== district) return unknown(device)
  switch (body.kind) {
    case 'signal.phase':
      return whyPhaseForbidden(junction, body.phase) ?? (body.hold_s > 0 ? null : `hold_s ${body.hold_s} is not above 0`)
    case 'signal.preempt':
      return whyPhaseForbidden(junction, body.phase)
    case 'signal.plan':
      return whyPlanForbidden(junction, body)
  }
}
