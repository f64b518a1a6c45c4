import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { CrewJob } from '../../gateway/wire/phone.ts'
import { ageText, clockText, figure } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import type { ShownJob } from './data/queue.ts'
import { usePhone } from './phone.ts'
import { EndedScreen } from './screens/ended.tsx'
import { IdleScreen } from './screens/idle.tsx'
import { MeScreen } from './screens/me.tsx'
import { OfferedScreen } from './screens/offered.tsx'
import { SignInScreen } from './screens/sign-in.tsx'
import { OnsiteScreen } from './screens/site.tsx'
import { AcceptedScreen, EnrouteScreen } from './screens/way.tsx'
import type { Tab } from './state.ts'

const TABS: readonly Tab[] = ['jobs', 'map', 'me']

/** Its code comes when somebody looks at the map first. */
function MapTab() {
  const [Screen, setScreen] = useState<ComponentType | null>(null)
  useEffect(() => void import('./screens/map.tsx').then(({ MapScreen }) => setScreen(() => MapScreen)), [])
  return Screen === null ? <p class="scroll">{t('crew.map.loading')}</p> : <Screen />
}

/** Its code comes to those who drive rounds only. */
function RoundTab({ job }: { job: CrewJob }) {
  const [Screen, setScreen] = useState<ComponentType<{ job: CrewJob }> | null>(null)
  useEffect(() => void import('./screens/round.tsx').then(({ RoundScreen }) => setScreen(() => RoundScreen)), [])
  return Screen === null ? <p class="scroll">{t('crew.map.loading')}</p> : <Screen job={job} />
}

function Top() {
  const phone = usePhone()
  const { presses, photos } = phone.waiting.value
  const waiting = presses + photos
  const view = phone.view.value
  const online = phone.connected.value
  return (
    <header class="top">
      <p class="top-line">
        <span class="top-crew">{pick(view?.frame.view.crew.name) || t('crew.app')}</span>
        <span class={online ? 'lamp lamp-on' : 'lamp lamp-off'}>{t(online ? 'crew.online' : 'crew.offline')}</span>
        <span class={waiting > 0 ? 'queue queue-waiting' : 'queue'} role="status">
          {waiting > 0 ? t('crew.waiting', { n: figure(waiting) }) : t('crew.waiting.none')}
        </span>
      </p>
      {!online && (
        <p class="old">
          {view === null
            ? t('crew.offline.nothing')
            : t('crew.offline.since', {
                time: clockText(view.frame.now, phone.timezone.value),
                age: ageText(phone.second.value - view.received),
              })}
        </p>
      )}
      {phone.trouble.value !== null && (
        <p class="trouble" role="alert">
          {t(`crew.trouble.${phone.trouble.value}`)}
        </p>
      )}
    </header>
  )
}

/** Presses that the server did not take, each with its reason, until the crew has read them. */
function Refused() {
  const phone = usePhone()
  const refused = phone.refused.value
  if (refused.length === 0) return null
  return (
    <section class="told told-refused" role="alert" aria-labelledby="refused-title">
      <h2 id="refused-title">{t('crew.refused.title')}</h2>
      <ul>
        {refused.map(({ n, type, ts, why }) => (
          <li key={n}>
            <time>{clockText(ts, phone.timezone.value)}</time> <strong>{word('press', type)}</strong>: {pick(why)}
          </li>
        ))}
      </ul>
      <button type="button" class="key" onClick={() => void phone.understood(refused)}>
        {t('crew.refused.ok')}
      </button>
    </section>
  )
}

/** What the centre has said since the crew last read: a recall must not go by unseen because another job came. */
function Messages() {
  const phone = usePhone()
  const unread = phone.unread.value
  if (unread.length === 0) return null
  return (
    <section class="told told-messages" role="alert" aria-labelledby="messages-title">
      <h2 id="messages-title">{t('crew.messages')}</h2>
      <ul>
        {unread.map(({ id, ts, text }) => (
          <li key={id}>
            <time>{clockText(ts, phone.timezone.value)}</time> {pick(text)}
          </li>
        ))}
      </ul>
      <button type="button" class="key" onClick={phone.readMessages}>
        {t('crew.refused.ok')}
      </button>
    </section>
  )
}

function JobScreen({ shown: { job, stage } }: { shown: ShownJob }) {
  switch (stage) {
    case 'offered':
      return <OfferedScreen job={job} />
    case 'accepted':
      return <AcceptedScreen job={job} />
    case 'enroute':
      return job.round == null ? <EnrouteScreen job={job} /> : <RoundTab job={job} />
    case 'onsite':
      return <OnsiteScreen job={job} />
    default:
      return <EndedScreen job={job} stage={stage} />
  }
}

function Tabs() {
  const phone = usePhone()
  return (
    <nav class="tabs" aria-label={t('crew.tabs')}>
      {TABS.map((tab) => (
        <button
          type="button"
          key={tab}
          aria-current={phone.tab.value === tab ? 'page' : undefined}
          onClick={() => {
            phone.tab.value = tab
          }}
        >
          {t(`crew.tab.${tab}`)}
        </button>
      ))}
    </nav>
  )
}

/** Where this browser keeps nothing, this page can do nothing. */
export function NoStore() {
  return (
    <main class="phone">
      <div class="scroll">
        <h1>{t('crew.app')}</h1>
        <p role="alert">{t('crew.trouble.none')}</p>
      </div>
    </main>
  )
}

export function CrewApp({ ticket }: { ticket: string | null }) {
  const phone = usePhone()
  const shown = phone.current.value
  const offered = shown?.stage === 'offered' ? shown.job.id : null
  useEffect(() => {
    // An offer has two minutes: it is shown wherever the crew is looking.
    if (offered !== null) phone.tab.value = 'jobs'
  }, [offered, phone])
  if (phone.session.value === null)
    return (
      <div class="phone">
        <SignInScreen ticket={ticket} />
      </div>
    )
  const { value: tab } = phone.tab
  return (
    <div class="phone">
      <Top />
      <Messages />
      <Refused />
      <main class="screen">
        {tab === 'me' ? (
          <MeScreen />
        ) : tab === 'map' ? (
          <MapTab />
        ) : shown === null ? (
          <IdleScreen />
        ) : (
          <JobScreen key={shown.job.id} shown={shown} />
        )}
      </main>
      <Tabs />
    </div>
  )
}
