import { useState } from 'preact/hooks'
import type { CrewJob } from '../../../gateway/wire/phone.ts'
import { figure, withUnit } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { reachedAt, type Stage } from '../data/queue.ts'
import { CORRECT_MS } from '../job.ts'
import { Facts, JobHead, StepButton, timeText } from '../parts.tsx'
import { usePhone } from '../phone.ts'

/** A line of correction, while it is still possible. */
export function Correction({ job, ended }: { job: CrewJob; ended: number }) {
  const phone = usePhone()
  const [text, setText] = useState('')
  const left_ms = ended + CORRECT_MS - phone.now.value
  const told = phone.presses.value.some(({ type, task, state }) => type === 'task.corrected' && task === job.id && state !== 'refused')
  if (left_ms <= 0) return null
  return (
    <form
      class="correct"
      onSubmit={(event) => {
        event.preventDefault()
        void phone.press('task.corrected', { task: job.id, note: text.trim() })
        setText('')
      }}
    >
      <label class="field">
        <span>{t('crew.correct.text')}</span>
        <textarea rows={2} maxLength={1000} required value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <span class="hint">{t('crew.correct.left', { n: Math.ceil(left_ms / 60_000) })}</span>
      </label>
      <button type="submit" class="key">
        {t('crew.correct.send')}
      </button>
      <p role="status">{told && t('crew.correct.told')}</p>
    </form>
  )
}

/** Summary of what was done, what of it is still on this phone, and the way to the next job. */
export function EndedScreen({ job, stage }: { job: CrewJob; stage: Stage }) {
  const phone = usePhone()
  const now = phone.view.value?.frame.now ?? 0
  const ended = reachedAt(job, phone.presses.value, now)
  const arrived = phone.presses.value.find(({ type, task }) => type === 'task.onsite' && task === job.id)?.ts
  const photos = phone.photos.value.filter(({ task }) => task === job.id)
  const sent = photos.filter(({ state }) => state === 'sent').length
  return (
    <>
      <div class="scroll">
        <JobHead job={job} stage={stage} />
        {stage === 'recalled' && <p class="notice">{t('crew.recalled')}</p>}
        <Facts
          facts={[
            [t('crew.summary.at'), stage === 'recalled' ? '' : timeText(phone, ended)],
            [t('crew.summary.took'), arrived === undefined ? '' : withUnit(Math.round((ended - arrived) / 60_000), 0, t('unit.min'))],
            [t('crew.summary.photos'), photos.length === 0 ? '' : `${figure(sent)}/${figure(photos.length)}`],
          ]}
        />
        {stage !== 'recalled' && <Correction job={job} ended={ended} />}
      </div>
      <StepButton label={t('crew.next')} onPress={() => phone.putAway(job.id)} />
    </>
  )
}
