/** A reading of which only the time is wanted: found in its first bytes, without parsing the rest. */
import type { EpochMs } from '../../engine/base/time.ts'
import type { Reading } from '../../engine/model/observation.ts'
import type { HeardTopic } from '../wire/topics.ts'
import { type DecodeLimits, judgeTime } from './form.ts'

const HEAD = /^\{"ts":(\d{1,15}),/
const HEAD_BYTES = 24

/**
 * A reading without values. Null: it has to be parsed, because it is written another way, is a batch, may name its time twice, or is refused.
 * @param payload from the log: it was valid when it was taken in
 * @param now what its time is judged against; null leaves it unjudged
 */
export function timeOnly({ device }: HeardTopic, payload: Buffer, now: EpochMs | null, limits: DecodeLimits): Reading | null {
  const found = HEAD.exec(payload.toString('latin1', 0, HEAD_BYTES))
  if (found === null || payload.indexOf('"ts"', 2) !== -1 || payload.includes('\\') || payload.includes('"batch"')) return null
  const ts = Number(found[1])
  const reading: Reading = { kind: 'reading', device, ts, seq: null, values: {}, backfill: false }
  const time = now === null ? null : judgeTime(ts, { device, backfill: false, now }, now, limits)
  if (typeof time === 'string') return null
  return time === null || now === null ? reading : { ...reading, ts: now, ahead_s: time }
}
