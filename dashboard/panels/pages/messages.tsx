/** Messages that nobody understands, and at a desk what is made of them: a mapping, or a note that nobody wants them. */
import { useEffect, useState } from 'preact/hooks'
import type { QuarantineGroup } from '../../../gateway/wire/mapping.ts'
import { type DeskDocuments, heedTopic, readDesk, withdrawMapping } from '../../data/mappings.ts'
import { ageText, figure } from '../../i18n/format.ts'
import { type Key, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { MappingEditor } from './mapping-editor.tsx'
import { PageFrame } from './page.tsx'

const READ_MS = 5_000

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

interface Known {
  readonly documents: DeskDocuments | null
  readonly why: string | null
  /** Reads now, not only when it is time. */
  readonly again: () => void
}

function useDeskDocuments(token: string): Known {
  const { base } = useWall()
  const [documents, setDocuments] = useState<DeskDocuments | null>(null)
  const [why, setWhy] = useState<string | null>(null)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let gone = false
    const read = (): void => {
      readDesk(base, token).then(
        (fresh) => {
          if (gone) return
          setDocuments(fresh)
          setWhy(null)
        },
        (error: unknown) => {
          if (!gone) setWhy(whyOf(error))
        },
      )
    }
    read()
    const timer = setInterval(read, READ_MS)
    return () => {
      gone = true
      clearInterval(timer)
    }
  }, [base, token, turn])
  return { documents, why, again: () => setTurn((before) => before + 1) }
}

function GroupRow({ group, chosen, onChoose }: { group: QuarantineGroup; chosen: boolean; onChoose: () => void }) {
  const wall = useWall()
  const status =
    group.ignored !== null ? t('messages.ignored', { why: group.ignored }) : group.suggestion === null ? '' : t('messages.suggested')
  return (
    <tr class={chosen ? 'chosen' : ''}>
      <th scope="row">
        <button type="button" class="message-topic" aria-pressed={chosen} onClick={onChoose}>
          <span translate={false}>{group.topic}</span>
        </button>
        {status !== '' && <small>{status}</small>}
      </th>
      <td>{t(`messages.kind.${group.kind}` as Key)}</td>
      <td class="number">{figure(group.count)}</td>
      <td>{ageText((wall.now.value ?? group.last) - group.last)}</td>
    </tr>
  )
}

function Groups({
  groups,
  chosen,
  onChoose,
}: {
  groups: readonly QuarantineGroup[]
  chosen: string | null
  onChoose: (id: string) => void
}) {
  // What waits for somebody before what nobody wants.
  const ordered = groups.toSorted((a, b) => Number(a.ignored !== null) - Number(b.ignored !== null) || b.last - a.last)
  return (
    <table class="messages-groups">
      <thead>
        <tr>
          <th scope="col">{t('messages.topic')}</th>
          <th scope="col">{t('messages.kind')}</th>
          <th scope="col" class="number">
            {t('messages.count')}
          </th>
          <th scope="col">{t('messages.last')}</th>
        </tr>
      </thead>
      <tbody>
        {ordered.map((group) => (
          <GroupRow key={group.id} group={group} chosen={group.id === chosen} onChoose={() => onChoose(group.id)} />
        ))}
      </tbody>
    </table>
  )
}

function InForce({ file, token, again }: { file: DeskDocuments['file']; token: string; again: () => void }) {
  const { base } = useWall()
  const [why, setWhy] = useState<string | null>(null)
  const act = (work: Promise<unknown>): void => {
    work.then(
      () => {
        setWhy(null)
        again()
      },
      (error: unknown) => setWhy(whyOf(error)),
    )
  }
  return (
    <section class="page-section" aria-label={t('messages.in_force')}>
      <h3>{t('messages.in_force')}</h3>
      <ul class="messages-list">
        {file.mappings.map(({ id, topic, tests }) => (
          <li key={id}>
            <span translate={false}>
              {id} · {topic}
            </span>
            <span>
              {t('messages.tests')} {figure(tests.length)}
            </span>
            <button type="button" class="button" onClick={() => act(withdrawMapping(base, token, id))}>
              {t('messages.withdraw', { name: id })}
            </button>
          </li>
        ))}
        {file.ignored.map(({ topic, note }) => (
          <li key={topic}>
            <span translate={false}>{topic}</span>
            <span>{t('messages.ignored', { why: note })}</span>
            <button type="button" class="button" onClick={() => act(heedTopic(base, token, topic))}>
              {t('messages.heed', { topic })}
            </button>
          </li>
        ))}
      </ul>
      {file.problems.length > 0 && (
        <>
          <h3>{t('messages.problems')}</h3>
          <ul class="messages-problems" translate={false}>
            {file.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </>
      )}
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
    </section>
  )
}

function Desk({ token }: { token: string }) {
  const { documents, why, again } = useDeskDocuments(token)
  const [chosen, setChosen] = useState<string | null>(null)
  const [accepted, setAccepted] = useState<string | null>(null)
  if (documents === null) return <p class="empty">{why === null ? t('look.reading') : t('desk.failed', { why })}</p>
  const { groups, file } = documents
  const group = groups.find(({ id }) => id === chosen)
  return (
    <>
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
      <p class="messages-said" role="status">
        {accepted === null ? '' : t('messages.accepted', { name: accepted })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by key */}
      <section class="page-scroll messages-columns" tabIndex={0} aria-label={t('help.messages')}>
        <div>
          {groups.length === 0 ? (
            <p class="empty">{t('messages.none')}</p>
          ) : (
            <Groups groups={groups} chosen={chosen} onChoose={setChosen} />
          )}
          <InForce file={file} token={token} again={again} />
        </div>
        {group !== undefined && (
          <MappingEditor
            key={group.id}
            group={group}
            token={token}
            onDone={(name) => {
              setAccepted(name)
              setChosen(null)
              again()
            }}
          />
        )}
      </section>
    </>
  )
}

/** `?view=messages`. */
export function MessagesPage() {
  const { desk } = useWall()
  const token = desk.enabled ? desk.token.value : null
  return <PageFrame kind="messages">{token === null ? <p class="empty">{t('messages.sign_in')}</p> : <Desk token={token} />}</PageFrame>
}
