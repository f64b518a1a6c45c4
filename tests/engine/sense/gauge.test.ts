/** Level gauges over streets: what is marked, and that moving water never is. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadRules, SHIPPED_RULES } from '../../../config/rules.ts'
import { createRandom } from '../../../engine/base/random.ts'
import type { City } from '../../../engine/model/city.ts'
import type { Observation } from '../../../engine/model/observation.ts'
import { closures, deviceView, incidents, tasks } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, factsOf, reading } from '../../support/brain.ts'

const GAUGE = 'd0/flood/G1'
const FAR = 'd0/flood/G2'
const RAIN = 'd0/flood/R1'
const HOUR_S = 3600
const { rules } = await loadRules(SHIPPED_RULES)

/** The small city with more gauges at the first low point. */
function cityWithTwins(count: number): City {
  const city = smallCity()
  const [gauge] = city.devices.filter(({ id }) => id === 'G1')
  const twins = Array.from({ length: count }, (_, i) => ({ ...gauge, id: `T${i + 1}` }))
  const [first, ...others] = city.low_points
  const gauges = [...first.gauges, ...twins.map(({ id }) => `d0/flood/${id}`)]
  return { ...city, devices: [...city.devices, ...twins], low_points: [{ ...first, gauges }, ...others] }
}

type Level = (seconds: number) => number | null

/** A minute at a time; `told` are the changes of trust in the order in which they came. */
function run(hours: number, rain_mm_h: (seconds: number) => number | null, gauges: Readonly<Record<string, Level>>, city = smallCity()) {
  const brain = createBrain([], city)
  const told: string[] = []
  for (let s = 0; s <= hours * HOUR_S; s += 60) {
    const rain = rain_mm_h(s)
    const observations: Observation[] = rain === null ? [] : [reading(RAIN, s, { rain_mm_h: rain })]
    for (const [key, level] of Object.entries(gauges)) {
      const level_m = level(s)
      if (level_m !== null) observations.push(reading(key, s, { level_m }))
    }
    for (const { device, cause } of factsOf(brain.at(s, ...observations).facts, 'quality')) told.push(`${device.split('/')[2]} ${cause}`)
  }
  return { brain, told }
}

/** A clean ultrasonic gauge flickers by two millimetres and knows no level below zero. */
function flicker(name: string): (level_m: number) => number {
  const random = createRandom(7).fork(name)
  return (level_m) => Math.max(0, Math.round((level_m + random.normal(0, 0.002)) * 1000) / 1000)
}
const dry = () => 0
/** It rains 30 mm/h in the second hour, a little more or less from minute to minute. */
const shower = (s: number): number => (s >= HOUR_S && s < 2 * HOUR_S ? 30 + ((s / 60) % 7) : 0)

describe('jumps', () => {
  const at = (...levels: (readonly [minute: number, level_m: number])[]) => {
    const known = new Map(levels)
    return run(Math.max(...known.keys()) / 60, () => null, { [GAUGE]: (s) => known.get(s / 60) ?? null }).told
  }

  it('holds a lone rise back, and a rise that no other gauge confirms for as long as it stays', () => {
    expect(at([0, 0.1], [1, 3.1], [2, 0.12])).toEqual(['G1 spike', 'G1 recovered'])
    expect(at([0, 0.1], [1, 3.1], [2, 3.1], [3, 3.12], [90, 3.1])).toEqual(['G1 spike', 'G1 jump'])
  })

  it('lets a second reading confirm a fall, and a rise no higher than lost reports can hide', () => {
    expect(at([0, 1.1], [1, 0.2], [2, 0.2])).toEqual(['G1 spike', 'G1 recovered'])
    expect(at([0, 0.1], [1, 1.1], [2, 1.12])).toEqual(['G1 spike', 'G1 recovered'])
  })

  it('confirms no rise by repetition where the rain gauges are dry, nor the first word of a gauge', () => {
    const rise: Level = (s) => (s < 600 ? 0 : 1)
    expect(run(1, dry, { [GAUGE]: rise }).told).toEqual(['G1 spike', 'G1 jump'])
    expect(run(1, dry, { [GAUGE]: (s) => (s < 60 ? null : 2) }).told).toEqual(['G1 spike', 'G1 jump'])
  })

  it('believes a rise that a neighbour or a twin shows too', () => {
    const rise =
      (from_s: number): Level =>
      (s) =>
        s < from_s ? 0.1 : 3.1
    expect(run(0.5, () => null, { [GAUGE]: rise(600), [FAR]: rise(660) }).told).toEqual(['G1 spike', 'G1 jump', 'G1 recovered'])
    const twins = run(0.5, dry, { [GAUGE]: rise(600), 'd0/flood/T1': rise(600) }, cityWithTwins(1))
    expect(twins.told).toEqual(['G1 spike', 'G1 recovered'])
    expect(deviceView(twins.brain.state, GAUGE)).toMatchObject({ quality: 'good', values: { level_m: 3.1 } })
  })

  it('lets a river rise by the tide while its gauge is silent', () => {
    const city = smallCity()
    const [gauge] = city.devices.filter(({ id }) => id === 'G1')
    const river = { ...gauge, id: 'RV', kind: 'river_gauge', place: null, params: { threshold_m: 3.5, rim_m: 4.6 } }
    const tide: Level = (s) => (s === 0 ? 1 : s < 3 * HOUR_S ? null : 3.2)
    expect(run(3.5, dry, { 'd0/flood/RV': tide }, { ...city, devices: [...city.devices, river] }).told).toEqual([])
    const leap: Level = (s) => (s < HOUR_S ? 1 : 4)
    expect(run(2, dry, { 'd0/flood/RV': leap }, { ...city, devices: [...city.devices, river] }).told).toEqual(['RV spike', 'RV jump'])
  })

  it('says what speaks against it', () => {
    const brain = createBrain()
    brain.at(0, reading(GAUGE, 0, { level_m: 0.1 }))
    const [fact] = factsOf(brain.at(60, reading(GAUGE, 60, { level_m: 3.1 })).facts, 'quality')
    expect(fact).toMatchObject({ cause: 'spike', quality: 'suspect' })
    expect(fact.evidence).toEqual([expect.stringContaining('level_m=3.1 after level_m=0.1'), 'no other gauge has risen with it'])
  })
})

