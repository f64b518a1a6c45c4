import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../config/make-directory.ts'
import type { Scenario } from '../../config/scenario.ts'
import type { Storm, StormPoint } from '../../engine/model/storm.ts'
import type { Score } from '../../simulators/score.ts'
import { type DrillHash, formatHash } from '../drill-hash.ts'

export interface DrillOutcome {
  readonly score: Score
  readonly hash: DrillHash
  /** What was forecast, done and seen at the low points. */
  readonly storms: readonly Storm[]
  readonly steps: number
  readonly elapsed_s: number
}

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2))

function markdown(scenario: Scenario, { score, hash, storms, steps, elapsed_s }: DrillOutcome): string {
  const time = (ts: number): string => new Date(ts).toISOString()
  const verdicts = score.verdicts.map(
    ({ metric, comparison, limit, value, passed }) =>
      `| ${passed ? 'pass' : '**fail**'} | \`${metric}\` | ${comparison} ${shown(limit)} | ${value === null ? 'not measured' : shown(value)} |`,
  )
  return [
    `# ${scenario.name.zh} / ${scenario.name.en}: ${score.passed ? 'passed' : 'failed'}`,
    '',
    `Seed ${score.seed}, ${time(score.from)} to ${time(score.until)}, ${steps} steps played in ${elapsed_s.toFixed(1)} s.`,
    '',
    ...(verdicts.length > 0 ? ['| | expected of | limit | found |', '|---|---|---|---|', ...verdicts, ''] : []),
    '| metric | value |',
    '|---|---:|',
    ...Object.entries(score.metrics).map(([name, value]) => `| \`${name}\` | ${shown(value)} |`),
    '',
    ...storms.flatMap(stormSection),
    `\`${formatHash(hash)}\``,
    '',
  ].join('\n')
}

const clock = (ts: number | null): string => (ts === null ? '' : new Date(ts).toISOString().slice(11, 16))

function pointRow({
  name,
  warned,
  warned_by,
  peak_said_m,
  peak_m,
  flooded,
  flooded_min,
  pumps,
  crews,
  closures,
  without,
}: StormPoint): string {
  const onsite = crews.flatMap((crew) => (crew.onsite === null ? [] : [clock(crew.onsite)])).join(' ')
  const closed = closures.map(({ from, until }) => `${clock(from)}–${clock(until)}`).join(' ')
  const cells = [
    name.en,
    `${clock(warned)} ${warned_by}`,
    peak_said_m?.toFixed(2) ?? '',
    clock(pumps),
    onsite,
    closed,
    clock(flooded),
    shown(flooded_min),
    peak_m?.toFixed(2) ?? '',
    without === null ? '' : `${shown(without.flooded_min)} / ${without.peak_m.toFixed(2)}`,
  ]
  return `| ${cells.join(' | ')} |`
}

/** Times are UTC; the last column is an estimate of what the same inflow would have done by reaction only. */
const stormSection = ({ name, points }: Storm): string[] => [
  `## ${name.zh} / ${name.en}`,
  '',
  '| low point | warned | said m | pumps ahead | crew there | closed | flooded | min | deepest m | estimate without: min / m |',
  '|---|---|---|---|---|---|---|---|---|---|',
  ...points.map(pointRow),
  '',
]

/** @returns the path of the readable report; the same as JSON lies beside it */
export async function writeDrillReport(directory: string, scenario: Scenario, outcome: DrillOutcome): Promise<string> {
  makeDirectory(directory)
  const readable = join(directory, 'report.md')
  await writeFile(join(directory, 'report.json'), `${JSON.stringify(outcome, null, 2)}\n`)
  await writeFile(readable, markdown(scenario, outcome))
  return readable
}
