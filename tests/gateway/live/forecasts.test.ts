/** What `/live` tells of forecasts: a row for each low point when it changes, and how good they were. */
import { expect, it } from 'vitest'
import { createTables } from '../../../gateway/live/tables.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, reading, T0 } from '../../support/brain.ts'
import { createAnswers, requestsFor } from '../../support/solver.ts'

it('sends forecasts and scores once each time they change', () => {
  const city = smallCity()
  const brain = createBrain([], city)
  const answers = createAnswers(city)
  const tables = createTables(() => brain.state)
  const rowsOf = (): Record<string, Record<string, unknown>> => {
    const changes = tables.refresh()
    return Object.fromEntries(
      (['forecasts', 'forecast_scores'] as const).map((table) => [
        table,
        Object.fromEntries([...(changes.get(table) ?? [])].map(([key, row]) => [key, JSON.parse(row)])),
      ]),
    )
  }
  const levelAt = (seconds: number): number => 0.1 + seconds / 90_000
  const play = (seconds: number): void => {
    const { requests } = brain.at(
      seconds,
      reading('d0/flood/G1', seconds, { level_m: levelAt(seconds) }),
      reading('d0/flood/R1', seconds, { rain_mm_h: 40 }),
    )
    brain.at(seconds + 1, ...answers(requestsFor(requests, 'forecast'), T0 + 1000 * seconds))
  }
  expect(rowsOf()).toEqual({ forecasts: {}, forecast_scores: {} })
  for (let seconds = 0; seconds <= 1800; seconds += 300) play(seconds)
  const { forecasts, forecast_scores } = rowsOf()
  expect(forecasts.LP1).toMatchObject({ issued: T0 + 1_800_000, basis: 'physical', level_m: 0.12, p: expect.any(Array) })
  expect(forecast_scores).toMatchObject({
    lately: {
      since: T0,
      floods: 0,
      warned_30_min: null,
      leads: [{ lead_min: 15, hours: 4 }, { lead_min: 30 }, { lead_min: 60, nse: null }, {}],
    },
    storm: { since: T0 },
  })
  expect(rowsOf()).toEqual({ forecasts: {}, forecast_scores: {} })
  play(2100)
  expect(Object.keys(rowsOf().forecasts)).toContain('LP1')
})