describe('true water', () => {
  it('never marks a cloudburst that rises three metres an hour, stands and drains', () => {
    const clean = flicker('cloudburst')
    const depth = (s: number): number => {
      const minute = s / 60 - 60
      if (minute < 0) return 0
      return minute < 24 ? 0.05 * minute : Math.max(0, 1.2 - 0.01 * Math.max(0, minute - 60))
    }
    expect(run(8, shower, { [GAUGE]: (s) => clean(depth(s)) }).told).toEqual([])
  })

  it('never marks a rise within what rain can do, with or without lost reports', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ by_m: fc.double({ min: -0.05, max: 0.1, noNaN: true }), lost: fc.boolean() }), {
          minLength: 5,
          maxLength: 90,
        }),
        (steps) => {
          let depth_m = 0
          const levels = steps.map(({ by_m, lost }) => {
            depth_m = Math.min(2, Math.max(0, depth_m + by_m))
            return lost ? null : depth_m
          })
          expect(
            run(steps.length / 60, () => null, { [GAUGE]: (s) => levels[s / 60] ?? null }).told.filter((told) => !told.endsWith('silent')),
          ).toEqual([])
        },
      ),
      { numRuns: 40 },
    )
  })

  it('believes a burst main in dry weather', () => {
    const clean = flicker('main')
    expect(run(6, dry, { [GAUGE]: (s) => clean(s < 4 * HOUR_S ? 0 : Math.min(0.6, (s - 4 * HOUR_S) / 1200)) }).told).toEqual([])
  })
})

describe('drift', () => {
  const clean = flicker('drift')
  const creep = (s: number): number => clean((0.02 * Math.max(0, s - HOUR_S)) / HOUR_S)

  it('finds a zero that creeps up or down in dry weather, and its repair', () => {
    expect(run(8, dry, { [GAUGE]: creep }).told).toEqual(['G1 drift'])
    expect(run(8, dry, { [GAUGE]: (s) => -creep(s) }).told).toEqual(['G1 drift'])
    expect(run(16, dry, { [GAUGE]: (s) => (s < 8 * HOUR_S ? creep(s) : clean(0)) }).told).toEqual(['G1 drift', 'G1 recovered'])
  })

  it('asks nobody where no rain is measured, and leaves a puddle after rain alone', () => {
    expect(run(8, () => null, { [GAUGE]: creep }).told).toEqual([])
    expect(run(12, shower, { [GAUGE]: (s) => clean(s < HOUR_S ? 0 : 0.12) }).told).toEqual([])
  })

  it('believes water above the wrong zero', () => {
    const level: Level = (s) => (s < 8 * HOUR_S ? creep(s) : clean(0.14 + 0.03 * ((s - 8 * HOUR_S) / 60)))
    const { brain, told } = run(8.4, (s) => (s < 8 * HOUR_S ? 0 : 40), { [GAUGE]: level })
    expect(told).toEqual(['G1 drift', 'G1 recovered'])
    expect(deviceView(brain.state, GAUGE)?.quality).toBe('good')
  })

  it('finds the one of three that leaves the others in any weather', () => {
    const wave = (s: number): number => 0.3 + 0.2 * Math.sin(s / 3000)
    const twins = Object.fromEntries(['T1', 'T2'].map((id): [string, Level] => [`d0/flood/${id}`, wave]))
    const off: Level = (s) => wave(s) - (0.04 * s) / HOUR_S
    expect(run(5, () => null, { [GAUGE]: off, ...twins }, cityWithTwins(2)).told).toEqual(['G1 drift'])
  })
})

