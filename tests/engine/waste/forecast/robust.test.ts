/** Bins as they are really out there: whatever a sensor does, training ends, every question has an answer, and no answer knows what came later. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../engine/base/random.ts'
import { DAY_MS, HOUR_MS } from '../../../../engine/base/time.ts'
import { type Almanac, NO_ALMANAC, plansOf } from '../../../../engine/waste/forecast/almanac.ts'
import { chanceAt, curveOf, type FillForecaster, LONGEST_H, pointOf, timeTo } from '../../../../engine/waste/forecast/curve.ts'
import { createFillForecaster } from '../../../../engine/waste/forecast/model.ts'
import type { FillSeries } from '../../../../engine/waste/forecast/outcomes.ts'
import { createTrack, observeFill } from '../../../../engine/waste/forecast/track.ts'
import { type TrainingBin, trainWaste } from '../../../../engine/waste/forecast/train.ts'

const series = (rows: readonly (readonly [number, number])[]): FillSeries => ({
  ts: Float64Array.from(rows, ([hour]) => hour * HOUR_MS),
  fill_pct: Float64Array.from(rows, ([, fill]) => fill),
})
const hourly = (hours: number, fillOf: (h: number) => number): FillSeries => series(Array.from({ length: hours }, (_, h) => [h, fillOf(h)]))

/** Fills and is emptied; `seed` differs from bin to bin. */
function common(seed: string, hours: number): FillSeries {
  const random = createRandom(seed)
  let fill = 0
  return hourly(hours, () => {
    fill = fill > 90 ? 2 : fill + random.exponential(1.4)
    return fill
  })
}

const ODD: Readonly<Record<string, FillSeries>> = {
  'no reading': series([]),
  'one reading': series([[5, 40]]),
  'two readings': series([
    [5, 40],
    [90, 45],
  ]),
  'always empty': hourly(600, () => 0),
  'stuck full': hourly(600, () => 100),
  'stuck between': hourly(600, () => 63),
  flickering: hourly(600, (h) => (h % 2) * 100),
  'a gap of a year': series([...Array.from({ length: 200 }, (_, h): [number, number] => [h, h % 90]), [9000, 30], [9001, 31]]),
  'the same time twice': series([
    [1, 10],
    [1, 20],
    [2, 30],
  ]),
  'far out of range': hourly(300, (h) => (h % 50) * 40 - 500),
}

function forecasterOf(bins: readonly TrainingBin[], almanac: Almanac = NO_ALMANAC): FillForecaster {
  const forecaster = createFillForecaster(trainWaste(bins, { random: createRandom(1), say: () => undefined }, almanac))
  if (forecaster === null) throw new Error('the model cannot be read')
  return forecaster
}

function expectAnswer(forecaster: FillForecaster, { ts, fill_pct }: FillSeries): void {
  const track = createTrack(ts.at(0) ?? 0, fill_pct.at(0) ?? 0)
  for (let i = 1; i < ts.length; i++) observeFill(track, ts[i], fill_pct[i])
  for (const later of [0, HOUR_MS, 40 * DAY_MS]) {
    const curve = curveOf(forecaster, track, null, track.ts + later, 80)
    for (const said of [pointOf(curve, 80), timeTo(curve, 0.1, 80), timeTo(curve, 0.9, 80)]) {
      expect(said).toBeGreaterThanOrEqual(0)
      expect(said).toBeLessThanOrEqual(LONGEST_H)
    }
    expect(chanceAt(curve, 24)).toBeLessThanOrEqual(chanceAt(curve, 48))
  }
}

describe('odd sensors', () => {
  const bins = Object.entries(ODD).map(([bin, own]): TrainingBin => ({ bin, kind: null, series: own }))

  it('are learnt from and asked beside common ones', () => {
    const forecaster = forecasterOf([...bins, ...['A', 'B', 'C'].map((bin) => ({ bin, kind: null, series: common(bin, 600) }))])
    expect(forecaster.forest).not.toBeNull()
    for (const own of Object.values(ODD)) expectAnswer(forecaster, own)
  })

  it('alone teach nothing, and are answered by the habit', () => {
    for (const names of [
      ['always empty', 'stuck full'],
      ['two readings', 'no reading'],
      ['stuck between', 'one reading'],
    ]) {
      const forecaster = forecasterOf(bins.filter(({ bin }) => names.includes(bin)))
      expect(forecaster.forest).toBeNull()
      for (const own of Object.values(ODD)) expectAnswer(forecaster, own)
    }
  })
})

describe('an answer', () => {
  const almanac: Almanac = {
    calendar: { holidays: new Set(['1970-01-12', '1970-01-13']), workdays: new Set(['1970-01-17']) },
    occasions: [
      { from: 9 * DAY_MS, until: 9.5 * DAY_MS, bin: null },
      { from: 15 * DAY_MS, until: 16 * DAY_MS, bin: 'A' },
    ],
    weather: {
      ts: Float64Array.from({ length: 200 }, (_, i) => i * 3 * HOUR_MS),
      rain_mm: Float64Array.from({ length: 200 }, (_, i) => i % 3),
      temp_c: Float64Array.from({ length: 200 }, (_, i) => (i % 7 === 0 ? Number.NaN : i % 30)),
    },
  }
  const forecaster = forecasterOf(
    ['A', 'B', 'C'].map((bin) => ({ bin, kind: null, series: common(bin, 500) })),
    almanac,
  )

  it('is changed by no later reading, of the bin or of the weather', () => {
    const step = fc.tuple(fc.double({ min: 0.1, max: 30, noNaN: true }), fc.double({ min: 0, max: 110, noNaN: true }))
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 2, maxLength: 40 }),
        fc.nat(39),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (steps, cut, after_h) => {
          let hour = 0
          const rows = steps.map(([hours, fill]): [number, number] => {
            hour += hours
            return [hour, fill]
          })
          const [last_h] = rows[Math.min(cut, rows.length - 1)]
          const at = (last_h + after_h) * HOUR_MS
          const { weather } = almanac
          const seen = weather?.ts.filter((ts) => ts <= at).length ?? 0
          const early: Almanac = {
            ...almanac,
            weather: weather && {
              ts: weather.ts.slice(0, seen),
              rain_mm: weather.rain_mm.slice(0, seen),
              temp_c: weather.temp_c.slice(0, seen),
            },
          }
          const answer = (known: readonly (readonly [number, number])[], days: Almanac): string => {
            const track = createTrack(known[0][0] * HOUR_MS, known[0][1])
            for (const [h, fill] of known.slice(1)) if (h * HOUR_MS <= at) observeFill(track, h * HOUR_MS, fill)
            const curve = curveOf(forecaster, track, null, at, 80, plansOf(days)('A'))
            return JSON.stringify([pointOf(curve, 80), [...curve.chance]])
          }
          expect(
            answer(
              rows.filter(([h]) => h * HOUR_MS <= at),
              early,
            ),
          ).toBe(answer(rows, almanac))
        },
      ),
      { numRuns: 60 },
    )
  })
})
