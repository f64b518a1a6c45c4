/**
 * The flood forecast on storms it has not seen: trained on two thirds of the storms in ../shared/data/flood/beta_dev, judged on the rest, with and without nowcast,
 * through the functions of the command line. The scorer of the benchmark (../shared/bench/score_forecast.py) judges too where there is a Python with pandas
 * (FLOOD_PYTHON, or a virtual environment in ~/.cache/urban-brain/flood/venv). Then the time that a forecast of 1,000 low points takes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../engine/base/random.ts'
import { createForecaster, type Forecaster, forecastNow, forecastStorm } from '../../engine/flood/forecast/forecast.ts'
import type { FloodModel } from '../../engine/flood/forecast/model.ts'
import { type ForecastScore, scoreForecasts } from '../../engine/flood/forecast/score.ts'
import { HORIZON_STEPS, LEADS_MIN, type Site, STEP_MIN } from '../../engine/flood/forecast/storm.ts'
import { trainFlood } from '../../engine/flood/forecast/train.ts'
import { type NamedKnownStorm, readKnownStorms } from '../../gateway/cli/flood-files.ts'
import { predictionLines } from '../../gateway/cli/forecast.ts'
import type { Bench, Figure } from './report.ts'

const SHARED = join(process.cwd(), '../shared')
const DATA = join(SHARED, 'data/flood/beta_dev')
const SCORER = join(SHARED, 'bench/score_forecast.py')
/** One storm in so many is held back. */
const HELD = 3
const POINTS = 1000

/** Gradient boosting as published beside the data, on 26 other storms: NSE and onset CSI by lead. */
const PUBLISHED = {
  nowcast: { nse: [0.996, 0.99, 0.97, 0.89], csi: [0.76, 0.76, 0.74, 0.58], warned: 0.96, false_runs: 0.33 },
  gauges: { nse: [0.99, 0.96, 0.85, 0.63], csi: [0.7, 0.56, 0.42, 0.23], warned: 0.62, false_runs: 0.52 },
} as const

const GOALS: Readonly<Record<string, string>> = {
  'nowcast NSE 60 min': '≥ 0.98',
  'nowcast onset CSI 60 min': '≥ 0.78',
  'nowcast onset CSI 120 min': '≥ 0.62',
  'nowcast warned ≥ 30 min ahead': '≥ 0.96',
  'nowcast false runs': '≤ 0.25',
  'gauges onset CSI 30 min': '≥ 0.60',
}

const figure = (name: string, value: number, unit: string, against?: number): Figure => ({
  name,
  value,
  unit,
  ...(against === undefined ? {} : { against: { name: 'published boosting', value: against } }),
  ...(GOALS[name] === undefined ? {} : { goal: GOALS[name] }),
})

function figuresOf(title: 'nowcast' | 'gauges', { leads, episodes }: ForecastScore): Figure[] {
  const published = PUBLISHED[title]
  return [
    ...leads.flatMap(({ lead_min, nse, onset, brier, coverage }, l) => [
      figure(`${title} NSE ${lead_min} min`, nse ?? 0, '', published.nse[l]),
      figure(`${title} onset CSI ${lead_min} min`, onset.csi, '', published.csi[l]),
      figure(`${title} Brier ${lead_min} min`, brier, ''),
      figure(`${title} coverage ${lead_min} min`, coverage, ''),
    ]),
    figure(`${title} warned ≥ 30 min ahead`, episodes.ge30 ?? 0, '', published.warned),
    figure(`${title} false runs`, episodes.false_run_share, '', published.false_runs),
    figure(`${title} episodes`, episodes.n, ''),
  ]
}

function forecasterOf(model: FloodModel | null, sites: readonly Site[], nowcast: boolean): Forecaster {
  const forecaster = createForecaster(model, sites, nowcast)
  if (forecaster === null) throw new Error('the model that was just trained cannot be read')
  return forecaster
}

/** Share of depths within the band, which should be 0.8. */
function bandShare(forecaster: Forecaster, storms: readonly NamedKnownStorm[]): number {
  let inside = 0
  let all = 0
  for (const storm of storms) {
    const { low_m, high_m } = forecastStorm(forecaster, storm)
    LEADS_MIN.forEach((lead_min, lead) => {
      storm.truth_m.forEach((truth, site) => {
        for (let t = 0; t + lead_min / STEP_MIN < storm.steps; t++) {
          const depth = truth[t + lead_min / STEP_MIN]
          if (Number.isNaN(depth)) continue
          all++
          if (depth >= low_m[lead][site][t] && depth <= high_m[lead][site][t]) inside++
        }
      })
    })
  }
  return inside / Math.max(1, all)
}

