/** A dry run that reads of each device only what concerns its rules gives the facts of one that reads everything. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceKey } from '../../../engine/model/city.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Observation, Reading } from '../../../engine/model/observation.ts'
import type { Rule } from '../../../engine/model/rule.ts'
import { createDryRun, type RuleFact } from '../../../engine/rules/dry-run.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, event, reading, rule, T0 } from '../../support/brain.ts'

const city = smallCity()
const context = createContext(city, 'test', 1)
const keys = city.devices.map(({ district, domain, id }) => deviceKey(district, domain, id))
const STRANGERS = ['d0/waste/unlisted', 'd9/camera/unlisted']
const CLEAR = 'age_s < 0'

const scope = (domain: Rule['scope']['domain'], kind: string | null = null): Rule['scope'] => ({ domain, kind, device: null })
const silent = (domain: Rule['scope']['domain'], for_s = 0): Rule =>
  rule({ id: `silent-${domain}`, scope: scope(domain), when: 'age_s >= 3 * interval_s', clear: 'age_s < 2 * interval_s', for_s })

const RULES: readonly Rule[] = [
  silent('traffic'),
  silent('camera', 120),
  silent('waste'),
  silent('flood'),
  rule({ when: 'level_m > threshold_m', clear: 'level_m < threshold_m' }),
  rule({ id: 'full', scope: scope('waste'), when: 'fill_pct > 90', clear: 'fill_pct < 50' }),
  rule({ id: 'many', scope: scope('camera'), when: 'count(fill_pct > 90, district()) >= 2', clear: CLEAR }),
  rule({ id: 'jam', scope: scope('traffic'), when: 'queued_veh > 5', clear: 'queued_veh < 3' }),
  rule({ id: 'events', scope: scope('camera'), when: 'events("road.accident", 30 min) >= 2', clear: CLEAR }),
  rule({ id: 'other', scope: scope('signal'), when: 'at(queued_veh, "d0/traffic/J11") > 5', clear: CLEAR }),
  rule({ id: 'crowded', scope: scope('flood'), when: 'max(fill_pct, kind("bin")) > 95', clear: CLEAR }),
]

/** The observation as it is left when only the time of a reading is wanted. */
const timeOnly = ({ device, ts, backfill }: Extract<Observation, { kind: 'reading' | 'traffic' }>): Reading => ({
  kind: 'reading',
  device,
  ts,
  seq: null,
  values: {},
  backfill,
})

interface Step {
  readonly at_s: number
  readonly said: readonly Observation[]
}

function play(rules: readonly Rule[], steps: readonly Step[], isReduced: boolean): RuleFact[] {
  const run = createDryRun(context, rules)
  const reduce = (one: Observation): Observation[] => {
    if (!isReduced || !('device' in one) || one.device === null) return [one]
    const concern = run.concern(one.device)
    if (concern === 'none') return []
    return concern === 'age' && (one.kind === 'reading' || one.kind === 'traffic') ? [timeOnly(one)] : [one]
  }
  return steps.flatMap(({ at_s, said }) => run.step(said.flatMap(reduce), T0 + at_s * 1000))
}

const observation = (at_s: number): fc.Arbitrary<Observation> =>
  fc
    .record({
      device: fc.constantFrom(...keys, ...STRANGERS),
      late_s: fc.constantFrom(0, 0, 0, 1, 60, 900, -2),
      size: fc.integer({ min: 0, max: 10 }),
      backfill: fc.constantFrom(false, false, false, true),
    })
    .map(({ device, late_s, size, backfill }): Observation => {
      const domain = device.split('/')[1]
      const ts_s = at_s - late_s
      if (domain === 'traffic') return count(device, ts_s, { in: ['a'], out: [] }, { a: size }, { backfill })
      if (domain === 'camera' && size > 5) return event(device, ts_s, { id: `e${ts_s}` })
      if (domain === 'flood') return reading(device, ts_s, { level_m: size / 20 }, { backfill })
      if (domain === 'waste') return reading(device, ts_s, { fill_pct: size * 10 }, { backfill })
      return reading(device, ts_s, { setting: size / 10 }, { backfill })
    })

const story = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 4, maxLength: 25 }).chain((gaps) => {
  let at_s = 0
  const times = gaps.map((gap) => {
    at_s += gap
    return at_s
  })
  return fc.tuple(...times.map((time) => fc.array(observation(time), { maxLength: 12 }).map((said): Step => ({ at_s: time, said }))))
})

describe('what concerns the rules', () => {
  it('is all that moves them', () => {
    fc.assert(
      fc.property(fc.subarray([...RULES], { minLength: 1 }), story, (rules, steps) => {
        expect(play(rules, steps, true)).toEqual(play(rules, steps, false))
      }),
      { numRuns: 400 },
    )
  })

  it('is little where they ask for little', () => {
    const concern = (rules: readonly Rule[], domain: string) =>
      [...new Set(keys.filter((key) => key.split('/')[1] === domain).map(createDryRun(context, rules).concern))].join()
    expect(concern([silent('traffic')], 'traffic')).toBe('age')
    expect(concern([silent('traffic')], 'waste')).toBe('none')
    expect(concern([silent('traffic')], 'flood')).toBe('values')
    expect(concern([rule({ scope: scope('traffic'), when: 'any(fill_pct > 90, district())', clear: CLEAR })], 'waste')).toBe('values')
    expect(concern([rule({ scope: scope('flood'), when: 'max(fill_pct, kind("bin")) > 95', clear: CLEAR })], 'waste')).toBe('values')
  })
})
