/** What the written rules would have done: alarms an hour, the curve of it, crews' time. */
import { useState } from 'preact/hooks'
import type { RuleDryRunAnswer, RuleFileText } from '../../../gateway/wire/rules-api.ts'
import { createRulesDesk } from '../../data/rules.ts'
import { figure } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { Spark } from '../spark.tsx'

const HOUR_MS = 3_600_000
const HOURS = [6, 24, 168] as const

function Outcome({ answer }: { answer: RuleDryRunAnswer }) {
  return (
    <div class="rules-outcome">
      <p>
        {t('rules.trial.sum', {
          n: figure(answer.count),
          rate: answer.per_hour.toFixed(2),
          incidents: figure(answer.incidents),
          min: figure(Math.round(answer.crew_min)),
        })}
      </p>
      <Spark values={answer.parts} width={320} height={48} />
      <table>
        <thead>
          <tr>
            <th scope="col">{t('rules.rule')}</th>
            <th scope="col" class="number">
              {t('rules.alarms')}
            </th>
            <th scope="col" class="number">
              {t('rules.devices')}
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.rules.map(({ rule, alarms, devices }) => (
            <tr key={rule}>
              <th scope="row" translate={false} class="data">
                {rule}
              </th>
              <td class="number">{figure(alarms)}</td>
              <td class="number">{figure(devices)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function RuleTrial({ files, token }: { files: readonly RuleFileText[]; token: string | null }) {
  const wall = useWall()
  const [hours, setHours] = useState<number>(HOURS[1])
  const [state, setState] = useState<RuleDryRunAnswer | string | 'busy' | null>(null)
  const run = (): void => {
    if (token === null) return
    const to = wall.now.peek() ?? Date.now()
    setState('busy')
    createRulesDesk(wall.base, token)
      .dryRun(files, Math.floor(to - hours * HOUR_MS), Math.floor(to))
      .then(setState, (error: unknown) => setState(error instanceof Error ? error.message : String(error)))
  }
  return (
    <section class="page-section" aria-label={t('rules.trial')}>
      <h3>{t('rules.trial')}</h3>
      <div class="rules-actions">
        <select aria-label={t('rules.trial.range')} value={hours} onChange={(event) => setHours(Number(event.currentTarget.value))}>
          {HOURS.map((one) => (
            <option key={one} value={one}>
              {t('rules.trial.hours', { h: figure(one) })}
            </option>
          ))}
        </select>
        <button type="button" class="layer" disabled={token === null || state === 'busy'} onClick={run}>
          {t(state === 'busy' ? 'rules.trial.busy' : 'rules.trial.run')}
        </button>
      </div>
      <div aria-live="polite">
        {typeof state === 'string' && state !== 'busy' && (
          <p role="alert" translate={false} class="data">
            {state}
          </p>
        )}
        {typeof state === 'object' && state !== null && <Outcome answer={state} />}
      </div>
    </section>
  )
}
