import { describe, expect, test } from 'vitest'
import { generateCity } from '../../../config/cities/generate.ts'
import { checkCity } from '../../../config/city-check.ts'
import { largestStrongPart } from '../../../config/city-graph.ts'
import { distance_m, insideRing, length_m } from '../../../engine/base/geo.ts'
import { deviceKey } from '../../../engine/model/city.ts'

const SEEDS = [1, 2, 7, 8, 41, 1001]
const cities = SEEDS.map((seed) => [seed, generateCity(seed)] as const)

test('the same seed gives the same city, another seed another one', () => {
  expect(generateCity(7)).toEqual(cities[2][1])
  expect(generateCity(8).nodes).not.toEqual(cities[2][1].nodes)
})

describe.each(cities)('the city of seed %i', (_, city) => {
  test('has no faults', () => {
    expect(checkCity(city)).toEqual([])
  })

  test('can be driven from everywhere to everywhere', () => {
    expect(largestStrongPart(city.nodes, city.roads).size).toBe(city.nodes.length)
    expect(city.roads.some(({ oneway }) => oneway)).toBe(true)
  })

  test('has the size that was asked for', () => {
    const count = (kind: string): number => city.devices.filter((device) => device.kind === kind).length
    expect(city.districts).toHaveLength(7)
    expect(city.grids).toHaveLength(120)
    expect(city.low_points).toHaveLength(18)
    expect(city.junctions.length).toBeGreaterThanOrEqual(40)
    expect(city.junctions.length).toBeLessThanOrEqual(80)
    expect(city.roads.length).toBeGreaterThan(1500)
    expect(city.roads.length).toBeLessThan(5000)
    expect(count('bin')).toBe(1640)
    expect(count('camera')).toBe(210)
    expect(count('phone')).toBe(city.crews.length)
    // Controllers send no readings; all others report.
    expect(city.devices.filter(({ metrics }) => metrics.length > 0).length).toBeGreaterThanOrEqual(2000)
  })

  test('has crews of every skill at every hour', () => {
    for (const skill of ['pump', 'collect', 'patrol', 'repair', 'traffic']) {
      for (let hour = 0; hour < 24; hour++) {
        const onShift = city.crews.filter(({ skills, shift: { from_h, until_h } }) => {
          const on = from_h < until_h ? hour >= from_h && hour < until_h : hour >= from_h || hour < until_h
          return skills.includes(skill) && on
        })
        // More than one for emergencies, whatever else happens; few collect at night.
        expect(onShift.length, `${skill} at ${hour}`).toBeGreaterThanOrEqual(skill === 'collect' && (hour < 6 || hour >= 22) ? 1 : 2)
      }
    }
  })

  test('collects mostly by day', () => {
    const starts = (from_h: number): number =>
      city.crews.filter(({ skills, shift }) => skills.includes('collect') && shift.from_h === from_h).length
    expect([starts(6), starts(14), starts(22)]).toEqual([6, 4, 2])
  })

  test('has roads as long as their lines, with names in both languages', () => {
    for (const road of city.roads) {
      expect(Math.abs(road.length_m - length_m(road.line)) / road.length_m, road.id).toBeLessThan(0.02)
      expect(road.name?.zh).toMatch(/\p{Script=Han}/u)
      expect(road.name?.en).toMatch(/^[A-Z][A-Za-z ]+$/)
    }
  })

  test('has two to four bridges, and no other road in the water', () => {
    const river = city.land.find(({ name }) => name?.en === 'Lan River')
    if (river === undefined) throw new Error('the river is missing')
    const wet = city.roads.filter(({ line }) => line.some((a, i) => i > 0 && crosses(line[i - 1], a, river.outline)))
    const bridges = groupsNearby(wet.map(({ line }) => line[Math.floor(line.length / 2)]))
    expect(bridges).toBeGreaterThanOrEqual(2)
    expect(bridges).toBeLessThanOrEqual(4)
  })

  test('puts every device into the grid it stands in', () => {
    const grids = new Map(city.grids.map((grid) => [grid.code, grid]))
    for (const device of city.devices) {
      const grid = device.grid === null ? undefined : grids.get(device.grid)
      if (grid !== undefined) expect(insideRing(device.at, grid.outline), device.id).toBe(true)
    }
    expect(city.devices.filter(({ grid }) => grid === null).length).toBeLessThan(20)
  })

  test('gives every low point a gauge with its threshold and pumps', () => {
    const devices = new Map(city.devices.map((device) => [deviceKey(device.district, device.domain, device.id), device]))
    for (const point of city.low_points) {
      expect(point.pumps.length).toBe(2)
      expect(devices.get(point.gauges[0])?.params.threshold_m).toBe(point.threshold_m)
      for (const key of point.pumps) expect(devices.get(key)?.params.capacity_m3_s).toBeGreaterThan(0.05)
    }
  })

  test('grids carry codes of 15 digits that differ', () => {
    for (const { code } of city.grids) expect(code).toMatch(/^3299\d{11}$/)
    expect(new Set(city.grids.map(({ code }) => code)).size).toBe(120)
  })
})

type Point = readonly [number, number]

/** Whether a piece of road crosses the ring at least once, by sampling it. */
function crosses(a: Point, b: Point, ring: readonly Point[]): boolean {
  return Array.from({ length: 9 }, (_, i) => i / 8).some((t) => insideRing([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])], ring))
}

/** How many groups there are of points within 400 m of each other. */
function groupsNearby(points: readonly Point[]): number {
  const groups: Point[][] = []
  for (const p of points) {
    const near = groups.find((group) => group.some((q) => distance_m(p, q) < 400))
    if (near === undefined) groups.push([p])
    else near.push(p)
  }
  return groups.length
}
