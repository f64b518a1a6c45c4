import { useState } from 'preact/hooks'
import type { CrewJob, PhotoStage } from '../../../gateway/wire/phone.ts'
import { metricFormat } from '../../i18n/format.ts'
import { pick, t, word } from '../../i18n/index.ts'
import type { Draft } from '../data/store.ts'
import { type Missing, missingParts, readingOf, reportOf } from '../job.ts'
import { CallCentre, Choice, Facts, Hazards, JobHead, StepButton } from '../parts.tsx'
import { draftOf, usePhone } from '../phone.ts'
import { Photos } from './photos.tsx'

const FAILURES = ['access', 'beyond', 'nothing'] as const
/** Whom else a crew may ask for, with the skill that dispatch looks for; without one a crew like itself. */
const HELP = { same: undefined, pump: { skill: 'pump' }, traffic: { skill: 'traffic' } } as const
const HELP_NAMES = ['same', 'pump', 'traffic'] as const

function FailButton({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <button type="button" class="key" onClick={() => setAsking(true)}>
        {t('crew.fail')}
      </button>
      {asking && (
        <Choice
          title={t('crew.fail.why')}
          choices={FAILURES.map((id) => ({ id, label: t(`crew.fail.${id}`) }))}
          onChosen={(id) => {
            const note = [word('crew.fail', id), reportOf(job, draftOf(phone, job.id))].filter((text) => text !== '').join('; ')
            void phone.press('task.failed', { task: job.id, note })
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

/** Under way: whom to call, and that it cannot be done. */
export function TroubleKeys({ job }: { job: CrewJob }) {
  return (
    <div class="keys">
      <CallCentre />
      <FailButton job={job} />
    </div>
  )
}

function HelpButton({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const [asking, setAsking] = useState(false)
  const asked = phone.presses.value.some((press) => press.type === 'task.help' && press.task === job.id && press.state !== 'refused')
  return (
    <>
      <button type="button" class="key" onClick={() => setAsking(true)}>
        {t('crew.help')}
      </button>
      <p role="status">{asked && t('crew.help.told')}</p>
      {asking && (
        <Choice
          title={t('crew.help.why')}
          choices={HELP_NAMES.map((id) => ({ id, label: t(`crew.help.${id}`) }))}
          onChosen={(id) => void phone.press('task.help', { task: job.id, need: HELP[id] })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

interface EditProps {
  readonly job: CrewJob
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
}

function Steps({ job, draft, onChange }: EditProps) {
  return (
    <fieldset>
      <legend>{t('crew.steps')}</legend>
      {job.steps.map((step, i) => {
        const ticked = draft.ticked.includes(i)
        return (
          <label class="tick" key={step.en}>
            <input
              type="checkbox"
              checked={ticked}
              onChange={() => onChange({ ...draft, ticked: ticked ? draft.ticked.filter((one) => one !== i) : [...draft.ticked, i] })}
            />
            <span>{pick(step)}</span>
          </label>
        )
      })}
    </fieldset>
  )
}

function Readings({ job, draft, onChange }: EditProps) {
  if (job.readings.length === 0) return null
  return (
    <fieldset>
      <legend>{t('crew.readings')}</legend>
      {job.readings.map((field) => {
        const { id, name, min, max } = field
        const typed = draft.readings[id] ?? ''
        const wrong = typed.trim() !== '' && readingOf(field, typed) === null
        return (
          <label class="field" key={id}>
            <span>
              {pick(name)} <span class="unit">{metricFormat(id).unit}</span>
            </span>
            <input
              type="text"
              inputMode="decimal"
              autoComplete="off"
              value={typed}
              aria-invalid={wrong}
              aria-describedby={`range-${id}`}
              onInput={(event) => onChange({ ...draft, readings: { ...draft.readings, [id]: event.currentTarget.value } })}
            />
            <span id={`range-${id}`} class={wrong ? 'hint hint-wrong' : 'hint'}>
              {t(wrong ? 'crew.reading.wrong' : 'crew.reading.range', { min, max })}
            </span>
          </label>
        )
      })}
    </fieldset>
  )
}

function missingText(job: CrewJob, part: Missing): string {
  switch (part.kind) {
    case 'steps':
      return t('crew.missing.steps', { n: part.left })
    case 'reading':
      return pick(job.readings.find(({ id }) => id === part.id)?.name)
    case 'photo':
      return t('crew.photo.taken', { stage: t(`crew.photo.${part.stage}`) })
  }
}

/** Checklist, readings, photos; done when all is there. */
export function OnsiteScreen({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const draft = draftOf(phone, job.id)
  const taken = new Set<PhotoStage>(
    phone.photos.value.filter((photo) => photo.task === job.id && photo.state !== 'refused').map(({ stage }) => stage),
  )
  const missing = missingParts(job, draft, taken)
  const change = (next: Draft): void => phone.setDraft(job.id, next)
  const after = phone.photos.value.findLast(({ task, stage }) => task === job.id && stage === 'after')
  return (
    <>
      <div class="scroll">
        <JobHead job={job} stage="onsite" />
        <Facts facts={[[t('crew.others'), job.others.map(pick).join(t('crew.missing.separator'))]]} />
        <Hazards job={job} />
        <Steps job={job} draft={draft} onChange={change} />
        <Readings job={job} draft={draft} onChange={change} />
        <Photos job={job} />
        <label class="field">
          <span>{t('crew.note')}</span>
          <textarea
            rows={2}
            maxLength={1000}
            value={draft.note}
            onInput={(event) => change({ ...draft, note: event.currentTarget.value })}
          />
        </label>
        <div class="keys">
          <HelpButton job={job} />
          <FailButton job={job} />
          <CallCentre />
        </div>
      </div>
      <StepButton
        label={t('crew.done')}
        disabled={missing.length > 0}
        onPress={() => void phone.press('task.done', { task: job.id, note: reportOf(job, draft) || undefined, photo: after?.id })}
      >
        <p class="missing" role="status">
          {missing.length > 0 &&
            t('crew.missing', { parts: missing.map((part) => missingText(job, part)).join(t('crew.missing.separator')) })}
        </p>
      </StepButton>
    </>
  )
}
