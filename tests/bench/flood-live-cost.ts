/** What the forecasts of a running city of 1,000 low points in heavy rain cost: the solver's answer by assumed physics, the engine's steps, and a reading. */

import { serialize } from 'node:v8'
import { createState, saveState, step } from '../../engine/brain.ts'
import { createCityForecaster } from '../../engine/flood/forecast/answer.ts'
import { type City, deviceKey } from '../../engine/model/city.ts'
import { createContext } from '../../engine/model/context.ts'
import type { Observation } from '../../engine/model/observation.ts'
import { smallCity } from '../fixtures/small-city.ts'
import type { Bench } from './report.ts'

const POINTS = 1000
const START = 1_767_225_600_000
const STEP_MS = 300_000
/** More than six hours, so that every series is as long as it becomes. */
const STEPS = 80
/** Steps that are measured, the last ones. */
const MEASURED = 9

/** The small city with low points, gauges and pumps over and over, 40 m apart. */
function largeCity(): City {
  const city = smallCity()
  const [point] = city.low_points
  const own = city.devices.filter(({ place }) => place === point.id)
  const places = Array.from({ length: POINTS }, (_, i) => i)
  const rename = (text: string, i: number): string => `${text}-${i}`
  return {
    ...city,
    devices: [
      ...city.devices.filter(({ place }) => place !== point.id),
      ...places.flatMap((i) => own.map((device) => ({ ...device, id: rename(device.id, i), place: rename(point.id, i) }))),
    ],
    low_points: places.map((i) => ({
      ...point,
      id: rename(point.id, i),
      at: [point.at[0] + 0.0004 * (i % 40), point.at[1] + 0.0004 * Math.floor(i / 40)],
      gauges: point.gauges.map((key) => rename(key, i)),
      pumps: point.pumps.map((key) => rename(key, i)),
    })),
  }
}

/** Time on a core, whoever else is on the machine. */
function cpu_ms(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]

export const bench: Bench = async () => {
  const city = largeCity()
  const state = createState(createContext(city, 'bench', 1))
  const forecaster = createCityForecaster(city, null)
  if (forecaster === null) throw new Error('a forecaster without a model cannot be damaged')
  const rain = city.devices.filter(({ kind }) => kind === 'rain_gauge').map(({ district, domain, id }) => deviceKey(district, domain, id))
  const solver_ms: number[] = []
  const step_ms: number[] = []
  const take_ms: number[] = []
  const reading_us: number[] = []
  for (let t = 0; t < STEPS; t++) {
    const now = START + t * STEP_MS
    const say = (device: string, values: Record<string, number>): Observation => ({
      kind: 'reading',
      device,
      ts: now - 1000,
      seq: null,
      values,
      backfill: false,
    })
    const readings = [
      ...rain.map((device) => say(device, { rain_mm_h: 30 + (t % 7) })),
      ...city.low_points.map(({ gauges }, i) => say(gauges[0], { level_m: 0.12 + 0.05 * Math.sin((t + i) / 9) })),
    ]
    const before = cpu_ms()
    step(state, readings, now - 1)
    reading_us.push(((cpu_ms() - before) * 1000) / readings.length)
    const began = cpu_ms()
    const { requests } = step(state, [], now)
    step_ms.push(cpu_ms() - began)
    for (const { id, problem } of requests) {
      if (problem.type !== 'forecast' || t < STEPS - MEASURED) continue
      const asked = cpu_ms()
      const answer = forecaster.answer(problem)
      solver_ms.push(cpu_ms() - asked)
      const answered = cpu_ms()
      step(state, [{ kind: 'solution', ts: now, request: id, answer }], now + 1)
      take_ms.push(cpu_ms() - answered)
    }
  }
  const late = <T>(values: readonly T[]): readonly T[] => values.slice(-MEASURED)
  const saved = serialize(saveState(state).remembered.flood).length
  return [
    { name: 'forecast of 1,000 low points by physics, median', value: median(late(solver_ms)), unit: 'ms', goal: '≤ 1,000' },
    { name: 'engine step that closes five minutes, median', value: median(late(step_ms)), unit: 'ms' },
    { name: 'engine step that takes the answer in, median', value: median(late(take_ms)), unit: 'ms' },
    { name: 'engine step per reading of 1,000 gauges, median', value: median(late(reading_us)), unit: 'µs' },
    { name: 'water in a snapshot', value: saved / 2 ** 20, unit: 'MiB' },
  ]
}
