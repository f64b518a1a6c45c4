/**
 * The flood forecast on storms it has not seen: the storms in ../shared/data/flood/beta_dev are dealt into thirds, each third is forecast by a model that was trained on
 * the other two, and all are judged together, with and without nowcast, through the functions of the command line; the thirds also one by one, because some are harder. The scorer of the benchmark (../shared/bench/score_forecast.py) judges too where there is a Python with pandas
 * (FLOOD_PYTHON, or a virtual environment in ~/.cache/urban-brain/flood/venv). Then the time that a forecast of 1,000 low points takes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../engine/base/random.ts'
import { type BandedForecast, createForecaster, type Forecaster, forecastNow, forecastStorm } from '../../engine/flood/forecast/forecast.ts'
import type { FloodModel } from '../../engine/flood/forecast/model.ts'
import { type ForecastScore, scoreForecasts } from '../../engine/flood/forecast/score.ts'
import { HORIZON_STEPS, LEADS_MIN, type Site, STEP_MIN, withoutNowcast } from '../../engine/flood/forecast/storm.ts'
import { trainFlood } from '../../engine/flood/forecast/train.ts'
import { type NamedKnownStorm, readKnownStorms } from '../../gateway/cli/flood-files.ts'
import { predictionLines } from '../../gateway/cli/forecast.ts'
import type { Bench, Figure } from './report.ts'

const SHARED = join(process.cwd(), '../shared')
const DATA = join(SHARED, 'data/flood/beta_dev')
const SCORER = join(SHARED, 'bench/score_forecast.py')
/** Every storm is held back once, one in so many at a time. */
const THIRDS = 3
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

interface HeldStorm {
  readonly storm: NamedKnownStorm
  readonly forecast: BandedForecast
  readonly forecaster: Forecaster
  readonly third: number
}

/** Share of depths within the band, which should be 0.8. */
function bandShare(held: readonly HeldStorm[]): number {
  let inside = 0
  let all = 0
  for (const { storm, forecast } of held) {
    LEADS_MIN.forEach((lead_min, lead) => {
      storm.truth_m.forEach((truth, site) => {
        for (let t = 0; t + lead_min / STEP_MIN < storm.steps; t++) {
          const depth = truth[t + lead_min / STEP_MIN]
          if (Number.isNaN(depth)) continue
          all++
          if (depth >= forecast.low_m[lead][site][t] && depth <= forecast.high_m[lead][site][t]) inside++
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
async function scoreOutside(title: string, held: readonly HeldStorm[]): Promise<void> {
  const python = pythonWithPandas()
  if (python === null || !existsSync(SCORER)) {
    console.error(
      'the scorer of the benchmark was not asked: no Python with pandas (FLOOD_PYTHON), or no ../shared/bench/score_forecast.py',
    )
    return
  }
  const directory = await mkdtemp(join(tmpdir(), 'flood-forecast-'))
  try {
    const lines = held.flatMap(({ storm, forecaster }, i) => [...predictionLines(forecaster, [storm], LEADS_MIN)].slice(i === 0 ? 0 : 1))
    await writeFile(join(directory, 'pred.csv'), `${lines.join('\n')}\n`)
    const files = ['--truth', join(DATA, 'truth.csv'), '--nodes', join(DATA, 'nodes.csv'), '--pred', join(directory, 'pred.csv')]
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

/** A model for each third, of the two others. */
function trainThirds(storms: readonly NamedKnownStorm[], sites: readonly Site[]): FloodModel[] {
  return Array.from({ length: THIRDS }, (_, third) => {
    const seen = storms.filter((__, s) => s % THIRDS !== third)
    return trainFlood(seen, sites, { random: createRandom(1), say: (text) => console.error(`third ${third + 1}: ${text}`) })
  })
}

function forecastHeld(
  models: readonly FloodModel[],
  storms: readonly NamedKnownStorm[],
  sites: readonly Site[],
  nowcast: boolean,
): HeldStorm[] {
  const forecasters = models.map((model) => forecasterOf(model, sites, nowcast))
  return storms.map((whole, s) => {
    const third = s % THIRDS
    const forecaster = forecasters[third]
    const storm = nowcast ? whole : withoutNowcast(whole)
    return { storm, forecast: forecastStorm(forecaster, storm), forecaster, third }
  })
}

const scoreOf = (held: readonly HeldStorm[], sites: readonly Site[]): ForecastScore =>
  scoreForecasts(
    held.map(({ storm: { truth_m }, forecast }) => ({ truth_m, forecast })),
    sites.map(({ threshold_m }) => threshold_m),
  )

export const bench: Bench = async () => {
  if (!existsSync(DATA)) throw new Error(`${DATA} is not there: the flood forecast cannot be measured`)
  const { sites, storms } = await readKnownStorms(DATA)
  const start = performance.now()
  const models = trainThirds(storms, sites)
  const training_s = (performance.now() - start) / 1000 / THIRDS
  const figures: Figure[] = [
    { name: 'storms, each held back once', value: storms.length, unit: '' },
    { name: 'training on two thirds, nowcast and gauges', value: training_s, unit: 's' },
  ]
  for (const title of ['nowcast', 'gauges'] as const) {
    const held = forecastHeld(models, storms, sites, title === 'nowcast')
    figures.push(...figuresOf(title, scoreOf(held, sites)))
    figures.push({ name: `${title} depths within the band of 80 %`, value: bandShare(held), unit: '' })
    for (let third = 0; third < THIRDS; third++) {
      const { leads, episodes } = scoreOf(
        held.filter((one) => one.third === third),
        sites,
      )
      const hour = leads.find(({ lead_min }) => lead_min === 60)
      figures.push({ name: `${title}, third ${third + 1}: NSE 60 min`, value: hour?.nse ?? 0, unit: '' })
      figures.push({ name: `${title}, third ${third + 1}: onset CSI 60 min`, value: hour?.onset.csi ?? 0, unit: '' })
      figures.push({ name: `${title}, third ${third + 1}: false runs`, value: episodes.false_run_share, unit: '' })
    }
    await scoreOutside(title, held)
  }
  figures.push(thousandPoints(models[0], storms[0]))
  return figures
}
