/** `forecast flood`: what a model says at every time of the given storms, each time from what was known then. */
import { writeFile } from 'node:fs/promises'
import { UrbanError } from '../../engine/base/errors.ts'
import { createForecaster, type Forecaster, forecastStorm } from '../../engine/flood/forecast/forecast.ts'
import { HORIZON_STEPS, LEADS_MIN, STEP_MIN } from '../../engine/flood/forecast/storm.ts'
import { readFloodModel } from '../flood-model.ts'
import { type Arguments, type Command, say, usageError } from './command.ts'
import { type NamedStorm, readSites, readStorms } from './flood-files.ts'

const HEAD = 'time,node,lead_min,depth_pred,p_exceed,low,high'

function fileOf(args: Arguments, option: string, what: string): string {
  const file = args.text(option)
  if (file === undefined) throw usageError(`--${option} FILE is missing: ${what}`)
  return file
}

function leadsOf(text: string | undefined): readonly number[] {
  if (text === undefined) return LEADS_MIN
  return text.split(',').map((part) => {
    const lead = Number(part)
    if (!Number.isInteger(lead / STEP_MIN) || lead < STEP_MIN || lead > HORIZON_STEPS * STEP_MIN)
      throw usageError(`--leads takes multiples of ${STEP_MIN} up to ${HORIZON_STEPS * STEP_MIN} minutes like 15,30,60,120, not ${part}`)
    return lead
  })
}

/** The predictions of some storms as the scorer reads them, low and high behind its columns. */
export function* predictionLines(forecaster: Forecaster, storms: readonly NamedStorm[], leads_min: readonly number[]): Generator<string> {
  yield HEAD
  for (const storm of storms) {
    const { depth_m, low_m, high_m, p_exceed } = forecastStorm(forecaster, storm, leads_min)
    for (let t = 0; t < storm.steps; t++) {
      for (const [site, { node }] of forecaster.sites.entries()) {
        for (const [lead, lead_min] of leads_min.entries()) {
          const metres = [depth_m, low_m, high_m].map((series) => series[lead][site][t].toFixed(4))
          yield `${storm.times[t]},${node},${lead_min},${metres[0]},${p_exceed[lead][site][t].toFixed(5)},${metres[1]},${metres[2]}`
        }
      }
    }
  }
}

const BASES = {
  nowcast: 'the model with nowcast',
  gauges: 'the model from gauges only',
  physical: 'the physical forecast alone: no trained model, so the band is wide',
} as const

export const forecastFloodCommand: Command = {
  positionals: [],
  options: {
    model: { type: 'string', value: 'FILE', help: 'model that train flood has written (the physical forecast alone)' },
    rain: { type: 'string', value: 'FILE', help: 'time, rain_mmh and, if there is a nowcast, nc_0_15 … nc_60_120 (required)' },
    levels: { type: 'string', value: 'FILE', help: 'time, node, depth_m as the gauges said it (required)' },
    nodes: { type: 'string', value: 'FILE', help: 'node, rim_m, threshold_m (required)' },
    out: { type: 'string', value: 'FILE', help: 'predictions to write (required)' },
    leads: { type: 'string', value: '15,30', help: 'minutes ahead, multiples of 5 up to 120 (15,30,60,120)' },
  },
  async run(args) {
    const rain = fileOf(args, 'rain', 'rain and nowcast')
    const levels = fileOf(args, 'levels', 'what the gauges say')
    const nodes = fileOf(args, 'nodes', 'rims and thresholds')
    const out = fileOf(args, 'out', 'where the predictions are to be written')
    const leads_min = leadsOf(args.text('leads'))
    const file = args.text('model')
    const model = file === undefined ? null : await readFloodModel(file)
    const sites = await readSites(nodes)
    const storms = await readStorms(rain, levels, sites)
    const nowcast = storms.every(({ nowcast_mm }) => nowcast_mm !== null)
    const forecaster = createForecaster(model, sites, nowcast)
    if (forecaster === null)
      throw new UrbanError('input', 'flood.model', `${file}: the trees of the model are damaged: train it again with train flood`)
    const lines = [...predictionLines(forecaster, storms, leads_min)]
    await writeFile(out, `${lines.join('\n')}\n`)
    const unknown = forecaster.unknown
    if (model !== null && unknown.length > 0)
      process.stderr.write(`note: the model does not know ${unknown.join(', ')}: forecast as typical points of its city\n`)
    say(`${out}: ${lines.length - 1} predictions for ${sites.length} low points by ${BASES[forecaster.basis]}`)
    return 0
  },
}
