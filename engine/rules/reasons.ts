/** The sentence and the evidence of a raised or cleared rule, in both languages. */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Reason } from '../model/incident.ts'
import type { MetricValue } from '../model/observation.ts'
import type { DeviceSense } from '../sense/state.ts'
import { AGE, type BoundRule } from './compile.ts'

/** At most three decimals: what a person reads. Evidence keeps every digit. */
const shown = (value: MetricValue): string =>
  typeof value === 'number'
    ? String(Math.round(value * 1000) / 1000)
    : `[${value.map((item) => Math.round(item * 1000) / 1000).join(', ')}]`

function duration(ms: number): Bilingual {
  const seconds = Math.round(ms / SECOND_MS)
  if (seconds >= 7200 && seconds % 3600 === 0) return { en: `${seconds / 3600} h`, zh: `${seconds / 3600} 小时` }
  if (seconds >= 120 && seconds % 60 === 0) return { en: `${seconds / 60} min`, zh: `${seconds / 60} 分钟` }
  return { en: `${seconds} s`, zh: `${seconds} 秒` }
}

interface Named {
  readonly name: string
  readonly value: MetricValue
  /** Measurement time; null for constants of the device. */
  readonly ts: EpochMs | null
}

function valuesOf(bound: BoundRule, device: DeviceSense, now: EpochMs): Named[] {
  return bound.sources.flatMap((source): Named[] => {
    if (source.from === 'constant') return [{ name: source.name, value: source.value, ts: null }]
    if (source.from === 'age') return [{ name: AGE, value: (now - (device.ts ?? device.heard)) / SECOND_MS, ts: now }]
    const sense = device.metrics.get(source.name)
    return sense === undefined ? [] : [{ name: source.name, value: sense.value, ts: sense.ts }]
  })
}

const evidenceOf = (device: string, values: readonly Named[]): string[] =>
  values.flatMap(({ name, value, ts }) =>
    ts === null ? [] : [`${device} ${name}=${typeof value === 'number' ? value : JSON.stringify(value)} at ${ts}`],
  )

export function ruleReason(bound: BoundRule, device: DeviceSense, raised: boolean, now: EpochMs): Reason {
  const { rule, when, clear, durations } = bound.compiled
  const values = valuesOf(bound, device, now)
  const list = values.map(({ name, value }) => `${name} = ${shown(value)}`)
  const held_ms = raised ? durations.for_ms : durations.clear_for_ms
  const held = duration(held_ms)
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

/** A rule that was raised and is no longer in force. */
export function withdrawnReason(rule: string): Reason {
  return { rule, text: `Rule ${rule} was changed or removed`, text_zh: `规则 ${rule} 已修改或删除`, evidence: [] }
}
