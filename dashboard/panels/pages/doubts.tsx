/** What cameras are not sure of: the still, why, what speaks for and against it, and one tap that says true or false. Y, N and J do the same by key. */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import type { DoubtDocument, DoubtList } from '../../../gateway/wire/cameras-api.ts'
import { fetchStill, judgeEvent } from '../../data/api.ts'
import { figure, minuteText, withUnit } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { OldChip, Unread, useLook } from '../look.tsx'
import { PageFrame } from './page.tsx'
import { Patrols } from './patrols.tsx'

const LIST_MS = 3_000

/** People may be on it: it is read when it is asked for, and who asked is written down. */
function Still({ doubt, token }: { doubt: DoubtDocument; token: string | null }) {
  const wall = useWall()
  const [url, setUrl] = useState<string | null>(null)
  const [why, setWhy] = useState<string | null>(null)
  useEffect(() => () => void (url !== null && URL.revokeObjectURL(url)), [url])
  if (!doubt.still) return <p class="empty">{t('doubts.no_still')}</p>
  if (token === null) return <p class="empty">{t('doubts.sign_in')}</p>
  if (url !== null) return <img class="doubt-still" src={url} alt={t('doubts.still', { title: pick(doubt.title) })} />
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          fetchStill(wall.base, doubt.key, t('doubts.reason'), token).then(
            (blob) => setUrl(URL.createObjectURL(blob)),
            (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
          )
        }}
      >
        {t('doubts.look')}
      </button>
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
    </>
  )
}

function Evidence({ doubt }: { doubt: DoubtDocument }) {
  return (
    <table class="doubt-evidence">
      <caption>{t('doubts.evidence')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('doubts.source')}</th>
          <th scope="col">{t('doubts.said')}</th>
          <th scope="col">{t('doubts.weight')}</th>
        </tr>
      </thead>
      <tbody>
        {doubt.evidence.map((one, i) => (
          <tr key={`${i} ${one.source}`}>
            <th scope="row">
              {t(`doubts.from.${one.from as 'camera'}`)} <small translate={false}>{one.source}</small>
            </th>
            <td translate={false}>{one.said}</td>
            <td>{t(one.log_odds < 0 ? 'doubts.against' : 'doubts.for', { weight: figure(Math.abs(one.log_odds), 2) })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface JudgeProps {
  readonly doubt: DoubtDocument
  readonly onNext: () => void
  readonly onJudged: (key: string) => void
}

function Judge({ doubt, onNext, onJudged }: JudgeProps) {
  const wall = useWall()
  const token = wall.desk.enabled ? wall.desk.token.value : null
  const [why, setWhy] = useState<string | null>(null)
  const judge = (verdict: boolean): void => {
    if (token === null) return
    judgeEvent(wall.base, doubt.key, verdict, token).then(
      () => onJudged(doubt.key),
      (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
    )
  }
  // Before the next key can come: a key must never judge what is no longer shown.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || wall.dialog.peek() !== 'none') return
      if (event.target instanceof HTMLElement && event.target.matches('input, select, textarea')) return
      if (event.key === 'y') judge(true)
      else if (event.key === 'n') judge(false)
      else if (event.key === 'j') onNext()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  })
  return (
    <article class="doubt" aria-label={pick(doubt.title)}>
      <h3>{pick(doubt.title)}</h3>
      <p>
        {t(doubt.raised ? 'doubts.raised' : 'doubts.open', {
          score: figure(doubt.score, 2),
          threshold: figure(doubt.threshold, 2),
          chance: withUnit(doubt.probability * 100, 0, '%'),
          precision: withUnit(doubt.precision * 100, 0, '%'),
        })}
      </p>
      <p class="card-key">
        <span translate={false}>{doubt.device}</span> {minuteText(doubt.ts, wall.timezone.value)}{' '}
        {t('doubts.labels', { n: figure(doubt.labels) })}
      </p>
      <Still key={doubt.key} doubt={doubt} token={token} />
      <Evidence doubt={doubt} />
      <div class="doubt-buttons">
        <button type="button" class="button" disabled={token === null} aria-keyshortcuts="y" onClick={() => judge(true)}>
          {t('doubts.true')}
        </button>
        <button type="button" class="button" disabled={token === null} aria-keyshortcuts="n" onClick={() => judge(false)}>
          {t('doubts.false')}
        </button>
        <button type="button" class="button" aria-keyshortcuts="j" onClick={onNext}>
          {t('doubts.next')}
        </button>
      </div>
      {token === null && <p class="empty">{t('doubts.sign_in')}</p>}
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
    </article>
  )
}

export function DoubtsPage() {
  const wall = useWall()
  const known = useLook<DoubtList>('api/v1/cameras/doubts', LIST_MS)
  const [judged, setJudged] = useState<ReadonlySet<string>>(new Set())
  const [chosen, setChosen] = useState<string | null>(null)
  const waiting = (known.document?.doubts ?? []).filter(({ key, verdict }) => verdict === null && !judged.has(key))
  const at = Math.max(
    0,
    waiting.findIndex(({ key }) => key === chosen),
  )
  const shown = waiting.at(at)?.key ?? null
  // What is looked at stays, also when something more urgent comes in.
  useLayoutEffect(() => setChosen(shown), [shown])
  const next = (): void => setChosen(waiting[(at + 1) % Math.max(1, waiting.length)]?.key ?? null)
  return (
    <PageFrame kind="doubts" note={<OldChip known={known} />}>
      {known.document === null ? (
        <Unread state={known.state} />
      ) : (
        <>
          <p role="status">{t('doubts.waiting', { n: figure(waiting.length) })}</p>
          {waiting.length > 0 && (
            <Judge
              doubt={waiting[at]}
              onNext={next}
              onJudged={(key) => {
                next()
                setJudged((before) => new Set([...before, key]))
              }}
            />
          )}
        </>
      )}
      <Patrols token={wall.desk.enabled ? wall.desk.token.value : null} />
    </PageFrame>
  )
}