function pythonWithPandas(): string | null {
  const candidates = [process.env.FLOOD_PYTHON, join(homedir(), '.cache/urban-brain/flood/venv/bin/python')]
  return candidates.find((path) => path !== undefined && spawnSync(path, ['-c', 'import pandas']).status === 0) ?? null
}

/** Prints what the benchmark's own scorer says of the same forecasts. */
async function scoreOutside(title: string, forecaster: Forecaster, storms: readonly NamedKnownStorm[]): Promise<void> {
  const python = pythonWithPandas()
  if (python === null || !existsSync(SCORER)) {
    console.error(
      'the scorer of the benchmark was not asked: no Python with pandas (FLOOD_PYTHON), or no ../shared/bench/score_forecast.py',
    )
    return
  }
  const directory = await mkdtemp(join(tmpdir(), 'flood-forecast-'))
  try {
    const events = new Set(storms.map(({ event }) => event))
    const [head, ...lines] = (await readFile(join(DATA, 'truth.csv'), 'utf8')).split('\n')
    const truth = lines.filter((line) => events.has(line.slice(0, line.indexOf(','))))
    await writeFile(join(directory, 'truth.csv'), [head, ...truth, ''].join('\n'))
    await writeFile(join(directory, 'pred.csv'), `${[...predictionLines(forecaster, storms, LEADS_MIN)].join('\n')}\n`)
    const files = ['--truth', join(directory, 'truth.csv'), '--nodes', join(DATA, 'nodes.csv'), '--pred', join(directory, 'pred.csv')]
    const { stdout, stderr } = spawnSync(python, [SCORER, ...files], { encoding: 'utf8', timeout: 300_000 })
    console.error(`score_forecast.py, ${title}:\n${stdout}${stderr}`)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The points of the model again and again under other names, over the hours of one storm. */
function thousandPoints(model: FloodModel, storm: NamedKnownStorm): Figure {
  const copies = Array.from({ length: POINTS }, (_, i) => ({ i, of: i % model.points.length }))
  const name = (node: string, i: number): string => `${node}-${Math.floor(i / model.points.length)}`
  const points = copies.map(({ i, of }) => ({
    ...model.points[of],
    node: name(model.points[of].node, i),
    neighbours: model.points[of].neighbours.map((node) => name(node, i)),
  }))
  const wide = { ...storm, levels_m: copies.map(({ of }) => storm.levels_m[of]) }
  const forecaster = forecasterOf({ ...model, points }, points, true)
  const leads_min = Array.from({ length: HORIZON_STEPS }, (_, step) => (step + 1) * STEP_MIN)
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    forecastNow(forecaster, wide, leads_min)
    return performance.now() - start
  }).sort((a, b) => a - b)
  return { name: `${POINTS} low points, ${HORIZON_STEPS} leads, one time of issue`, value: times[2], unit: 'ms', goal: '≤ 1,000' }
}

export const bench: Bench = async () => {
  if (!existsSync(DATA)) throw new Error(`${DATA} is not there: the flood forecast cannot be measured`)
  const { sites, storms } = await readKnownStorms(DATA)
  const held = storms.filter((_, s) => s % HELD === 1)
  const seen = storms.filter((_, s) => s % HELD !== 1)
  const start = performance.now()
  const model = trainFlood(seen, sites, { random: createRandom(1), say: (text) => console.error(text) })
  const training_s = (performance.now() - start) / 1000
  const figures: Figure[] = [
    { name: 'storms learnt from', value: seen.length, unit: '' },
    { name: 'storms held back', value: held.length, unit: '' },
    { name: 'training, nowcast and gauges', value: training_s, unit: 's' },
  ]
  for (const title of ['nowcast', 'gauges'] as const) {
    const forecaster = forecasterOf(model, sites, title === 'nowcast')
    const own = title === 'nowcast' ? held : held.map((storm) => ({ ...storm, nowcast_mm: null }))
    const scored = own.map((storm) => ({ truth_m: storm.truth_m, forecast: forecastStorm(forecaster, storm) }))
    const thresholds = sites.map(({ threshold_m }) => threshold_m)
    figures.push(...figuresOf(title, scoreForecasts(scored, thresholds)))
    figures.push({ name: `${title} depths within the band of 80 %`, value: bandShare(forecaster, own), unit: '' })
    await scoreOutside(title, forecaster, own)
  }
  figures.push(thousandPoints(model, held[0]))
  return figures
}
