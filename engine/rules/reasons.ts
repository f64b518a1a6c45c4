/** The sentence and the evidence of a raised or cleared rule, in both languages. */
import type { EpochMs } from '../base/time.ts'
import type { Reason } from '../model/incident.ts'
import type { MetricValue } from '../model/observation.ts'
import type { Rule } from '../model/rule.ts'
import type { Alarm } from './alarm.ts'
import type { Moment } from './bind.ts'
import type { BoundRule } from './compile.ts'
import { inputText } from './text.ts'
import { durationText, SEVERITY_NAMES } from './words.ts'

/** At most three decimals: what a person reads. Evidence keeps every digit. */
const shown = (value: MetricValue): string =>
  typeof value === 'number'
    ? String(Math.round(value * 1000) / 1000)
    : `[${value.map((item) => Math.round(item * 1000) / 1000).join(', ')}]`

interface Named {
  readonly name: string
  readonly value: MetricValue
  /** Measurement time; null for constants of the device. */
  readonly ts: EpochMs | null
}

/** Every input of the rule with its value now, in the order of the text. */
function valuesOf({ compiled, device, readers }: BoundRule, moment: Moment): Named[] {
  const { sense, context, now } = moment
  const seen = new Set<string>()
  return compiled.inputs.flatMap((input, i): Named[] => {
    const name = input.from === 'element' ? input.name : inputText(input)
    if (seen.has(name)) return []
    seen.add(name)
    if (input.from === 'metric' || input.from === 'fold' || input.from === 'element') {
      const param = context.devices.get(device)?.params[name]
      if (param !== undefined) return [{ name, value: param, ts: null }]
      const metric = sense.devices.get(device)?.metrics.get(name)
      return metric === undefined ? [] : [{ name, value: metric.value, ts: metric.ts }]
    }
    const value = readers[i](moment)
    if (Number.isNaN(value)) return []
    return [{ name, value, ts: input.from === 'interval' || input.from === 'clock' ? null : now }]
  })
}

const evidenceOf = (device: string, values: readonly Named[]): string[] =>
  values.flatMap(({ name, value, ts }) =>
    ts === null ? [] : [`${device} ${name}=${typeof value === 'number' ? value : JSON.stringify(value)} at ${ts}`],
  )

export function ruleReason(bound: BoundRule, moment: Moment, raised: boolean): Reason {
  const { rule, when, clear, durations } = bound.compiled
  const values = valuesOf(bound, moment)
  const list = values.map(({ name, value }) => `${name} = ${shown(value)}`)
  const held_ms = raised ? durations.for_ms : durations.clear_for_ms
  const held = durationText(held_ms)
  const text = raised ? when.text : clear.text
  const en = held_ms > 0 ? `"${text}" has held for ${held.en}` : `"${text}" holds`
  const zh = held_ms > 0 ? `“${text}”已持续 ${held.zh}` : `“${text}”成立`
  return {
    rule: rule.id,
    text: `${rule.title.en}${raised ? '' : ' has passed'}: ${list.join(', ')}; ${en}`,
    text_zh: `${rule.title.zh}${raised ? '' : '已解除'}：${list.join('，')}；${zh}`,
    evidence: evidenceOf(bound.device, values),
  }
}

/** Why a standing rule became worse or milder. */
export function stepReason({ title }: Rule, raised: Reason, alarm: Alarm, moved: 'escalated' | 'eased'): Reason {
  const { en, zh } = SEVERITY_NAMES[alarm.severity]
  const after = durationText(alarm.calm_ms > 0 ? alarm.calm_ms : alarm.stood_ms)
  const why =
    alarm.calm_ms > 0
      ? { en: `its condition has not held for ${after.en}`, zh: `条件已有 ${after.zh}不成立` }
      : { en: `it has stood for ${after.en}`, zh: `已持续 ${after.zh}` }
  return {
    ...raised,
    text: `${title.en}: now ${en}, ${moved === 'eased' ? 'eased' : 'raised'} because ${why.en}`,
    text_zh: `${title.zh}：${why.zh}，${moved === 'eased' ? '降' : '升'}为${zh}`,
  }
}

/** A rule that was raised and is no longer in force. */
export function withdrawnReason(rule: string): Reason {
  return { rule, text: `Rule ${rule} was changed or removed`, text_zh: `规则 ${rule} 已修改或删除`, evidence: [] }
}
