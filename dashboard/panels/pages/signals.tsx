import { useState } from 'preact/hooks'
import { type Effect, type Experiments, type Signals, sumControllers } from '../../data/comparison.ts'
import { effectText, figure, withUnit } from '../../i18n/format.ts'
import { t, word } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { OldChip, Unread, useLook } from '../look.tsx'
import { EffectTable } from './effect-table.tsx'
import { ExperimentPanel } from './experiments.tsx'
import { PageFrame } from './page.tsx'
import { Ranking } from './ranking.tsx'

const SIGNALS_MS = 5_000
const SLOW_MS = 30_000
const HOUR_MS = 3_600_000

const CONTROLLER_FIGURES = ['delay_s', 'stops', 'split_failure_share', 'queue_p95_veh', 'tti'] as const

/** Controllers side by side, each over the junctions that it steers now. */
function Controllers({ answer }: { answer: Signals }) {
  const rows = answer.signals.map(({ id, control, effect }) => ({ id, controller: control.controller, figures: effect?.figures ?? {} }))
  return (
    <section class="page-section" aria-label={t('signals.control')}>
      <h3>{t('signals.control')}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('signals.controller')}</th>
            <th scope="col" class="number">
              {t('arterial.junctions')}
            </th>
            {CONTROLLER_FIGURES.map((id) => (
              <th key={id} scope="col" class="number">
                {t(`effect.${id}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sumControllers(rows).map(({ controller, junctions, figures }) => (
            <tr key={controller}>
              <th scope="row">{word('controller', controller)}</th>
              <td class="number">{figure(junctions)}</td>
              {CONTROLLER_FIGURES.map((id) => (
                <td key={id} class="number">
                  {effectText(id, figures[id])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Shadow answer={answer} />
    </section>
  )
}

function Shadow({ answer }: { answer: Signals }) {
  const { shadow, shadow_agreement, signals } = answer
  if (shadow === null) return <p class="shadow">{t('signals.shadow.none')}</p>
  const asked = signals.reduce((sum, signal) => sum + (signal.shadow?.asked ?? 0), 0)
  return (
    <p class="shadow">
      {t('signals.shadow.agree', {
        controller: word('controller', shadow),
        share: withUnit(shadow_agreement === null ? null : shadow_agreement * 100, 0, '%'),
        n: figure(asked),
      })}
      <span class="shadow-bar" style={{ '--share': String(shadow_agreement ?? 0) }} />
    </p>
  )
}

function EffectSection() {
  const wall = useWall()
  // Held while the page is open: two addresses that changed every second would be read without end.
  const [opened] = useState(() => Math.floor(wall.now.peek() ?? Date.now()))
  const after = useLook<Effect>('api/v1/signals/effect?by=district', SLOW_MS)
  const before = useLook<Effect>(`api/v1/signals/effect?by=district&from=${opened - 2 * HOUR_MS}&to=${opened - HOUR_MS}`, SLOW_MS)
  return (
    <section class="page-section" aria-label={t('signals.effect')}>
      <h3>{t('signals.effect')}</h3>
      {after.document === null ? <Unread state={after.state} /> : <EffectTable before={before.document} after={after.document} />}
    </section>
  )
}

function ExperimentSection() {
  const known = useLook<Experiments>('api/v1/signals/experiments', SLOW_MS)
  return (
    <section class="page-section" aria-label={t('signals.switchback')}>
      <h3>{t('signals.switchback')}</h3>
      {known.document === null ? <Unread state={known.state} /> : <ExperimentPanel answer={known.document} />}
    </section>
  )
}

/** `?view=signals`: controllers compared, and where it is worst. */
export function SignalsPage() {
  const known = useLook<Signals>('api/v1/signals', SIGNALS_MS)
  return (
    <PageFrame kind="signals" note={<OldChip known={known} />}>
      <div class="page-columns">
        {known.document === null ? <Unread state={known.state} /> : <Controllers answer={known.document} />}
        <ExperimentSection />
      </div>
      <EffectSection />
      {known.document !== null && <Ranking signals={known.document.signals} />}
    </PageFrame>
  )
}
