/** Junctions that nothing is known of: the engine gives no more orders, the last one expires, the local plan runs, and the wall says so. */
import { type EpochMs, SECOND_MS } from '../../base/time.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { IncidentTemplate } from '../../model/rule.ts'
import type { TrafficState } from '../state.ts'

/** With the last order ending within 20 s of the last decision, which needs a count of the last 10 s, all is said and done within 30 s. */
const QUIET_MS = 20 * SECOND_MS
/** Detectors that report seldom are missed after one report that did not come. */
const INTERVALS = 1.5

/** Nobody has to go: detectors that stay silent for ten minutes are an incident of their own, with a repair crew. */
const TEMPLATE: IncidentTemplate = {
  class: 'signal.local_plan',
  title: { zh: '路口转本地方案运行', en: 'Junction runs its local plan' },
  deadline_min: 1440,
  crew: null,
}

/** Says once that a junction is left to its local plan, and once that its data is back. A junction that was never heard is no news. */
export function noteLocalPlans(state: TrafficState, context: Context, now: EpochMs, out: Outcome): void {
  for (const [id, memory] of state.junctions) {
    const believed = state.detectors.junctions.get(id)?.believed ?? null
    if (believed === null) continue
    const { device } = memory.count
    const interval_s = context.devices.get(device)?.interval_s ?? 0
    const blind = now - believed >= Math.max(QUIET_MS, INTERVALS * interval_s * SECOND_MS)
    if (blind === memory.blind) continue
    memory.blind = blind
    if (blind) state.suggestions.delete(id)
    out.proposals.push(signalOf(context, device, id, blind, believed, now))
  }
}

function signalOf(
  context: Context,
  device: DeviceKey,
  id: string,
  active: boolean,
  believed: EpochMs,
  now: EpochMs,
): Extract<Outcome['proposals'][number], { kind: 'signal' }> {
  const junction = context.junctions.get(id)
  const quiet_s = Math.round((now - believed) / SECOND_MS)
  return {
    kind: 'signal',
    key: `signal.local_plan/${id}`,
    active,
    template: TEMPLATE,
    severity: 'watch',
    at: junction?.at ?? [0, 0],
    device,
    place: id,
    reason: {
      policy: 'traffic.local_plan',
      text: `No count of ${id} can be used for ${quiet_s} s: orders expire and the junction runs its local plan until its detectors are back`,
      text_zh: `路口 ${id} 已 ${quiet_s} 秒没有可用的检测数据：指令到期失效，路口按本地方案运行，直至检测器恢复`,
      evidence: [`${device} last believed count at ${believed}`],
    },
  }
}
