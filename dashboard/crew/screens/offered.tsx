import { useState } from 'preact/hooks'
import type { CrewJob } from '../../../gateway/wire/phone.ts'
import { pick, t, word } from '../../i18n/index.ts'
import { Choice, countdownText, Facts, Hazards, JobHead, jobFacts, StepButton } from '../parts.tsx'
import { usePhone } from '../phone.ts'

const REASONS = ['busy', 'kit', 'reach'] as const

/** What, where, how far, with what, and how long the crew has to answer. */
export function OfferedScreen({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const [declining, setDeclining] = useState(false)
  const left_ms = job.offer_until === null ? null : job.offer_until - phone.now.value
  const kit = job.kit.length === 0 ? t('crew.kit.none') : job.kit.map((name) => word('kit', name)).join(t('crew.missing.separator'))
  return (
    <>
      <div class="scroll">
        <JobHead job={job} stage="offered" />
        <Facts facts={[...jobFacts(phone, job), [t('crew.kit'), kit]]} />
        <Hazards job={job} />
        {job.why !== null && (
          <section aria-labelledby="why-title">
            <h2 id="why-title">{t('crew.why')}</h2>
            <p>{pick(job.why)}</p>
          </section>
        )}
      </div>
      <StepButton label={t('crew.accept')} onPress={() => void phone.press('task.accepted', { task: job.id })}>
        {left_ms !== null && (
          // Read out once: a voice that counts seconds drowns everything else.
          <p class="countdown" role="timer" aria-live="off">
            {left_ms > 0 ? t('crew.left', { time: countdownText(left_ms) }) : t('crew.left.none')}
          </p>
        )}
        <button type="button" class="key key-quiet" onClick={() => setDeclining(true)}>
          {t('crew.decline')}
        </button>
      </StepButton>
      {declining && (
        <Choice
          title={t('crew.decline.why')}
          choices={REASONS.map((id) => ({ id, label: t(`crew.decline.${id}`) }))}
          onChosen={(id) => void phone.press('task.refused', { task: job.id, note: word('crew.decline', id) })}
          onClose={() => setDeclining(false)}
        />
      )}
    </>
  )
}
