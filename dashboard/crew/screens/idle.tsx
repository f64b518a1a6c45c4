import { pick, t } from '../../i18n/index.ts'
import { isOpenStage, reachedAt, stageOf } from '../data/queue.ts'
import { CORRECT_MS } from '../job.ts'
import { timeText } from '../parts.tsx'
import { usePhone } from '../phone.ts'
import { share } from '../settings.ts'

/** Asked once; the answer can be changed under Me. */
function ShareQuestion() {
  if (share.value !== null) return null
  return (
    <section class="notice" aria-labelledby="share-title">
      <h2 id="share-title">{t('crew.share')}</h2>
      <p>{t('crew.share.why')}</p>
      <div class="keys">
        {(['yes', 'no'] as const).map((answer) => (
          <button
            type="button"
            class="key"
            key={answer}
            onClick={() => {
              share.value = answer
            }}
          >
            {t(`crew.share.${answer}`)}
          </button>
        ))}
      </div>
    </section>
  )
}

/** Nothing to do; the jobs of the last half hour. */
export function IdleScreen() {
  const phone = usePhone()
  const now = phone.view.value?.frame.now ?? 0
  const ended = phone.jobs.value.filter((job) => !isOpenStage(stageOf(job, phone.presses.value, now)))
  return (
    <div class="scroll">
      <h1>{t('crew.none')}</h1>
      <p>{t('crew.none.how')}</p>
      <ShareQuestion />
      {ended.length > 0 && (
        <section aria-labelledby="recent-title">
          <h2 id="recent-title">{t('crew.recent')}</h2>
          <ul class="lines">
            {ended.map((job) => {
              const stage = stageOf(job, phone.presses.value, now)
              const at = reachedAt(job, phone.presses.value, now)
              return (
                <li key={job.id}>
                  <time>{timeText(phone, at)}</time> {pick(job.title)} · {pick(job.where)}
                  {stage === 'done' && phone.now.value - at < CORRECT_MS && (
                    <button type="button" class="key key-quiet" onClick={() => phone.takeOut(job.id)}>
                      {t('crew.correct')}
                    </button>
                  )}
                </li>
              )
            })}
          </ul>
        </section>
      )}
    </div>
  )
}
