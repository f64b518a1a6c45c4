/** What `/live` tells of forecasts: a row for each low point when it changes, how good they were, and the stages that follow from them. */
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

it('sends the stage of a low point with its reason when it changes, and none before the first', () => {
  const city = smallCity()
  const brain = createBrain([], city)
  const tables = createTables(() => brain.state)
  const stages = (): Record<string, unknown> =>
    Object.fromEntries([...(tables.refresh().get('flood_stages') ?? [])].map(([key, row]) => [key, JSON.parse(row)]))
  expect(stages()).toEqual({})
  const { threshold_m, name } = city.low_points[0]
  for (const seconds of [60, 120]) brain.at(seconds, reading('d0/flood/G1', seconds, { level_m: threshold_m + 0.1 }))
  const why = { en: expect.stringContaining(`${name.en} up to flooded (red)`), zh: expect.stringContaining('红色积水') }
  expect(stages()).toEqual({ LP1: { stage: 'flooded', since: T0 + 120_000, why, closed: null } })
  expect(stages()).toEqual({})
})
