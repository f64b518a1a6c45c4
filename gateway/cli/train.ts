/** `train flood`: a directory of storms to a model of the flood forecast. */
import { join } from 'node:path'
import { UrbanError } from '../../engine/base/errors.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { ModelHeads } from '../../engine/flood/forecast/model.ts'
import { STORMS_MIN, trainFlood } from '../../engine/flood/forecast/train.ts'
import { writeFloodModel } from '../flood-model.ts'
import { type Command, say, seedOf, usageError } from './command.ts'
import { readKnownStorms } from './flood-files.ts'

const percent = (share: number | null): string => (share === null ? 'no flood to warn of' : `${(share * 100).toFixed(1)} %`)

function tell(name: string, { score }: ModelHeads): void {
  for (const { lead_min, nse, csi_onset, brier } of score.leads)
    say(`${name} ${String(lead_min).padStart(3)} min: NSE ${nse.toFixed(3)}, onset CSI ${csi_onset.toFixed(3)}, Brier ${brier.toFixed(4)}`)
  say(
    `${name}: ${score.episodes} floods, warned 30 min before ${percent(score.warned_30_min)}, false runs ${percent(score.false_run_share)}`,
  )
}

export const trainFloodCommand: Command = {
  positionals: [],
  options: {
    data: { type: 'string', value: 'DIR', help: 'rain.csv, levels.csv, truth.csv and nodes.csv of past storms (required)' },
    out: { type: 'string', value: 'FILE', help: 'model to write (required)' },
    seed: { type: 'string', value: 'N', help: 'seed of the draws: same data and seed, same model (1)' },
  },
  async run(args) {
    const data = args.text('data')
    const out = args.text('out')
    if (data === undefined) throw usageError('--data DIR is missing: where the storms are')
    if (out === undefined) throw usageError('--out FILE is missing: where the model is to be written')
    const seed = seedOf(args, 'seed') ?? 1
    const { sites, storms } = await readKnownStorms(data)
    if (storms.length < STORMS_MIN)
      throw new UrbanError(
        'input',
        'flood.train',
        `${join(data, 'rain.csv')}: ${storms.length} storms, expected at least ${STORMS_MIN} to learn from some and be judged on others`,
      )
    const model = trainFlood(storms, sites, { random: createRandom(seed), say: (text) => process.stderr.write(`${text}\n`) })
    await writeFloodModel(model, out)
    say(`${out}: ${model.points.length} low points from ${storms.length} storms; scores on storms that were held back:`)
    if (model.nowcast !== null) tell('nowcast', model.nowcast)
    tell('gauges', model.gauges)
    return 0
  },
}
