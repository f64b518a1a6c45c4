/** The last safety check: what may never leave, whoever proposed it. Controllers check again on their side (contract section 4). */
import { type EpochMs, SECOND_MS } from '../base/time.ts'
import { type DeviceKey, splitKey } from '../model/city.ts'
import type { CommandBody } from '../model/command.ts'
import type { Context } from '../model/context.ts'
import { presetLaw } from '../model/preset-law.ts'
import { checkSignal, type Lawful, type SignalBody } from '../traffic/signal-plan.ts'

const NOTICE_DOMAINS: readonly string[] = ['camera', 'waste', 'crew']

/** A command that may leave. Signal commands have been checked against the junction's description, which nobody else can do. */
export type Allowed = Lawful<SignalBody> | Exclude<CommandBody, SignalBody>
export type Verdict = { readonly allowed: Allowed } | { readonly why: string }

/** The command as it may be sent, or why it must not be. */
export function judge(context: Context, device: DeviceKey, body: CommandBody, expires_s: number, now: EpochMs): Verdict {
  if (!(Number.isFinite(expires_s) && expires_s > 0)) return { why: `it would have expired at once (expires_s ${expires_s})` }
  const { domain } = splitKey(device)
  switch (body.kind) {
    case 'signal.phase':
    case 'signal.plan':
    case 'signal.preempt':
      return domain === 'signal' ? judgeSignal(context, device, body) : { why: wrongDomain(body, domain) }
    default: {
      const why = whyForbidden(context, device, domain, body, expires_s, now)
      return why === null ? { allowed: body } : { why }
    }
  }
}

function whyForbidden(
  context: Context,
  device: DeviceKey,
  domain: string,
  body: Exclude<CommandBody, SignalBody>,
  expires_s: number,
  now: EpochMs,
): string | null {
  switch (body.kind) {
    case 'drain.setting':
      if (domain !== 'drain') return wrongDomain(body, domain)
      if (!context.devices.has(device)) return unknown(device)
      return body.setting >= 0 && body.setting <= 1 ? null : `setting ${body.setting} is outside 0…1`
    case 'camera.preset': {
      const law = presetLaw(context, device, body.preset, now)
      if ('why' in law) return `${law.why.en} / ${law.why.zh}`
      return now + expires_s * SECOND_MS <= law.until ? null : TOO_LONG
    }
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

const TOO_LONG = 'it would last beyond the hours of the impact assessment / 将超出影响评估允许的时段'
const wrongDomain = ({ kind }: CommandBody, domain: string): string => `${kind} does not go to a ${domain} device`
const unknown = (device: DeviceKey): string => `${device} is not in the city`

function judgeSignal(context: Context, device: DeviceKey, body: SignalBody): Verdict {
  const { district, id } = splitKey(device)
  const junction = context.signal_network.get(id)
  if (junction?.described.district !== district) return { why: unknown(device) }
  const verdict = checkSignal(junction, body)
  if ('lawful' in verdict) return { allowed: verdict.lawful }
  const { en, zh } = verdict.faults[0].why
  return { why: `${en} / ${zh}` }
}
