import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../config/make-directory.ts'
import type { Scenario } from '../../config/scenario.ts'
import type { Score } from '../../simulators/score.ts'
import { type DrillHash, formatHash } from '../drill-hash.ts'

export interface DrillOutcome {
  readonly score: Score
  readonly hash: DrillHash
  readonly steps: number
  readonly elapsed_s: number
}

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2))

function markdown(scenario: Scenario, { score, hash, steps, elapsed_s }: DrillOutcome): string {
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
    `\`${formatHash(hash)}\``,
    '',
  ].join('\n')
}

/** @returns the path of the readable report; the same as JSON lies beside it */
export async function writeDrillReport(directory: string, scenario: Scenario, outcome: DrillOutcome): Promise<string> {
  makeDirectory(directory)
  const readable = join(directory, 'report.md')
  await writeFile(join(directory, 'report.json'), `${JSON.stringify(outcome, null, 2)}\n`)
  await writeFile(readable, markdown(scenario, outcome))
  return readable
}
