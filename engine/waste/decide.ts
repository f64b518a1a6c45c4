/**
 * Collection before the overflow: a bin that will be full within the time a crew needs is reported as due. It has the incident class
 * of the overflow rule, so that a bin that overflows all the same joins the case that is already under way.
 */
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import { placeOfDevice } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { IncidentTemplate } from '../model/rule.ts'
import { type BinState, fillRate_pct_h, timeToFull_h, type WasteState } from './state.ts'

/** Below this a steep slope is a market morning, not a full bin. */
const FILL_PCT_MIN = 60
const DUE_WITHIN_H = 2
/** Taken back when it has been emptied, or fills so slowly again that the next round is early enough. */
const EMPTIED_PCT = 40
const RELAXED_H = 4
const NEARLY_FULL_PCT = 85

const DUE: IncidentTemplate = {
  class: 'waste.overflow',
  title: { en: 'Bin will soon be full', zh: '垃圾桶即将满溢' },
  deadline_min: 120,
  crew: { skill: 'collect', kit: [], service_min: 10 },
}

function isDue(bin: BinState): boolean {
  const left_h = timeToFull_h(bin)
  if (!bin.due) return bin.fill_pct >= FILL_PCT_MIN && left_h !== null && left_h <= DUE_WITHIN_H
  if (bin.fill_pct < EMPTIED_PCT) return false
  return bin.fill_pct >= NEARLY_FULL_PCT || (left_h !== null && left_h <= RELAXED_H)
}

function reasonOf(device: DeviceKey, bin: BinState): Reason {
  const rate = (fillRate_pct_h(bin) ?? 0).toFixed(1)
  const left = timeToFull_h(bin)
  const fill = bin.fill_pct.toFixed(0)
  return {
    policy: 'waste.time_to_full',
    text: bin.due
      ? `Fill ${fill} % and rising by ${rate} % an hour: full in ${left === null ? 'no time' : `${left.toFixed(1)} h`}`
      : `Fill ${fill} %: no longer about to overflow`,
    text_zh: bin.due
      ? `满溢度 ${fill}%，每小时上升 ${rate}%：${left === null ? '即将' : `约 ${left.toFixed(1)} 小时后`}装满`
      : `满溢度 ${fill}%：不再有满溢风险`,
    evidence: [`${device} fill_pct=${bin.fill_pct} at ${bin.ts}`],
  }
}

export function decideWaste(state: WasteState, context: Context, out: Outcome): void {
  for (const device of state.touched) {
    const bin = state.bins.get(device)
    if (bin === undefined) continue
    const due = isDue(bin)
    if (due === bin.due) continue
    bin.due = due
    out.proposals.push({
      kind: 'signal',
      key: `waste.due ${device}`,
      active: due,
      template: DUE,
      severity: 'watch',
      at: placeOfDevice(context, device),
      device,
      place: context.devices.get(device)?.place ?? null,
      reason: reasonOf(device, bin),
    })
  }
  state.touched.clear()
}
