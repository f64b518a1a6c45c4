/** `forecast waste`: when bins will be full, each time from what was known then. */
import { writeFile } from 'node:fs/promises'
import { UrbanError } from '../../engine/base/errors.ts'
import { type DayPlan, NO_ALMANAC, plansOf } from '../../engine/waste/forecast/almanac.ts'
import { chanceAt, curveOf, type FillForecaster, pointOf, timeTo } from '../../engine/waste/forecast/curve.ts'
import { createFillForecaster, UNTRAINED_FORECASTER, type WasteModel } from '../../engine/waste/forecast/model.ts'
import { FULL_PCT } from '../../engine/waste/forecast/score.ts'
import { createTrack, observeFill, type Track } from '../../engine/waste/forecast/track.ts'
import { readWasteModel } from '../waste-model.ts'
import { type Arguments, type Command, note, say, usageError } from './command.ts'
import { readDays } from './waste-days.ts'
import { type BinFills, type Issue, readFills, readIssues } from './waste-files.ts'

const HEAD = 'time,bin,ttf_h,low_h,high_h,p_24h,p_48h'
/** Of a bin that nobody has heard of yet. */
const UNHEARD_PCT = 0

interface Asked {
  readonly forecaster: FillForecaster
  readonly kind: string | null
  readonly plan: DayPlan
}

function lineOf({ forecaster, kind, plan }: Asked, track: Track, { time, bin, at }: Issue, full_pct: number): string {
  const curve = curveOf(forecaster, track, kind, at, full_pct, plan)
  const hours = [pointOf(curve, full_pct), timeTo(curve, 0.1, full_pct), timeTo(curve, 0.9, full_pct)].map((value) => value.toFixed(2))
  return [time, quoted(bin), ...hours, chanceAt(curve, 24).toFixed(4), chanceAt(curve, 48).toFixed(4)].join(',')
}

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * One bin's answers, by line of the question. What the model remembers of the bin is used only when it ended before the first reading and the first question, so that nothing that was
 * learnt later answers an earlier question.
 */
function* answersOf(
  asked: Asked,
  fills: BinFills | undefined,
  issues: readonly Issue[],
  known: Track | undefined,
  full_pct: number,
): Generator<[number, string]> {
  const { ts, fill_pct, collected } = fills ?? { ts: [], fill_pct: [], collected: [] }
  const begin = Math.min(ts.at(0) ?? Number.POSITIVE_INFINITY, issues[0].at)
  let track: Track | null = known !== undefined && known.ts < begin ? structuredClone(known) : null
  let next = 0
  for (const issue of issues) {
    for (; next < ts.length && ts[next] <= issue.at; next++) {
      if (track === null) track = createTrack(ts[next], fill_pct[next])
      else observeFill(track, ts[next], fill_pct[next], collected[next] === 1)
    }
    yield [issue.line, lineOf(asked, track ?? createTrack(issue.at, UNHEARD_PCT), issue, full_pct)]
  }
}

/** Lines as the scorer reads them, in the order of the questions. */
export function wasteLines(
  model: WasteModel | null,
  fills: readonly BinFills[],
  issues: readonly Issue[],
  full_pct: number,
  almanac = NO_ALMANAC,
): string[] {
  const forecaster = model === null ? UNTRAINED_FORECASTER : createFillForecaster(model)
  if (forecaster === null)
    throw new UrbanError('input', 'waste.model', 'the trees of the model are damaged: train it again with train waste')
  const planOf = plansOf(almanac)
  const byBin = new Map(fills.map((own) => [own.bin, own]))
  const questions = new Map<string, Issue[]>()
  for (const issue of issues) {
    const list = questions.get(issue.bin) ?? []
    if (list.length === 0) questions.set(issue.bin, list)
    list.push(issue)
  }
  const lines = new Map<number, string>()
  for (const [bin, own] of questions) {
    own.sort((a, b) => a.at - b.at)
    const known = model !== null && Object.hasOwn(model.bins, bin) ? model.bins[bin] : undefined
    const kind = byBin.get(bin)?.kind ?? known?.kind ?? null
    for (const [line, text] of answersOf({ forecaster, kind, plan: planOf(bin) }, byBin.get(bin), own, known?.track, full_pct))
      lines.set(line, text)
  }
  return [HEAD, ...issues.map(({ line }) => lines.get(line) ?? '')]
}

function fileOf(args: Arguments, option: string, what: string): string {
  const file = args.text(option)
  if (file === undefined) throw usageError(`--${option} FILE is missing: ${what}`)
  return file
}

export const forecastWasteCommand: Command = {
  positionals: [],
  options: {
    model: { type: 'string', value: 'FILE', help: 'model that train waste has written (a common bin, until its own readings tell more)' },
    fills: { type: 'string', value: 'FILE', help: 'bin, time, fill_pct (required)' },
    at: { type: 'string', value: 'FILE', help: 'time, bin: when and of which bin is asked (required)' },
    out: { type: 'string', value: 'FILE', help: 'time, bin, ttf_h and the spread, to write (required)' },
    full: { type: 'string', value: 'PCT', help: 'level that means full (80)' },
    collections: { type: 'string', value: 'FILE', help: 'bin, time of collections that were reported (none)' },
    bins: { type: 'string', value: 'FILE', help: 'bin, kind (as trained)' },
    calendar: { type: 'string', value: 'FILE', help: 'holidays and worked weekends (none)' },
    events: {
      type: 'string',
      value: 'FILE',
      help: 'from, until, bin of events that were known beforehand; every bin where none is named (none)',
    },
    weather: { type: 'string', value: 'FILE', help: 'time, rain_mm, temp_c as observed; each answer reads what was before it (none)' },
  },
  async run(args) {
    const fillsFile = fileOf(args, 'fills', 'what the bins have told')
    const at = fileOf(args, 'at', 'when and of which bin is asked')
    const out = fileOf(args, 'out', 'where the answers are to be written')
    const full_pct = Number(args.text('full') ?? FULL_PCT)
    if (!(full_pct > 0 && full_pct <= 100)) throw usageError(`--full takes percent from 1 to 100, not ${args.text('full')}`)
    const file = args.text('model')
    const model = file === undefined ? null : await readWasteModel(file)
    const fills = await readFills({ fills: fillsFile, collections: args.text('collections'), bins: args.text('bins'), say: note })
    const issues = await readIssues(at)
    const almanac = await readDays({ calendar: args.text('calendar'), events: args.text('events'), weather: args.text('weather') })
    const lines = wasteLines(model, fills, issues, full_pct, almanac)
    await writeFile(out, `${lines.join('\n')}\n`)
    const heard = new Set(fills.map(({ bin }) => bin))
    const unheard = new Set(issues.flatMap(({ bin }) => (heard.has(bin) ? [] : [bin])))
    if (unheard.size > 0)
      note(
        `note: no readings of ${[...unheard].slice(0, 5).join(', ')}${unheard.size > 5 ? ` and ${unheard.size - 5} more` : ''}: taken as the model left them, or for empty common bins`,
      )
    say(
      `${out}: ${issues.length} times to ${full_pct} % ${model === null ? 'without a trained model, so the spread is wide' : 'by the model'}`,
    )
    return 0
  },
}
