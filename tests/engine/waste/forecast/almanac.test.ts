/** Holidays, events and weather in what is expected of a bin. */
import { describe, expect, it } from 'vitest'
import { dayNumber } from '../../../../engine/base/calendar.ts'
import { DAY_MS, HOUR_MS } from '../../../../engine/base/time.ts'
import { NO_ALMANAC, plansOf, weatherAt } from '../../../../engine/waste/forecast/almanac.ts'
import { expectedGain, habitOf, UNTRAINED } from '../../../../engine/waste/forecast/habit.ts'
import { createTrack, observeFill, type Track } from '../../../../engine/waste/forecast/track.ts'

/** A Monday. */
const MONDAY = dayNumber('2024-01-01') * DAY_MS
const WEEKS = 6

/** Fills by 1 % an hour on working days, 0.1 % on Sundays and Saturdays, three times as much during the events; emptied when full. */
function office(events: readonly { from: number; until: number }[] = []): Track {
  const track = createTrack(MONDAY, 0)
  let fill = 0
  for (let h = 1; h <= WEEKS * 7 * 24; h++) {
    const at = MONDAY + h * HOUR_MS
    const busy = events.some(({ from, until }) => at > from && at <= until) ? 3 : 1
    fill = fill > 90 ? 0 : fill + busy * (Math.floor((h - 1) / 24) % 7 < 5 ? 1 : 0.1)
    observeFill(track, at, fill)
  }
  return track
}

const NEXT = MONDAY + WEEKS * 7 * DAY_MS

describe('a holiday', () => {
  const track = office()
  const calendar = { holidays: new Set(['2024-02-13']), workdays: new Set(['2024-02-17']) }
  const told = habitOf(track, UNTRAINED, plansOf({ ...NO_ALMANAC, calendar })('B'))
  const not = habitOf(track, UNTRAINED)

  it('brings what a Sunday brings, and a worked Saturday what a Monday brings', () => {
    const day = (habit: typeof told, d: number): number => expectedGain(habit, NEXT + d * DAY_MS, 24)
    expect(day(told, 1)).toBeCloseTo(day(not, 6), 6)
    expect(day(told, 5)).toBeCloseTo(day(not, 0), 6)
    expect(day(told, 2)).toBeCloseTo(day(not, 2), 6)
    expect(day(told, 1)).toBeLessThan(0.6 * day(not, 1))
  })

  it('counts for the hours that it has', () => {
    const [from, hours] = [NEXT + 0.5 * DAY_MS, 24]
    const half = expectedGain(not, from, 12) + expectedGain(told, NEXT + DAY_MS, 12)
    expect(expectedGain(told, from, hours)).toBeCloseTo(half, 6)
  })
})

describe('an event', () => {
  const past = [3, 12, 17, 24, 31].map((day) => ({ from: MONDAY + day * DAY_MS, until: MONDAY + day * DAY_MS + 12 * HOUR_MS, bin: 'B' }))
  const ahead = { from: NEXT + 6 * HOUR_MS, until: NEXT + 18 * HOUR_MS, bin: 'B' }
  const planOf = plansOf({ ...NO_ALMANAC, occasions: [...past, ahead] })
  const track = office(past)

  it('brings more to the bins where it brought more before', () => {
    const told = habitOf(track, UNTRAINED, planOf('B'))
    expect(told.event).toBeGreaterThan(2)
    expect(told.event).toBeLessThan(3.5)
    expect(expectedGain(told, NEXT, 24)).toBeGreaterThan(1.5 * expectedGain(habitOf(office(), UNTRAINED), NEXT, 24))
  })

  it('is nothing to other bins', () => {
    expect(expectedGain(habitOf(track, UNTRAINED, planOf('C')), NEXT, 24)).toBe(expectedGain(habitOf(track, UNTRAINED), NEXT, 24))
  })
})

it('weather is read up to the time that is asked, and unknown where there is none', () => {
  const weather = {
    ts: Float64Array.of(0, HOUR_MS, 30 * HOUR_MS),
    rain_mm: Float64Array.of(1, 2, 4),
    temp_c: Float64Array.of(10, Number.NaN, 20),
  }
  const plan = plansOf({ ...NO_ALMANAC, weather })('B')
  expect(weatherAt(plan, 2 * HOUR_MS)).toEqual([3, 10, 0])
  expect(weatherAt(plan, 30 * HOUR_MS)).toEqual([4, 20, 5])
  expect(weatherAt(plan, -HOUR_MS).every(Number.isNaN)).toBe(true)
})
