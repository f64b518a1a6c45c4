/** Chances and times to full, with and without a trained model. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../engine/base/random.ts'
import { DAY_MS, HOUR_MS } from '../../../../engine/base/time.ts'
import { chanceAt, curveOf, HORIZONS_H, pointOf, timeTo } from '../../../../engine/waste/forecast/curve.ts'
import { createFillForecaster, UNTRAINED_FORECASTER, type WasteModel } from '../../../../engine/waste/forecast/model.ts'
import { createTrack, observeFill, type Track } from '../../../../engine/waste/forecast/track.ts'
import { trainWaste } from '../../../../engine/waste/forecast/train.ts'

/** Fills at a steady pace from a time on, emptied at 90 %. */
function steady(pace_pct_day: number, days: number): Track {
  const track = createTrack(0, 0)
  let fill = 0
  for (let h = 1; h <= days * 24; h++) {
    fill = fill >= 90 ? 0 : fill + pace_pct_day / 24
    observeFill(track, h * HOUR_MS, fill)
  }
  return track
}

/** Half of the bins fill on weekdays only, the other half every day; different paces. */
function smallModel(): WasteModel {
  const bins = Array.from({ length: 3 }, (_, b) => {
    const random = createRandom(`bin ${b}`)
    const ts: number[] = []
    const fills: number[] = []
    let fill = 0
    for (let h = 0; h < 14 * 24; h++) {
      const rests = b % 2 === 0 && Math.floor(h / 24) % 7 >= 5
      fill = fill >= 92 ? random.uniform(0, 5) : fill + (rests ? 0 : random.exponential((15 + 5 * b) / 24))
      ts.push(h * HOUR_MS)
      fills.push(fill)
    }
    return { bin: `B${b}`, kind: b % 2 === 0 ? 'office' : null, series: { ts: Float64Array.from(ts), fill_pct: Float64Array.from(fills) } }
  })
  return trainWaste(bins, { random: createRandom(1), say: () => undefined })
}

describe('without a model', () => {
  it('a steady bin is full when its pace says so', () => {
    const track = steady(20, 30)
    const need = 80 - track.level_pct
    const said_h = timeTo(curveOf(UNTRAINED_FORECASTER, track, null, track.ts, 80), 0.5, 80)
    expect(said_h / ((need / 20) * 24)).toBeGreaterThan(0.7)
    expect(said_h / ((need / 20) * 24)).toBeLessThan(1.3)
  })

  it('a bin of which one reading is known has an answer, and a full one is full', () => {
    const curve = curveOf(UNTRAINED_FORECASTER, createTrack(0, 10), null, 5 * DAY_MS, 80)
    expect(pointOf(curve, 80)).toBeGreaterThan(0)
    expect(pointOf(curveOf(UNTRAINED_FORECASTER, createTrack(0, 85), null, 0, 80), 80)).toBe(0)
  })
})

describe('with a model', () => {
  const model = smallModel()
  const forecaster = createFillForecaster(model)
  if (forecaster === null) throw new Error('the model cannot be read')

  it('chances never fall with time, nor times with the share that is asked for', () => {
    const reading = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 110, noNaN: true }))
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 40 }), (readings) => {
        const track = createTrack(0, 10)
        let ts = 0
        for (const [hours, fill] of readings) {
          ts += hours * HOUR_MS
          observeFill(track, ts, fill)
        }
        const curve = curveOf(forecaster, track, null, ts, 80)
        for (let h = 1; h < HORIZONS_H.length; h++) expect(curve.chance[h]).toBeGreaterThanOrEqual(curve.chance[h - 1])
        const times = [0.1, 0.3, 0.5, 0.9].map((share) => timeTo(curve, share, 80))
        expect([...times].sort((a, b) => a - b)).toEqual(times)
        expect(Number.isFinite(pointOf(curve, 80))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('says "within a day" exactly when that is likelier than the share that training chose', () => {
    for (const fill of [5, 20, 40, 55, 65, 70, 75, 78]) {
      const track = steady(20, 28)
      observeFill(track, track.ts + HOUR_MS, fill, true)
      const curve = curveOf(forecaster, track, null, track.ts, 80)
      expect(pointOf(curve, 80) <= 24).toBe(chanceAt(curve, 24) >= model.claims.within_24_h)
    }
  })

  it('finds a fast bin full sooner than a slow one', () => {
    const point = (pace: number): number => {
      const track = steady(pace, 28)
      observeFill(track, track.ts + HOUR_MS, 30, true)
      return pointOf(curveOf(forecaster, track, null, track.ts, 80), 80)
    }
    expect(point(40)).toBeLessThan(point(12))
  })

  it('is the same for the same data and seed', () => {
    expect(JSON.stringify(smallModel())).toBe(JSON.stringify(model))
  })
})
