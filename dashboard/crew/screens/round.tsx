/** A round under way: the next stop large, one press for "emptied" that says how full it was, and the stops after it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CrewJob, CrewStop } from '../../../gateway/wire/phone.ts'
import { figure } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { STOP_FAILURES, stopsOf } from '../data/queue.ts'
import { Choice, distanceText, distanceTo, Facts, Navigation, StepButton, timeText } from '../parts.tsx'
import { usePhone } from '../phone.ts'
import { watchPlace } from '../place.ts'
import { TroubleKeys } from './site.tsx'
import { Delay } from './way.tsx'

/** Fifths of a bin: what a person sees at a glance. */
const FIFTHS_PCT = [20, 40, 60, 80, 100] as const

/** How full the bin was: the one press that empties it. */
function Emptied({ job, stop }: { job: CrewJob; stop: CrewStop }) {
  const phone = usePhone()
  const [failing, setFailing] = useState(false)
  return (
    <div class="bar">
      <h2 id="found-title">{t('crew.round.found')}</h2>
      <ul class="fifths" aria-labelledby="found-title">
        {FIFTHS_PCT.map((found_pct) => (
          <li key={found_pct}>
            <button
              type="button"
              class="step"
              aria-label={t('crew.round.emptied', { pct: found_pct })}
              onClick={() => void phone.press('stop.emptied', { task: job.id, stop: { id: stop.stop, found_pct } })}
            >
              {figure(found_pct)}
              <small>%</small>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="key key-quiet" onClick={() => setFailing(true)}>
        {t('crew.round.fail')}
      </button>
      {failing && (
        <Choice
          title={t('crew.fail.why')}
          choices={STOP_FAILURES.map((why) => ({ id: why, label: t(`crew.round.why.${why}`) }))}
          onChosen={(why) => void phone.press('stop.failed', { task: job.id, stop: { id: stop.stop, why } })}
          onClose={() => setFailing(false)}
        />
      )}
    </div>
  )
}

/** Takes the focus when another stop comes, so that a screen reader follows. */
function StopHead({ stop, done, all }: { stop: CrewStop; done: number; all: number }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = useRef<string | null>(null)
  useEffect(() => {
    if (shown.current !== null && shown.current !== stop.stop) heading.current?.focus()
    shown.current = stop.stop
  }, [stop.stop])
  return (
    <header class="job-head">
      <p class="job-stage">
        <span class="stage">{t('crew.round.progress', { done: figure(done), all: figure(all) })}</span>
      </p>
      <p>{t(stop.kind === 'tip' ? 'crew.round.tip' : 'crew.round.bin')}</p>
      <h1 class="job-where" tabIndex={-1} ref={heading}>
        {pick(stop.name)}
      </h1>
    </header>
  )
}

interface ListProps {
  readonly stops: readonly CrewStop[]
  readonly current: CrewStop
  readonly onChosen: (stop: CrewStop) => void
}

/** What is left, in driving order; a lorry that has to go another way takes another one first. */
function Left({ stops, current, onChosen }: ListProps) {
  const phone = usePhone()
  return (
    <section aria-labelledby="left-title">
      <h2 id="left-title">{t('crew.round.left', { n: figure(stops.length) })}</h2>
      <ol class="stops">
        {stops.map((stop) => {
          const m = distanceTo(phone, stop.at)
          return (
            <li key={stop.stop}>
              <button
                type="button"
                class="key"
                aria-current={stop.stop === current.stop ? 'step' : undefined}
                onClick={() => onChosen(stop)}
              >
                <span>{pick(stop.name)}</span>
                <span class="unit">
                  {[stop.eta === null ? '' : timeText(phone, stop.eta), m === null ? '' : distanceText(m)]
                    .filter((text) => text !== '')
                    .join(' · ')}
                </span>
              </button>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

export function RoundScreen({ job }: { job: CrewJob }) {
  const phone = usePhone()
  useEffect(watchPlace, [])
  const [chosen, setChosen] = useState<string | null>(null)
  const stops = stopsOf(job, phone.presses.value, phone.view.value?.frame.now ?? 0)
  const left = stops.filter(({ state }) => state === 'left')
  const stop = left.find((one) => one.stop === chosen) ?? left.at(0)
  // After the last press another screen comes.
  if (stop === undefined) return null
  const bins = stops.filter(({ kind, state }) => kind === 'bin' && state !== 'skipped')
  const done = bins.filter(({ state }) => state !== 'left').length
  const m = distanceTo(phone, stop.at)
  const { load_l, capacity_l } = job.round ?? { load_l: 0, capacity_l: 1 }
  return (
    <>
      <div class="scroll scroll-way">
        <StopHead stop={stop} done={done} all={bins.length} />
        <Facts
          facts={[
            [t('crew.distance'), m === null ? '' : distanceText(m)],
            [t('crew.eta'), stop.eta === null ? '' : timeText(phone, stop.eta)],
            [t('crew.round.expected'), stop.expected_pct === null ? '' : `${figure(Math.round(stop.expected_pct))} %`],
            [t('crew.round.load'), `${figure(Math.round((100 * load_l) / capacity_l))} %`],
          ]}
        />
        <Navigation at={stop.at} name={pick(stop.name)} />
        <Left stops={left} current={stop} onChosen={(one) => setChosen(one.stop)} />
        <Delay job={job} />
        <TroubleKeys job={job} />
      </div>
      {stop.kind === 'tip' ? (
        <StepButton
          label={t('crew.round.tipped')}
          onPress={() => void phone.press('stop.tipped', { task: job.id, stop: { id: stop.stop } })}
        />
      ) : (
        <Emptied key={stop.stop} job={job} stop={stop} />
      )}
    </>
  )
}
