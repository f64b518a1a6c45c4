import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { MINUTE_MS, SECOND_MS } from '../../../engine/base/time.ts'
import { createRain } from '../../../simulators/world/rain.ts'
import { createRiver } from '../../../simulators/world/river.ts'
import { createWater, type Water } from '../../../simulators/world/water.ts'
import { createWorld } from '../../../simulators/world/world.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { scenarioOf } from '../scenarios.ts'

const START = Date.parse('2026-06-18T09:00:00+08:00')
const city = smallCity()

function storm(peak_mm_h: number, surge_m = 0): Water {
  const surge = { from_min: -60, duration_min: 180, peak_m: surge_m }
  const cell = { from_min: 0, duration_min: 40, peak_mm_h, radius_m: 5000, from: [0.5, 0.5] as [number, number] }
  return createWater(city.low_points, createRain([cell], city.bounds, START), createRiver(surge, START))
}

function run(water: Water, minutes: number, eachSecond: (second: number) => void = () => {}): void {
  for (let second = 1; second <= minutes * 60; second++) {
    eachSecond(second)
    water.step(START + second * SECOND_MS)
  }
}

function check(water: Water): void {
  for (const [, point] of water.points()) {
    const accounted = point.soaked_m3 + point.underway_m3 + point.standing_m3 + point.drained_m3 + point.pumped_m3 + point.spilled_m3
    expect(accounted).toBeCloseTo(point.rained_m3, 6)
    expect(point.standing_m3).toBeGreaterThanOrEqual(0)
  }
}

describe('water', () => {
  it('is conserved, through rain, pumps, a closed gate and overflow', () => {
    const water = storm(300)
    water.setPump('LP1', 'd0/drain/P1', 0.3)
    water.setGate('LP2', 0)
    run(water, 90)
    const points = Object.fromEntries([...water.points()].map(([{ id }, point]) => [id, point]))
    expect(points.LP1.pumped_m3).toBeGreaterThan(100)
    expect(points.LP2.drained_m3).toBe(0)
    expect(points.LP2.spilled_m3).toBeGreaterThan(0)
    check(water)
  })

  it('stays away without rain', () => {
    const water = storm(0)
    run(water, 60)
    expect(water.depth_m('LP1')).toBe(0)
    check(water)
  })

  it('is carried off by the sewer in ordinary rain', () => {
    const water = storm(15)
    run(water, 60)
    for (const [, { depth_m_max }] of water.points()) expect(depth_m_max).toBeLessThan(0.15)
  })

  it('floods in a cloudburst, less where a pump runs early', () => {
    const alone = storm(90)
    run(alone, 60)
    const pumped = storm(90)
    run(pumped, 60, (second) => {
      if (second === 300) pumped.setPump('LP1', 'd0/drain/P1', 0.3)
    })
    expect(alone.state.points.LP1.flooded_s).toBeGreaterThan(600)
    expect(pumped.state.points.LP1.flooded_s).toBeLessThan(0.75 * alone.state.points.LP1.flooded_s)
    expect(pumped.state.points.LP2).toEqual(alone.state.points.LP2)
  })

  it('drains less the more of its district runs off at once, and hardly against a high river', () => {
    const drained = (peak_mm_h: number, surge_m: number): number => {
      const water = storm(peak_mm_h, surge_m)
      run(water, 40)
      check(water)
      return water.state.points.LP1.drained_m3
    }
    // Twice the rain brings no more through a trunk that is full.
    expect(drained(160, 0)).toBeLessThan(1.1 * drained(80, 0))
    expect(drained(80, 3)).toBeLessThan(0.35 * drained(80, 0))
  })

  it('shares what there is among the pumps', () => {
    const water = storm(120)
    water.setPump('LP1', 'a', 0.1)
    water.setPump('LP1', 'b', 0.3)
    run(water, 25)
    const total = water.state.points.LP1.pump_flow_m3_s
    expect(total).toBeGreaterThan(0)
    expect(water.pumpFlow_m3_s('LP1', 'a')).toBeCloseTo(total / 4, 9)
    expect(water.pumpFlow_m3_s('LP1', 'b')).toBeCloseTo((total * 3) / 4, 9)
  })
})

describe('rain before the start', () => {
  const worldOf = (from_min: number) => {
    const cell = `{from_min: ${from_min}, duration_min: 40, peak_mm_h: 120, radius_m: 5000, from: [0.5, 0.5]}`
    const scenario = scenarioOf(`weather: {cells: [${cell}]}\n`)
    return createWorld({ city, scenario, random: createRandom(1), start: scenario.start })
  }

  it('stands already when the world begins, as if the world had been there', () => {
    const early = worldOf(-20)
    const late = worldOf(0)
    expect(late.water.depth_m('LP1')).toBe(0)
    for (let second = 1; second <= 1200; second++) late.water.step(START + second * SECOND_MS)
    expect(early.water.depth_m('LP1')).toBeGreaterThan(0.02)
    expect(early.water.depth_m('LP1')).toBeCloseTo(late.water.depth_m('LP1'), 9)
  })
})

describe('the river', () => {
  it('swings with the tide and rises with a surge, which shuts the outfalls while it lasts', () => {
    const usual = createRiver(null, START)
    const high = createRiver({ from_min: 60, duration_min: 120, peak_m: 2.4 }, START)
    const at = (minute: number): number => START + minute * MINUTE_MS
    const levels = Array.from({ length: 160 }, (_, i) => usual.level_m(at(10 * i)))
    expect(Math.max(...levels) - Math.min(...levels)).toBeCloseTo(0.5, 2)
    expect(usual.outfall_share(at(0))).toBe(1)
    expect(high.level_m(at(120)) - usual.level_m(at(120))).toBeCloseTo(2.4, 9)
    expect(high.outfall_share(at(120))).toBeLessThan(0.5)
    expect(high.level_m(at(180))).toBe(usual.level_m(at(180)))
  })
})

describe('rain', () => {
  it('moves with its cell, fades at its ends and comes again', () => {
    const cell = {
      from_min: 10,
      duration_min: 20,
      peak_mm_h: 60,
      radius_m: 500,
      from: [0, 0.5] as [number, number],
      to: [1, 0.5] as [number, number],
      every_min: 60,
    }
    const rain = createRain([cell], city.bounds, START)
    const [west, south, east, north] = city.bounds
    const middle = (north + south) / 2
    const at = (minute: number, lon: number): number => rain.rate_mm_h([lon, middle], START + minute * MINUTE_MS)
    expect(at(9, west)).toBe(0)
    expect(at(30, east)).toBe(0)
    expect(at(20, (west + east) / 2)).toBeCloseTo(60, 1)
    expect(at(12, west)).toBeGreaterThan(at(12, east))
    expect(at(28, east)).toBeGreaterThan(at(28, west))
    expect(at(80, (west + east) / 2)).toBeCloseTo(60, 1)
  })
})
