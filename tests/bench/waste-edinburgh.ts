/**
 * The collections of Edinburgh's street bins in the summer of 2016 (../shared/data/waste/edinburgh): when each was emptied and how full it was. There are no sensors and no positions in it.
 *
 * Time to full: asked right after an emptying when the bin will be as full as the next collection found it; the truth is the time to that collection. Policies: what was found is spread over the time
 * since the emptying before, and streets are given made-up places, so the kilometres are those of a city that is only like Edinburgh.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../engine/base/random.ts'
import { curveOf, type FillForecaster, pointOf } from '../../engine/waste/forecast/curve.ts'
import { createFillForecaster, UNTRAINED_FORECASTER } from '../../engine/waste/forecast/model.ts'
import { type Judged, meanError } from '../../engine/waste/forecast/score.ts'
import { createTrack, observeFill } from '../../engine/waste/forecast/track.ts'
import { trainWaste } from '../../engine/waste/forecast/train.ts'
import type { Figure } from './report.ts'
import { PlainHistory } from './waste-plain.ts'
import type { PlacedBin } from './waste-policies.ts'

const FILE = join(process.cwd(), '../shared/data/waste/edinburgh/collections.csv')
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** Of bins that were emptied less often too little is known. */
const COLLECTIONS_MIN = 8
/** Asked only after so many. */
const KNOWN_MIN = 4
/** Less was hardly a filling. */
const FOUND_PCT_MIN = 20

interface Collected {
  readonly bin: string
  readonly street: string
  readonly ts: readonly number[]
  readonly found_pct: readonly number[]
}