describe('fouling', () => {
  /** Rises with the shower; drains within an hour unless `caught`. */
  const pond = (s: number): number => {
    const minute = s / 60
    if (minute < 60) return 0
    return minute < 120 ? 0.005 * (minute - 60) : Math.max(0, 0.3 - 0.005 * (minute - 120))
  }

  it('finds a gauge that lost its flicker and no longer falls after the rain', () => {
    const clean = flicker('fouled')
    const level: Level = (s) => (s < 4.5 * HOUR_S ? clean(s < 2.5 * HOUR_S ? pond(s) : 0.15) : 0.15)
    expect(run(8, shower, { [GAUGE]: level }).told).toEqual(['G1 fouling'])
    const cleaned: Level = (s) => (s < 8 * HOUR_S ? level(s) : clean(0))
    expect(run(9, shower, { [GAUGE]: cleaned }).told).toEqual(['G1 fouling', 'G1 recovered'])
  })

  it('believes standing water that flickers, and deep water over a gauge that never flickered', () => {
    const clean = flicker('standing')
    expect(run(10, shower, { [GAUGE]: (s) => clean(s < 2.5 * HOUR_S ? pond(s) : 0.15) }).told).toEqual([])
    expect(run(10, shower, { [GAUGE]: (s) => (s < 2 * HOUR_S ? pond(s) : 0.3), [FAR]: pond }).told).toEqual([])
  })

  it('finds a shallow level that stays when two others have drained', () => {
    const rounded = (s: number): number => Math.round(pond(s) * 100) / 100
    const gauges = { [GAUGE]: (s: number) => (s < 2.5 * HOUR_S ? rounded(s) : 0.1), 'd0/flood/T1': rounded, [FAR]: rounded }
    expect(run(7, shower, gauges, cityWithTwins(1)).told).toEqual(['G1 fouling'])
  })

  it('finds the one that its twin leaves behind in rain', () => {
    const clean = flicker('left')
    const gauges = { [GAUGE]: (s: number) => clean(s < HOUR_S ? 0 : 0.03), 'd0/flood/T1': (s: number) => clean(pond(s)) }
    expect(run(2, shower, gauges, cityWithTwins(1)).told).toEqual(['G1 fouling'])
  })
})

describe('units and datum', () => {
  it('names the unit of a gauge that reports centimetres or millimetres, after the third', () => {
    const levels = [0, 0, 0, 32, 33, 35, 38]
    const centimetres = run(0.1, () => null, { [GAUGE]: (s) => levels[s / 60] })
    expect(centimetres.told).toEqual(['G1 range', 'G1 unit'])
    expect(run(0.1, () => null, { [GAUGE]: (s) => levels[s / 60] * 10 }).told).toEqual(['G1 range', 'G1 unit'])
    expect(run(0.1, () => null, { [GAUGE]: (s) => (s < 120 ? 0 : 65_535) }).told).toEqual(['G1 range'])
  })

  it('takes heights above a datum as depths above the road', () => {
    const city = smallCity()
    const devices = city.devices.map((device) => (device.id === 'G1' ? { ...device, params: { ...device.params, datum_m: 12.4 } } : device))
    const brain = createBrain([], { ...city, devices })
    const { facts } = brain.at(0, reading(GAUGE, 0, { level_m: 12.72, battery_pct: 90 }))
    expect(factsOf(facts, 'measured')[0]).toMatchObject({ values: { level_m: 0.32, battery_pct: 90 }, quality: 'good' })
    expect(deviceView(brain.state, GAUGE)?.values.level_m).toBe(0.32)
  })
})

describe('a gauge that jumps three metres', () => {
  /** An hour with one report a minute under the shipped rules; everything that left the brain. */
  const storm = (level: Level, other: Level, rain_mm_h: number | null) => {
    const brain = createBrain(rules)
    const commands = []
    for (let s = 60; s <= HOUR_S; s += 60) {
      const observations = [reading(GAUGE, s, { level_m: level(s) ?? 0 }), reading(FAR, s, { level_m: other(s) ?? 0 })]
      if (rain_mm_h !== null) observations.push(reading(RAIN, s, { rain_mm_h: rain_mm_h + (s % 420) / 100 }))
      commands.push(...brain.at(s, ...observations).commands)
    }
    return { brain, commands, severities: [...incidents(brain.state)].map(({ severity }) => severity) }
  }
  const jump: Level = (s) => (s < 600 ? 0.02 : 3.02 + (s % 180) / 60_000)

  it.each([
    ['in dry weather', 0],
    ['in rain', 8],
    ['where no rain is measured', null],
  ])('raises, closes, sends and switches nothing %s', (_name, rain_mm_h) => {
    const { brain, commands, severities } = storm(jump, () => 0.02, rain_mm_h)
    expect(severities).toEqual([])
    expect([...closures(brain.state)]).toEqual([])
    expect([...tasks(brain.state)]).toEqual([])
    expect(commands).toEqual([])
    expect(deviceView(brain.state, GAUGE)).toMatchObject({
      quality: 'suspect',
      causes: { level_m: 'jump' },
      values: { level_m: jump(HOUR_S) },
    })
  })

  it('is believed as soon as a neighbour agrees', () => {
    const { commands, severities } = storm(jump, (s) => (s < 660 ? 0.02 : 2.8), null)
    expect(severities).toContain('critical')
    expect(commands.map(({ kind }) => kind)).toContain('drain.setting')
  })
})
