/** Waste sorted wrongly: whom reminders went to, by pseudonym only, where it is repeated, and what volunteers have done. For operators. */
import type { SortingAnswer } from '../../../gateway/wire/bin-page.ts'
import { ageText, DASH, figure } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { useAsked } from '../look.tsx'

const SORTING_MS = 15_000
const SUBJECTS_SHOWN = 12

function useNames() {
  const wall = useWall()
  const places = wall.city.value?.places
  return {
    time: (ts: number | null): string => (ts === null ? DASH : t('bins.ago', { age: ageText((wall.now.value ?? ts) - ts) })),
    where: (device: string, grid: string | null): string =>
      pick(places?.get(`grid:${grid ?? ''}`)?.properties.name) || pick(places?.get(`device:${device}`)?.properties.name) || DASH,
  }
}

function Subjects({ answer }: { answer: SortingAnswer }) {
  const { time, where } = useNames()
  const [shown, rest] = [answer.subjects.slice(0, SUBJECTS_SHOWN), answer.subjects.length - SUBJECTS_SHOWN]
  return (
    <>
      <table>
        <caption>{t('bins.sorting.subjects')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('bins.sorting.subject')}</th>
            <th scope="col">{t('list.where')}</th>
            <th scope="col" class="number">
              {t('bins.sorting.sightings')}
            </th>
            <th scope="col">{t('bins.sorting.reminded')}</th>
            <th scope="col">{t('bins.sorting.officer')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ subject, device, grid, sightings, reminded, told_officer, waits }) => (
            <tr key={subject}>
              <th scope="row" translate={false} class="data">
                {subject}
              </th>
              <td>{where(device, grid)}</td>
              <td class="number">{figure(sightings)}</td>
              <td>
                {time(reminded)}
                {waits && <small>{t('bins.sorting.waits')}</small>}
              </td>
              <td>{time(told_officer)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="card-note">{t('events.more', { n: figure(rest) })}</p>}
    </>
  )
}

function Places({ places }: Pick<SortingAnswer, 'places'>) {
  const { where } = useNames()
  if (places.length === 0) return null
  return (
    <table>
      <caption>{t('bins.sorting.places')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('list.where')}</th>
          <th scope="col" class="number">
            {t('bins.sorting.sightings')}
          </th>
          <th scope="col" class="number">
            {t('bins.sorting.people')}
          </th>
        </tr>
      </thead>
      <tbody>
        {places.map(({ device, grid, sightings, subjects }) => (
          <tr key={device}>
            <th scope="row">{where(device, grid)}</th>
            <td class="number">{figure(sightings)}</td>
            <td class="number">{figure(subjects)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Volunteers({ volunteers }: Pick<SortingAnswer, 'volunteers'>) {
  const wall = useWall()
  if (volunteers.length === 0) return <p class="empty">{t('bins.duty.none')}</p>
  return (
    <table>
      <caption>{t('bins.duty')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('bins.duty.who')}</th>
          <th scope="col" class="number">
            {t('bins.duty.points')}
          </th>
          <th scope="col">{t('list.state')}</th>
        </tr>
      </thead>
      <tbody>
        {volunteers.map(({ crew, name, points, since }) => (
          <tr key={crew}>
            <th scope="row">{pick(name)}</th>
            <td class="number">{figure(points)}</td>
            <td>{since === null ? DASH : t('bins.duty.since', { age: ageText((wall.now.value ?? since) - since) })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function SortingSection() {
  const { desk } = useWall()
  const token = desk.enabled ? desk.token.value : null
  const { document: answer, why } = useAsked<SortingAnswer>('api/v1/bins/sorting', token, SORTING_MS)
  return (
    <section class="page-section bins-sorting" aria-label={t('bins.sorting')}>
      <h3>{t('bins.sorting')}</h3>
      {token === null && <p class="empty">{t('bins.sorting.sign_in')}</p>}
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
      {token !== null && answer === null && why === null && <p class="empty">{t('look.reading')}</p>}
      {answer !== null && (
        <>
          <p class="card-note">{t('bins.sorting.counts', { n: figure(answer.reminders), officer: figure(answer.handed_over) })}</p>
          {answer.subjects.length === 0 ? <p class="empty">{t('bins.sorting.none')}</p> : <Subjects answer={answer} />}
          <Places places={answer.places} />
          <Volunteers volunteers={answer.volunteers} />
        </>
      )}
    </section>
  )
}
