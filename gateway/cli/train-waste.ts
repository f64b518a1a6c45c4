/** `train waste`: fills of the past to a model of the fill forecast. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UrbanError } from '../../engine/base/errors.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { WasteScore } from '../../engine/waste/forecast/model.ts'
import { BINS_MIN, READINGS_MIN, trainWaste } from '../../engine/waste/forecast/train.ts'
import { writeWasteModel } from '../waste-model.ts'
import { type Command, note, say, seedOf, usageError } from './command.ts'
import { readDays } from './waste-days.ts'
import { readFills } from './waste-files.ts'

const figure = (value: number | null, digits: number, unit: string): string =>
  value === null ? 'none such' : `${value.toFixed(digits)}${unit}`

function tell({ issues, mae_24_h, mae_48_h, csi_24, csi_48, brier_24 }: WasteScore): void {
  say(
    `${issues} times of issue; error of the time to 80 %: ${figure(mae_24_h, 1, ' h')} when full within 24 h, ${figure(mae_48_h, 1, ' h')} in 24 to 48 h`,
  )
  say(`full within 24 h: CSI ${figure(csi_24, 2, '')}, Brier ${brier_24.toFixed(4)}; within 48 h: CSI ${figure(csi_48, 2, '')}`)
}

export const trainWasteCommand: Command = {
  positionals: [],
  options: {
    data: {
      type: 'string',
      value: 'DIR',
      help: 'fill.csv (bin, time, fill_pct) and, if there are such, collections.csv (bin, time), bins.csv (bin, kind), calendar.yaml, events.csv (from, until, bin) and weather.csv (time, rain_mm, temp_c) (required)',
    },
    out: { type: 'string', value: 'FILE', help: 'model to write (required)' },
    calendar: { type: 'string', value: 'FILE', help: 'holidays and worked weekends (calendar.yaml of the data)' },
    seed: { type: 'string', value: 'N', help: 'seed of the draws: same data and seed, same model (1)' },
  },
  async run(args) {
    const data = args.text('data')
    const out = args.text('out')
    if (data === undefined) throw usageError('--data DIR is missing: where fill.csv is')
    if (out === undefined) throw usageError('--out FILE is missing: where the model is to be written')
    const seed = seedOf(args, 'seed') ?? 1
    const there = (file: string): string | undefined => (existsSync(join(data, file)) ? join(data, file) : undefined)
    const fills = join(data, 'fill.csv')
    const bins = await readFills({ fills, collections: there('collections.csv'), bins: there('bins.csv'), say: note })
    const almanac = await readDays({
      calendar: args.text('calendar') ?? there('calendar.yaml'),
      events: there('events.csv'),
      weather: there('weather.csv'),
    })
    const readings = bins.reduce((sum, { ts }) => sum + ts.length, 0)
    if (bins.length < BINS_MIN || readings < READINGS_MIN)
      throw new UrbanError(
        'input',
        'waste.train',
        `${fills}: ${readings} readings of ${bins.length} bins, expected at least ${READINGS_MIN} of ${BINS_MIN} to learn from some and be judged on others`,
      )
    const model = trainWaste(
      bins.map(({ bin, kind, ...series }) => ({ bin, kind, series })),
      {
        random: createRandom(seed),
        say: note,
      },
      almanac,
    )
    await writeWasteModel(model, out)
    say(`${out}: ${readings} readings of ${bins.length} bins over ${model.trained.days} days; scores on bins that were held back:`)
    tell(model.score)
    return 0
  },
}
