import { describe, expect, it } from 'vitest'
import { createContext } from '../../../engine/model/context.ts'
import { createLane } from '../../../engine/traffic/lane-memory.ts'
import { learnTurns, shareOfWays } from '../../../engine/traffic/turn-split.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { T0 } from '../../support/brain.ts'

const network = createContext(smallCity(), 'test', 1).signal_network
const [west, east] = ['J11', 'J21'].map((id) => {
  const junction = network.get(id)
  if (junction === undefined) throw new Error(`no ${id}`)
  return junction
})
/** Northwards into J11: lane 0 turns left, lane 1 goes straight on or turns right towards J21. */
const [left, mixed] = ['r10-11_0', 'r10-11_1'].map((id) => west.lane_of.get(id) ?? -1)
const through = west.lanes[mixed].exits.indexOf('r11-12')
const right = west.lanes[mixed].exits.indexOf('r11-21')

describe('how a lane divides', () => {
  it('is even until somebody is seen, and no question where there is one way', () => {
    const memory = createLane()
    expect(shareOfWays(memory, { exits: [through], of: 2 })).toBe(0.5)
    expect(shareOfWays(memory, { exits: [through, right], of: 2 })).toBe(1)
    expect(shareOfWays(memory, { exits: [0], of: 1 })).toBe(1)
    expect(shareOfWays(memory, { exits: [], of: 2 })).toBe(0)
  })

  it('is learnt from who enters the roads behind while it sends, and not from what others send there', () => {
    const memories = west.lanes.map(() => createLane())
    const second = (n: number, road: string, ...senders: number[]): void => {
      const ts = T0 + n * 1000
      for (const lane of senders) memories[lane].left = ts
      learnTurns(west, memories, new Map([[`${road}_0`, 1]]), ts, 1)
    }
    for (let n = 0; n < 40; n++) second(n, n % 4 === 3 ? 'r11-21' : 'r11-12', mixed)
    expect(shareOfWays(memories[mixed], { exits: [through], of: 2 })).toBeCloseTo(0.74, 1)
    // Ten seconds later others send to the right: that says nothing of a lane that stands.
    const before = shareOfWays(memories[mixed], { exits: [right], of: 2 })
    const other = west.lane_of.get('r01-11_1') ?? -1
    for (let n = 50; n < 70; n++) second(n, 'r11-21', other)
    expect(Math.abs(shareOfWays(memories[mixed], { exits: [right], of: 2 }) - before)).toBeLessThan(0.1)
    expect(memories[left].turned_veh).toEqual([])
  })

  it('tells of a feeder which of its ways lead here', () => {
    const lane = east.lane_of.get('r11-21_1') ?? -1
    const feeders = east.lanes[lane].feeders.filter(({ junction }) => junction === 'J11')
    expect(feeders.find((feeder) => feeder.lane === mixed)).toEqual({ junction: 'J11', lane: mixed, exits: [right], of: 2 })
    for (const feeder of feeders) expect(feeder.of).toBe(west.lanes[feeder.lane].exits.length)
  })
})
