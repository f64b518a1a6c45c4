/** The port of the scorer against figures that the Python scorer gave for the same small case. */
import { describe, expect, it } from 'vitest'
import { episodesOf, type ScoredStorm, scoreForecasts } from '../../../../engine/flood/forecast/score.ts'

const LEADS = [15, 60]
const STEPS = 40
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** Two storms, two points: depths by sines, forecasts off by up to 0.15 m, one in eleven missing. */
function smallCase(): ScoredStorm[] {
  const draw = (event: number, site: number, t: number, lead: number): number => ((event * 73 + site * 151 + t * 283 + lead * 31) % 97) / 97
  return [0, 1].map((event) => {
    const truth_m = [0, 1].map((site) =>
      Float64Array.from({ length: STEPS }, (_, t) =>
        rounded(Math.max(0, 1.2 * Math.sin((t + 5 * event + 4 * site) / 6) + 0.1 * Math.cos(t * 1.7)), 3),
      ),
    )
    const depth_m = LEADS.map((lead) =>
      truth_m.map((truth, site) =>
        Float64Array.from({ length: STEPS }, (_, t) => {
          if ((t + site) % 11 === 3) return Number.NaN
          return rounded((truth[t + lead / 5] ?? 0.5) + 0.3 * (draw(event, site, t, lead) - 0.5), 4)
        }),
      ),
    )
    const p_exceed = depth_m.map((lead) => lead.map((own) => own.map((depth) => rounded(Math.min(1, Math.max(0, (depth - 0.7) / 0.6)), 4))))
    return { truth_m, forecast: { leads_min: LEADS, depth_m, p_exceed } }
  })
}

describe('scores of forecasts', () => {
  const { leads, episodes } = scoreForecasts(smallCase(), [1, 0.9])

  it('are those of score_forecast.py, hour by hour', () => {
    expect(
      leads.map(({ n, coverage, rmse_m, nse, brier, all, onset }) => [
        [n, rounded(coverage, 4), rounded(rmse_m, 4), rounded(nse ?? 0, 4), rounded(brier, 5)],
        [all.hits, all.misses, all.false_alarms, rounded(all.csi, 4), rounded(all.pod, 4), rounded(all.far, 4)],
        [onset.hits, onset.misses, onset.false_alarms, rounded(onset.csi, 4), rounded(onset.pod, 4), rounded(onset.far, 4)],
      ]),
    ).toEqual([
      [
        [148, 0.8919, 0.0874, 0.9636, 0.05788],
        [18, 9, 2, 0.6207, 0.6667, 0.1],
        [8, 2, 0, 0.8, 0.8, 0],
      ],
      [
        [112, 0.8929, 0.0869, 0.9307, 0.02585],
        [4, 3, 1, 0.5, 0.5714, 0.2],
        [4, 3, 1, 0.5, 0.5714, 0.2],
      ],
    ])
  })

  it('are those of score_forecast.py, flood by flood', () => {
    expect(episodes).toEqual({
      n: 5,
      warned_before: 0.8,
      ge15: 0.4,
      ge30: 0.2,
      ge60: 0.2,
      median_lead_min: 10,
      warning_runs: 5,
      false_runs: 1,
      false_run_share: 0.2,
    })
  })

  it('sort forecasts into ten classes of chance', () => {
    const { reliability, n, coverage } = leads[0]
    expect(reliability).toHaveLength(10)
    expect(reliability.reduce((sum, bin) => sum + bin.n, 0)).toBe(Math.round(n * coverage))
    for (const [b, bin] of reliability.entries()) if (bin.n > 0) expect(Math.min(9, Math.floor(bin.said * 10))).toBe(b)
  })
})

it('short dry spells join floods, and a single wet sample is none', () => {
  const truth = Float64Array.from([0, 2, 2, 0, 0, 2, 0, 0, 0, 0, 2, 0])
  expect(episodesOf(truth, 1)).toEqual([{ from: 1, to: 5 }])
})
