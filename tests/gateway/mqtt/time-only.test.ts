/** The hasty look at a reading's time finds what decoding finds, or leaves it to decoding. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from '../../../gateway/mqtt/decode.ts'
import { timeOnly } from '../../../gateway/mqtt/time-only.ts'
import { parseDeviceTopic } from '../../../gateway/wire/topics.ts'

const NOW = 1_780_000_000_000
const limits = { reading_age_h_max: 168, reading_ahead_s_max: 120 }
const rules = { limits, pseudonym: (subject: string) => subject }
const topic = parseDeviceTopic('city/v1/d0/waste/B1/reading')

function look(text: string, now: number | null) {
  if (topic === null) throw new Error('a topic of the contract')
  const decoded = decode(topic, text, now, rules)
  return { found: timeOnly(topic, Buffer.from(text), now, limits), observation: decoded.ok ? decoded.observations[0] : null }
}

const timed = (ts: number, rest: string): string => `{"ts":${ts},${rest}}`

describe('a reading of which only the time is wanted', () => {
  it('has the time that decoding finds, whatever else it says', () => {
    const rest = fc.constantFrom(
      '"seq":3,"v":{"fill_pct":12}',
      '"v":{"fill_pct":12},"note":"a\\"b"',
      '"v":{"fill_pct":12},"ts":5',
      '"v":{"fill_pct":12},"\\u0074s":5',
      '"v":{"fill_pct":12},"batch":[]',
    )
    const ts = fc.oneof(fc.integer({ min: NOW - 8 * 86_400_000, max: NOW + 400_000 }), fc.constantFrom(0, 1e12, 4e12, 9e14))
    fc.assert(
      fc.property(rest, ts, fc.constantFrom(null, NOW), (said, at, now) => {
        const { found, observation } = look(timed(at, said), now)
        if (found !== null) expect({ ...found, values: {}, seq: null }).toEqual({ ...observation, values: {}, seq: null })
      }),
    )
  })

  it('is found in what devices usually write, and left to decoding elsewhere', () => {
    expect(look(timed(NOW, '"seq":3,"v":{"fill_pct":12}'), null).found).toMatchObject({ ts: NOW, values: {}, device: 'd0/waste/B1' })
    expect(look(timed(NOW + 200_000, '"v":{"fill_pct":12}'), NOW).found).toMatchObject({ ts: NOW, ahead_s: 200 })
    for (const text of ['{"v":{"fill_pct":12},"ts":1}', '{"ts":1e12,"v":{}}', timed(NOW, '"v":{},"ts":1'), '{"batch":[]}', ''])
      expect(look(text, null).found).toBeNull()
  })
})
