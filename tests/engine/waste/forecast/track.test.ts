/** What is believed of a bin's readings. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../../engine/base/time.ts'
import { createTrack, levelOf, observeFill, SLOTS_KEPT, type Track } from '../../../../engine/waste/forecast/track.ts'

/** Hourly readings. */
function tracked(fills: readonly number[]): Track {
  const track = createTrack(0, fills[0])
  fills.slice(1).forEach((fill, i) => {
    observeFill(track, (i + 1) * HOUR_MS, fill)
  })
  return track
}

describe('readings of a bin', () => {
  it('are an emptying when they fall and stay low', () => {
    const track = tracked([60, 70, 80, 3, 4])
    expect(track.emptied).toBe(3 * HOUR_MS)
    expect(track.tops).toEqual([80])
    expect(levelOf(track)).toBeLessThan(5)
  })

  it('are no emptying when the next one takes the fall back', () => {
    const track = tracked([60, 70, 0, 71])
    expect(track.emptied).toBeNull()
    expect(levelOf(track)).toBeGreaterThan(69)
  })

  it('see a partial emptying', () => {
    const track = tracked([90, 92, 45, 46, 47])
    expect(track.emptied).toBe(2 * HOUR_MS)
    expect(track.floor_pct).toBe(45)
  })

  it('see no deposit in a leap that the next reading does not confirm', () => {
    const track = tracked([20, 21, 100, 22])
    expect(levelOf(track)).toBeLessThan(23)
    expect(track.slots.filter((slot) => slot > 0).reduce((sum, slot) => sum + slot, 0)).toBeLessThan(3)
  })

  it('take a reported collection at its word, however little fell', () => {
    const track = createTrack(0, 20)
    observeFill(track, HOUR_MS, 12, true)
    expect(track.emptied).toBe(HOUR_MS)
  })

  it('book what came in over the time in which it came', () => {
    const track = tracked([0, 4, 8, 12, 16, 20, 24])
    expect(track.slots).toEqual([12, 12, 0])
  })

  it('stay bounded and finite whatever they say', () => {
    const reading = fc.tuple(
      fc.double({ min: -50, max: 3000 * HOUR_MS, noNaN: true }),
      fc.oneof(fc.double(), fc.integer({ min: -20, max: 150 })),
    )
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 60 }), (readings) => {
        const track = createTrack(0, 10)
        for (const [ts, fill] of readings) observeFill(track, ts, fill)
        expect(track.slots.length).toBeLessThanOrEqual(SLOTS_KEPT)
        expect([...track.slots, track.level_pct, track.noise_pct, track.interval_h].every(Number.isFinite)).toBe(true)
        expect(track.level_pct).toBeGreaterThanOrEqual(-30)
        expect(track.level_pct).toBeLessThanOrEqual(130)
      }),
    )
  })
})
