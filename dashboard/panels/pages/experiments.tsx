import type { Experiment, Experiments } from '../../data/comparison.ts'
import { figure, minuteText } from '../../i18n/format.ts'
import { pick, t, word } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { Whiskers } from './whiskers.tsx'

/** Whose turn it is, and since when. */
function Turn({ experiment }: { experiment: Experiment }) {
  const zone = useWall().timezone.value
  const { slot, stopped, begins, a, b } = experiment
  if (slot === null) return <span>{stopped === null ? t('signals.begins', { time: minuteText(begins, zone) }) : t('signals.ended')}</span>
  return (
    <span class="turn">
      {(['a', 'b'] as const).map((arm) => (
        <span key={arm} class={slot.arm === arm ? 'arm-turn arm-now' : 'arm-turn'} aria-current={slot.arm === arm ? 'true' : undefined}>
          {word('controller', arm === 'a' ? a : b)}
        </span>
      ))}
      <span>{t(slot.counts ? 'signals.counts' : 'signals.washing', { time: minuteText(slot.since, zone) })}</span>
    </span>
  )
}

/** The newest experiment: who takes turns with whom, and what the whole pairs say so far. */
export function ExperimentPanel({ answer }: { answer: Experiments }) {
  const [experiment] = answer.experiments
  if (experiment === undefined) return <p class="empty">{t('signals.switchback.none')}</p>
  const [a, b] = [word('controller', experiment.a), word('controller', experiment.b)]
  return (
    <>
      <p class="experiment-head">
        <span class="experiment-arms">{t('signals.switchback.caption', { a, b })}</span>
        <Turn experiment={experiment} />
        <span>{t('signals.junctions', { n: figure(experiment.junctions.length) })}</span>
        <span>{t('signals.slot', { min: experiment.slot_min, wash: experiment.washout_min })}</span>
      </p>
      <Whiskers outcomes={experiment.comparisons} a={a} b={b} />
      <p class="experiment-method">{pick(answer.method)}</p>
    </>
  )
}