function readCollections(): Collected[] {
  const bins = new Map<string, { street: string; rows: [number, number][] }>()
  for (const line of readFileSync(FILE, 'utf8').trim().split('\n').slice(1)) {
    const cells = line.match(/("[^"]*"|[^,]*)(,|$)/g)?.map((cell) => cell.replace(/,$/, '').replaceAll('"', '')) ?? []
    const at = cells.findIndex((cell) => /^\d{4}-\d\d-\d\d \d\d:/.test(cell))
    if (at < 1) continue
    const own = bins.get(cells[0]) ?? { street: cells[1].split(' - ')[0], rows: [] }
    own.rows.push([Date.parse(`${cells[at].replace(' ', 'T')}Z`), Number(cells[at + 1])])
    bins.set(cells[0], own)
  }
  return [...bins].flatMap(([bin, { street, rows }]): Collected[] => {
    const sorted = rows.filter(([ts, found]) => Number.isFinite(ts) && Number.isFinite(found)).sort((a, b) => a[0] - b[0])
    // Two lifts within two hours are one collection.
    const apart = sorted.filter(([ts], i) => i === 0 || ts - sorted[i - 1][0] > 2 * HOUR_MS)
    return apart.length < COLLECTIONS_MIN ? [] : [{ bin, street, ts: apart.map(([ts]) => ts), found_pct: apart.map(([, found]) => found) }]
  })
}

/** As a sensor would have told: the level just before each collection, and empty after it. */
function seriesOf({ ts, found_pct }: Collected): { ts: Float64Array; fill_pct: Float64Array; collected: Uint8Array } {
  return {
    ts: Float64Array.from(ts.flatMap((at) => [at - MINUTE_MS, at])),
    fill_pct: Float64Array.from(found_pct.flatMap((found) => [found, 0])),
    collected: Uint8Array.from(ts.flatMap(() => [0, 1])),
  }
}

function askBin(bin: Collected, forecaster: FillForecaster, said: Map<string, Judged[]>): void {
  const track = createTrack(bin.ts[0], 0)
  const plain = new PlainHistory()
  plain.add(bin.ts[0], 0)
  for (let k = 1; k < bin.ts.length; k++) {
    const found = bin.found_pct[k]
    if (k >= KNOWN_MIN && found >= FOUND_PCT_MIN) {
      const from = bin.ts[k - 1]
      const ttf_h = (bin.ts[k] - from) / HOUR_MS
      const answers: [string, number][] = [
        ['ours', pointOf(curveOf(forecaster, track, null, from, found), found)],
        ['ours untrained', pointOf(curveOf(UNTRAINED_FORECASTER, track, null, from, found), found)],
        ['last 24 h rate', plain.lastRate(found)],
        ['weekday mean', plain.weekdayMean(found)],
        ['Croston', plain.croston(found)],
      ]
      for (const [method, said_h] of answers) {
        const list = said.get(method) ?? []
        if (list.length === 0) said.set(method, list)
        list.push({ ttf_h, left_h: ttf_h, said_h })
      }
    }
    for (const [ts, fill, collected] of [
      [bin.ts[k] - MINUTE_MS, found, false],
      [bin.ts[k], 0, true],
    ] as const) {
      observeFill(track, ts, fill, collected)
      plain.add(ts, fill)
    }
  }
}

/** Bins with hourly amounts, all over the same days; made-up places, the bins of a street beside each other. */
function placed(bins: readonly Collected[]): PlacedBin[] {
  const start = Math.max(
    ...bins
      .map(({ ts }) => ts[0])
      .sort((a, b) => a - b)
      .slice(0, Math.ceil(bins.length / 2)),
  )
  const hours = Math.floor((Math.max(...bins.map(({ ts }) => ts[ts.length - 1])) - start) / HOUR_MS / 24) * 24
  return bins.map(({ bin, street, ts, found_pct }) => {
    const deposits = new Float32Array(hours)
    let sum = 0
    let known = 0
    for (let k = 1; k < ts.length; k++) {
      const [from, to] = [(ts[k - 1] - start) / HOUR_MS, (ts[k] - start) / HOUR_MS]
      sum += found_pct[k]
      known += to - from
      for (let h = Math.max(0, Math.floor(from)); h < Math.min(hours, to); h++) deposits[h] = found_pct[k] / (to - from)
    }
    // Before its first and after its last collection a bin fills at its mean pace.
    for (let h = 0; h < hours; h++) if (start + h * HOUR_MS < ts[0] || start + h * HOUR_MS >= ts[ts.length - 1]) deposits[h] = sum / known
    const at = createRandom(street)
    const own = createRandom(bin)
    return { bin, kind: 'street', deposits, x: at.uniform(3500, 6500) + own.normal(0, 120), y: at.uniform(3500, 6500) + own.normal(0, 120) }
  })
}

export interface Edinburgh {
  readonly figures: readonly Figure[]
  readonly bins: readonly PlacedBin[]
}

/** @returns null where the file is missing */
export function edinburgh(): Edinburgh | null {
  if (!existsSync(FILE)) return null
  const bins = readCollections()
  const half = bins.filter((_, i) => i % 2 === 0)
  const model = trainWaste(
    half.map((bin) => ({ bin: bin.bin, kind: null, series: seriesOf(bin) })),
    { random: createRandom(1), say: () => undefined },
  )
  const forecaster = createFillForecaster(model)
  if (forecaster === null) throw new Error('the model that was just trained cannot be read')
  const said = new Map<string, Judged[]>()
  for (const bin of bins.filter((_, i) => i % 2 === 1)) askBin(bin, forecaster, said)
  const figures = [...said].flatMap(([method, judged]): Figure[] =>
    (
      [
        [0, 24],
        [24, 48],
        [48, 168],
      ] as const
    ).map(([low, high]) => ({
      name: `Edinburgh, new bins, ${method}: error, ${low}–${high} h`,
      value: meanError(judged, low, high) ?? Number.NaN,
      unit: 'h',
    })),
  )
  return {
    figures: [{ name: 'Edinburgh: bins with eight collections or more', value: bins.length, unit: '' }, ...figures],
    bins: placed(bins),
  }
}
