/**
 * Time to full of ours against plain forecasts, in the same run: trained on the first eight months of some bins, asked in the last four of these and of others that the training never
 * saw. Asked while below 80 %, at times spread over the readings.
 */
import { createRandom } from '../../engine/base/random.ts'
import { curveOf, type FillForecaster, pointOf } from '../../engine/waste/forecast/curve.ts'
import { createFillForecaster, UNTRAINED_FORECASTER } from '../../engine/waste/forecast/model.ts'
import { csiOf, FULL_PCT, type Judged, meanError } from '../../engine/waste/forecast/score.ts'
import { createTrack, observeFill } from '../../engine/waste/forecast/track.ts'
import { trainWaste } from '../../engine/waste/forecast/train.ts'
import type { Figure } from './report.ts'
import { HOUR_MS, type SensedBin, START, senseBin, simulateDeposits, truthFrom, YEAR_H } from './waste-fills.ts'
import { PlainHistory } from './waste-plain.ts'

const TRAINED = 120
const HELD_BACK = 70
const ISSUES_BIN = 120
const SPLIT_H = Math.floor((YEAR_H * 2) / 3)

export type Method = 'ours' | 'ours untrained' | 'last 24 h rate' | 'weekday mean' | 'Croston'

export function sensedBins(count: number, seed: string): SensedBin[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const own = random.fork(`bin/${i}`)
    return senseBin(simulateDeposits(`B${i}`, own.fork('deposits')), own.fork('sensor'))
  })
}

/** Of one bin, in the last third of the year. */
function askBin(bin: SensedBin, forecaster: FillForecaster, said: Map<Method, Judged[]>): void {
  const { ts, fill_pct, kind } = bin
  const track = createTrack(ts[0], fill_pct[0])
  const plain = new PlainHistory()
  plain.add(ts[0], fill_pct[0])
  const first = ts.findIndex((t) => t >= START + SPLIT_H * HOUR_MS)
  if (first < 0) return
  const stride = Math.max(1, Math.floor((ts.length - first) / ISSUES_BIN))
  for (let i = 1; i < ts.length; i++) {
    observeFill(track, ts[i], fill_pct[i])
    plain.add(ts[i], fill_pct[i])
    if (i < first || i % stride !== 0 || fill_pct[i] >= FULL_PCT) continue
    const { ttf_h, left_h } = truthFrom(bin, (ts[i] - START) / HOUR_MS, FULL_PCT)
    const answers: [Method, number][] = [
      ['ours', pointOf(curveOf(forecaster, track, kind, ts[i], FULL_PCT), FULL_PCT)],
      ['ours untrained', pointOf(curveOf(UNTRAINED_FORECASTER, track, kind, ts[i], FULL_PCT), FULL_PCT)],
      ['last 24 h rate', plain.lastRate(FULL_PCT)],
      ['weekday mean', plain.weekdayMean(FULL_PCT)],
      ['Croston', plain.croston(FULL_PCT)],
    ]
    for (const [method, said_h] of answers) {
      const list = said.get(method) ?? []
      if (list.length === 0) said.set(method, list)
      list.push({ ttf_h, left_h, said_h })
    }
  }
}

export function forecastFigures(): { readonly figures: readonly Figure[]; readonly forecaster: FillForecaster } {
  const bins = sensedBins(TRAINED + HELD_BACK, 'waste bench')
  const until = START + SPLIT_H * HOUR_MS
  const training = bins.slice(0, TRAINED).map(({ bin, kind, ts, fill_pct }) => {
    const end = ts.findIndex((t) => t >= until)
    const count = end < 0 ? ts.length : end
    return { bin, kind, series: { ts: ts.subarray(0, count), fill_pct: fill_pct.subarray(0, count) } }
  })
  const start = performance.now()
  const model = trainWaste(training, { random: createRandom(1), say: (text) => console.error(text) })
  const training_s = (performance.now() - start) / 1000
  console.error(JSON.stringify(model.score))
  const forecaster = createFillForecaster(model)
  if (forecaster === null) throw new Error('the model that was just trained cannot be read')
  const figures: Figure[] = [{ name: `training, ${TRAINED} bins, eight months`, value: training_s, unit: 's' }]
  for (const [title, list] of [
    ['known bins', bins.slice(0, TRAINED)],
    ['new bins', bins.slice(TRAINED)],
  ] as const) {
    const said = new Map<Method, Judged[]>()
    for (const bin of list) askBin(bin, forecaster, said)
    for (const [method, judged] of said) {
      const mark = (name: string, value: number | null, unit: string): Figure => ({
        name: `${title}, ${method}: ${name}`,
        value: value ?? Number.NaN,
        unit,
      })
      figures.push(
        mark('error when full within 24 h', meanError(judged, 0, 24), 'h'),
        mark('error when full in 24–48 h', meanError(judged, 24, 48), 'h'),
        mark('error when full in 48–168 h', meanError(judged, 48, 168), 'h'),
        mark('CSI 24 h', csiOf(judged, 24), ''),
        mark('CSI 48 h', csiOf(judged, 48), ''),
      )
    }
  }
  return { figures, forecaster }
}
