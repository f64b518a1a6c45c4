import { describe, expect, test } from 'vitest'
import { generateCity } from '../../config/cities/generate.ts'
import { type Arm, describeJunction, turnOf } from '../../config/city-junctions.ts'
import { pathsCross } from '../../config/junction-conflicts.ts'
import type { Road } from '../../engine/model/city.ts'

const ARMS = { east: 0, north: 90, west: 180, south: 270 } as const

/** A site of two-way roads that lead out at the given bearings (degrees from east), each with so many lanes in both directions. */
function junction(bearings: readonly number[], lanes: number) {
  const roads = bearings.map((bearing): Road => {
    const name = { zh: `路${bearing}`, en: `Road ${bearing}` }
    const line = [[0, 0] as const, [0, 0] as const]
    return {
      id: `r${bearing}`,
      from: 'x',
      to: `n${bearing}`,
      class: 'primary',
      name,
      length_m: 300,
      speed_kmh: 50,
      lanes,
      oneway: false,
      line,
    }
  })
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const departing = roads.map((road, i): Arm => ({ road, reversed: false, heading: radians(bearings[i]) }))
  const arriving = roads.map((road, i): Arm => ({ road, reversed: true, heading: radians(bearings[i] + 180) }))
  return describeJunction({ id: 'J1', district: 'd0', node: 'x', at: [0, 0], arriving, departing })
}

describe('a described junction', () => {
  test('four arms of three lanes: the four phases everybody knows, right turns free', () => {
    const cross = junction(Object.values(ARMS), 6)
    expect(cross?.entering.map(({ id, turns }) => `${id} ${turns}`)).toEqual([
      '-r0_0 left',
      '-r0_1 through',
      '-r0_2 right',
      '-r90_0 left',
      '-r90_1 through',
      '-r90_2 right',
      '-r180_0 left',
      '-r180_1 through',
      '-r180_2 right',
      '-r270_0 left',
      '-r270_1 through',
      '-r270_2 right',
    ])
    expect(cross?.phases).toMatchObject([
      { index: 1, lanes: ['-r0_1', '-r180_1'] },
      { index: 2, lanes: ['-r0_0', '-r180_0'] },
      { index: 3, lanes: ['-r90_1', '-r270_1'] },
      { index: 4, lanes: ['-r90_0', '-r270_0'] },
    ])
  })

  test('who comes from the east and turns left leaves to the south', () => {
    const lane = junction(Object.values(ARMS), 4)?.entering.find(({ id }) => id === '-r0_0')
    expect(lane?.into).toEqual(['r270_0', 'r270_1'])
  })

  test('three arms: straight on together, then the side that turns left, then the stem', () => {
    const tee = junction([ARMS.east, ARMS.west, ARMS.south], 4)
    expect(tee?.phases.map(({ lanes }) => lanes)).toEqual([['-r0_1', '-r180_0', '-r180_1'], ['-r0_0', '-r0_1'], ['-r270_0']])
  })

  test('five lanes of one direction get two for turning left', () => {
    const turns = junction(Object.values(ARMS), 10)
      ?.entering.slice(0, 5)
      .map((lane) => lane.turns.join())
    expect(turns).toEqual(['left', 'left', 'through', 'through', 'right'])
  })

  test('where nothing conflicts there is no signal', () => {
    expect(junction([ARMS.east, ARMS.west], 4)).toBeNull()
  })

  test('skew arms without an opposite get phases of their own', () => {
    const skew = junction([0, 100, 225], 4)
    expect(skew?.phases.length).toBe(3)
  })
})

test('turns are judged by the change of heading', () => {
  expect([0, 0.5, 1.57, -1.57, 3.1].map((change) => turnOf(0, change))).toEqual(['through', 'through', 'left', 'right', null])
})

test('crossing paths are known: straight against straight from the side, left against straight from ahead', () => {
  const [east, north, west] = [0, Math.PI / 2, Math.PI]
  expect(pathsCross([east, east], [north, north])).toBe(true)
  expect(pathsCross([east, east], [west, west])).toBe(false)
  expect(pathsCross([east, north], [west, west])).toBe(true)
  expect(pathsCross([east, north], [west, -north])).toBe(false)
})

test('no phase of a generated city lets two approaches turn across each other', () => {
  // Told apart by what lanes say, not by geometry: beside a lane of another road that goes straight on, nobody of a phase may turn left.
  for (const { phases, entering } of generateCity(4).junctions) {
    for (const { lanes } of phases) {
      const green = entering.filter(({ id }) => lanes.includes(id))
      const approach = (id: string): string => id.slice(0, id.lastIndexOf('_'))
      for (const a of green.filter(({ turns }) => turns.includes('left'))) {
        for (const b of green.filter(({ turns }) => !turns.includes('left'))) expect(approach(a.id)).toBe(approach(b.id))
      }
      expect(new Set(green.map(({ id }) => approach(id))).size).toBeLessThanOrEqual(2)
      const exits = green.filter((lane, i) => green.findIndex(({ id }) => approach(id) === approach(lane.id)) === i).map(({ into }) => into)
      if (exits.length === 2) expect(exits[0].filter((lane) => exits[1].includes(lane))).toEqual([])
    }
  }
})
