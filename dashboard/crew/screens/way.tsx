import { useEffect } from 'preact/hooks'
import { distance_m } from '../../../engine/base/geo.ts'
import type { CrewJob } from '../../../gateway/wire/phone.ts'
import { pick, t } from '../../i18n/index.ts'
import { ARRIVED_M, DELAYS_MIN } from '../job.ts'
import { distanceText, Facts, Hazards, JobHead, jobFacts, Navigation, StepButton } from '../parts.tsx'
import { usePhone } from '../phone.ts'
import { ownPlace, watchPlace } from '../place.ts'
import { TroubleKeys } from './site.tsx'

/** Metres to the place, when the phone knows well enough that it is there. */
function useArrival(job: CrewJob): number | null {
  useEffect(watchPlace, [])
  const own = ownPlace.value
  if (own === null || own.accuracy_m > ARRIVED_M) return null
  const m = distance_m(own.at, [job.at[0], job.at[1]])
  return m <= ARRIVED_M ? m : null
}

export function Delay({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const told = phone.presses.value.findLast((press) => press.type === 'task.delay' && press.task === job.id && press.state !== 'refused')
  return (
    <section aria-labelledby="delay-title">
      <h2 id="delay-title">{t('crew.delay')}</h2>
      <div class="keys">
        {DELAYS_MIN.map((n) => (
          <button type="button" class="key" key={n} onClick={() => void phone.press('task.delay', { task: job.id, delay_min: n })}>
            {t('crew.delay.min', { n })}
          </button>
        ))}
      </div>
      <p role="status">{told?.delay_min !== undefined && t('crew.delay.told', { n: told.delay_min })}</p>
    </section>
  )
}

/** Accepted: look at it, then go. */
export function AcceptedScreen({ job }: { job: CrewJob }) {
  const phone = usePhone()
  return (
    <>
      <div class="scroll">
        <JobHead job={job} stage="accepted" />
        <Facts facts={jobFacts(phone, job)} />
        <Hazards job={job} />
        <Navigation at={job.at} name={pick(job.where)} />
        <TroubleKeys job={job} />
      </div>
      <StepButton label={t('crew.go')} onPress={() => void phone.press('task.enroute', { task: job.id })} />
    </>
  )
}

/** Under way: big address, way there, and the button for arriving, which the phone suggests when it is near. */
export function EnrouteScreen({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const near_m = useArrival(job)
  return (
    <>
      <div class="scroll scroll-way">
        <JobHead job={job} stage="enroute" />
        <Facts facts={jobFacts(phone, job)} />
        <Navigation at={job.at} name={pick(job.where)} />
        <Delay job={job} />
        <TroubleKeys job={job} />
      </div>
      <StepButton label={t('crew.arrive')} onPress={() => void phone.press('task.onsite', { task: job.id })}>
        <p class="near" role="status">
          {near_m !== null && t('crew.arrived.near', { distance: distanceText(near_m) })}
        </p>
      </StepButton>
    </>
  )
}
