/** Rounds: who is worth the way, when it is better to wait, and tips. */
import { describe, expect, it } from 'vitest'
import type { RoundProblem } from '../../../../engine/model/solve.ts'
import { curveOf } from '../../../../engine/waste/forecast/curve.ts'
import { UNTRAINED_FORECASTER } from '../../../../engine/waste/forecast/model.ts'
import { createTrack } from '../../../../engine/waste/forecast/track.ts'
import { planRound } from '../../../../engine/waste/rounds/plan-round.ts'
import { PRICES, worthOf } from '../../../../engine/waste/rounds/worth.ts'

type Bin = { readonly x_s: number; readonly urgent_s: number; readonly ride_s: number; readonly load_l?: number }

/** Everything lies on one street, places in seconds from the depot. */
function plan(
  bins: readonly Bin[],
  { tip_s, capacity_l = 1000, wait_share = 0.5 }: { tip_s?: number; capacity_l?: number; wait_share?: number } = {},
) {
  const at = [0, 0] as const
  const problem: RoundProblem = {
    type: 'round',
    seed: 1,
    steps: 300,
    wait_share,
    lorries: [{ id: 'L', at, shift_s: 20_000, capacity_l, speed_factor: 1 }],
    tips: tip_s === undefined ? [] : [{ id: 'tip', at, service_s: 100 }],
    bins: bins.map(({ urgent_s, ride_s, load_l = 100 }, i) => ({ id: `B${i}`, at, load_l, service_s: 60, urgent_s, ride_s })),
  }
  const places = [0, ...(tip_s === undefined ? [] : [tip_s]), ...bins.map(({ x_s }) => x_s)]
  const travel_s = Float64Array.from(places.flatMap((from) => places.map((to) => Math.abs(from - to))))
  const answer = planRound(problem, travel_s)
  return { ...answer, order: answer.routes.flatMap(({ visits }) => visits.map(({ id }) => id)) }
}

describe('a round', () => {
  it('takes along what lies on the way, and leaves what is not worth its detour', () => {
    const { drive, order } = plan([
      { x_s: 1000, urgent_s: 5000, ride_s: 0 },
      { x_s: 500, urgent_s: 0, ride_s: 50 },
      { x_s: 1500, urgent_s: 0, ride_s: 300 },
    ])
    expect(drive).toBe(true)
    expect([...order].sort()).toEqual(['B0', 'B1'])
  })

  it('waits where the overflow that it would spare is worth less than a part of the way', () => {
    expect(plan([{ x_s: 1000, urgent_s: 900, ride_s: 1500 }]).drive).toBe(false)
    expect(plan([{ x_s: 1000, urgent_s: 1100, ride_s: 1500 }]).drive).toBe(true)
  })

  it('is none where no bin is worth anything, or there is no lorry', () => {
    expect(plan([{ x_s: 10, urgent_s: 0, ride_s: -5 }]).drive).toBe(false)
    expect(plan([]).routes).toEqual([])
  })

  it('ends at the tip, and tips on the way where the lorry is too small', () => {
    const far = { urgent_s: 9000, ride_s: 0, load_l: 400 }
    expect(plan([{ x_s: 800, ...far }], { tip_s: 300 }).order).toEqual(['B0', 'tip'])
    const { order } = plan(
      [700, 800, 900, 1000].map((x_s) => ({ x_s, ...far })),
      { tip_s: 300 },
    )
    expect(order.filter((id) => id === 'tip')).toHaveLength(2)
    expect(order.filter((id) => id.startsWith('B'))).toHaveLength(4)
  })
})

it('a bin is worth more the fuller it is, and nothing right after it was emptied', () => {
  const worth = (fill: number, since_h: number) =>
    worthOf(curveOf(UNTRAINED_FORECASTER, createTrack(0, fill), null, 0, PRICES.full_pct), since_h, PRICES)
  expect(worth(85, 100).urgent_s).toBeGreaterThan(worth(50, 100).urgent_s)
  const fresh = worth(2, 1)
  expect(fresh.urgent_s + fresh.ride_s).toBeLessThan(0)
})
