/** What several screens are made of. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { distance_m, type LonLat, length_m } from '../../engine/base/geo.ts'
import type { CrewJob } from '../../gateway/wire/phone.ts'
import { ageText, minuteText, withUnit } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { StateGlyph } from '../panels/shape.tsx'
import type { Stage } from './data/queue.ts'
import { navigationLinks } from './navigate.ts'
import { type Phone, usePhone } from './phone.ts'
import { ownPlace } from './place.ts'

const SEVERITIES = { 1: 'critical', 2: 'warning', 3: 'watch' } as const

export const distanceText = (m: number): string => (m < 950 ? withUnit(Math.round(m / 10) * 10, 0, 'm') : withUnit(m / 1000, 1, 'km'))

const pointOf = ([lon, lat]: readonly number[]): LonLat => [lon, lat]

/** As the crow flies from where this phone is, or the crew was last. */
export function distanceTo(phone: Phone, at: readonly number[]): number | null {
  const from = ownPlace.value?.at ?? phone.view.value?.frame.view.crew.at
  return from === undefined ? null : distance_m(pointOf(from), pointOf(at))
}

/** Along the route from where the crew was when it was sent, if the phone does not know where it is. */
export function distanceToJob(phone: Phone, job: CrewJob): number | null {
  if (ownPlace.value === null && job.route.length > 1) return length_m(job.route.map(pointOf))
  return distanceTo(phone, job.at)
}

export const timeText = (phone: Phone, ts: number): string => minuteText(ts, phone.timezone.value)
/** `1:05`. */
export function countdownText(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
}

/** The head of every screen of a job; takes the focus when the job comes to another stage, so that a screen reader follows. */
export function JobHead({ job, stage }: { job: CrewJob; stage: Stage }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = useRef<string | null>(null)
  const name = `${job.id} ${stage}`
  useEffect(() => {
    if (shown.current !== null && shown.current !== name) heading.current?.focus()
    shown.current = name
  }, [name])
  const severity = job.priority === 1 || job.priority === 2 ? job.priority : 3
  return (
    <header class="job-head">
      <p class="job-stage">
        <StateGlyph state={SEVERITIES[severity]} size="1.25em" />
        <span>{t(`crew.severity.${severity}`)}</span>
        <span class="stage">{stage === 'refused' ? t('crew.decline') : t(`crew.stage.${stage}`)}</span>
      </p>
      <h1 tabIndex={-1} ref={heading}>
        {pick(job.title)}
      </h1>
      <p class="job-where">{pick(job.where)}</p>
    </header>
  )
}

export interface StepButtonProps {
  readonly label: string
  readonly disabled?: boolean
  readonly onPress: () => void
  /** Why it cannot be pressed yet, or what goes with it; read before the button. */
  readonly children?: ComponentChildren
}

/** The one big button of a stage, where the thumb is. */
export function StepButton({ label, disabled = false, onPress, children }: StepButtonProps) {
  return (
    <div class="bar">
      {children}
      <button type="button" class="step" disabled={disabled} onClick={onPress}>
        {label}
      </button>
    </div>
  )
}

export interface FactsProps {
  readonly facts: readonly (readonly [name: string, value: string])[]
}
export function Facts({ facts }: FactsProps) {
  if (facts.every(([, value]) => value === '')) return null
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Where it is, and the ways of getting there; the same on every stage before the site. */
export function jobFacts(phone: Phone, job: CrewJob): FactsProps['facts'] {
  const m = distanceToJob(phone, job)
  return [
    [t('crew.distance'), m === null ? '' : distanceText(m)],
    [t('crew.eta'), job.eta === null ? '' : timeText(phone, job.eta)],
    [t('crew.due'), timeText(phone, job.due)],
    [t('crew.others'), job.others.map(pick).join(t('crew.missing.separator'))],
  ]
}

export function Hazards({ job }: { job: CrewJob }) {
  if (job.hazards.length === 0) return null
  return (
    <section class="hazards" aria-labelledby="hazards-title">
      <h2 id="hazards-title">
        <StateGlyph state="warning" size="1.1em" />
        {t('crew.hazards')}
      </h2>
      <ul>
        {job.hazards.map((hazard) => (
          <li key={hazard.en}>{pick(hazard)}</li>
        ))}
      </ul>
    </section>
  )
}

export function Navigation({ at, name }: { at: readonly number[]; name: string }) {
  return (
    <section aria-labelledby="navigate-title">
      <h2 id="navigate-title">{t('crew.navigate')}</h2>
      <ul class="links">
        {navigationLinks(at, name).map(({ app, href }) => (
          <li key={app}>
            <a class="key" href={href} target={app === 'geo' ? undefined : '_blank'} rel="noopener noreferrer">
              {t(`crew.navigate.${app}`)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function CallCentre() {
  const number = usePhone().view.value?.frame.call_centre
  if (number === null || number === undefined) return null
  return (
    <a class="key" href={`tel:${number.replaceAll(' ', '')}`}>
      {t('crew.call')}
    </a>
  )
}

export interface ChoiceProps<Id extends string> {
  readonly title: string
  readonly choices: readonly { readonly id: Id; readonly label: string }[]
  readonly onChosen: (id: Id) => void
  readonly onClose: () => void
}

/** A question with a few answers, at the bottom of the screen; the browser keeps the focus inside and takes Escape. */
export function Choice<Id extends string>({ title, choices, onChosen, onClose }: ChoiceProps<Id>) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => element.current?.showModal(), [])
  return (
    <dialog class="choice" ref={element} aria-labelledby="choice-title" onClose={onClose}>
      <h2 id="choice-title">{title}</h2>
      {choices.map(({ id, label }) => (
        <button
          type="button"
          class="key"
          key={id}
          onClick={() => {
            onChosen(id)
            element.current?.close()
          }}
        >
          {label}
        </button>
      ))}
      <button type="button" class="key key-quiet" onClick={() => element.current?.close()}>
        {t('crew.cancel')}
      </button>
    </dialog>
  )
}

/** How long ago, in words. */
export const agoText = (ms: number): string => t('crew.me.ago', { age: ageText(ms) })
