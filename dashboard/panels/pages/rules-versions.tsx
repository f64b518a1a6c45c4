/** What would change, publishing it with a reason, and every version with the way back. */
import { useState } from 'preact/hooks'
import type { RuleDiffAnswer, RuleFileText, RuleVersionDocument, RuleVersionsAnswer } from '../../../gateway/wire/rules-api.ts'
import { createRulesDesk } from '../../data/rules.ts'
import { minuteText } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'

export interface RuleVersionListProps {
  readonly answer: RuleVersionsAnswer
  readonly files: readonly RuleFileText[]
  readonly token: string | null
  /** The version that the text was written on. */
  readonly base_version: number
  /** The text has no mistake and passes its tests. */
  readonly good: boolean
  readonly onPublished: (version: number) => void
  /** Back to the text of that version. */
  readonly onDiscard: () => void
}

const MARKS = { same: ' ', removed: '−', added: '+' } as const

function Difference({ diff }: { diff: RuleDiffAnswer }) {
  if (diff.files.length === 0) return <p>{t('rules.diff.none')}</p>
  return (
    <div class="rules-diff">
      {diff.files.map(({ name, lines }) => (
        <figure key={name} aria-label={name}>
          <figcaption translate={false} class="data">
            {name}
          </figcaption>
          <pre translate={false} class="data">
            {lines.map(({ kind, text }, i) =>
              kind === 'same' ? null : (
                <span key={`${i}`} class={`diff-${kind}`}>
                  {`${MARKS[kind]} ${text}\n`}
                </span>
              ),
            )}
          </pre>
        </figure>
      ))}
    </div>
  )
}

export function RuleVersionList({ answer, files, token, base_version, good, onPublished, onDiscard }: RuleVersionListProps) {
  const wall = useWall()
  const [note, setNote] = useState('')
  const [diff, setDiff] = useState<{ readonly of: readonly RuleFileText[]; readonly answer: RuleDiffAnswer } | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const desk = createRulesDesk(wall.base, token)
  const shown = diff !== null && diff.of === files ? diff.answer : null
  const fail = (error: unknown): void => setFailed(error instanceof Error ? error.message : String(error))
  const done = ({ version }: RuleVersionDocument): void => {
    setNote('')
    setDiff(null)
    setFailed(null)
    onPublished(version)
  }
  const newest = answer.versions[0]?.version ?? 0
  return (
    <section class="page-section" aria-label={t('rules.versions')}>
      <h3>{t('rules.publish')}</h3>
      {base_version < newest && <p role="alert">{t('rules.newer', { n: String(newest) })}</p>}
      <div class="rules-actions">
        <button
          type="button"
          class="layer"
          disabled={token === null}
          onClick={() => desk.diff(files, base_version).then((answered) => setDiff({ of: files, answer: answered }), fail)}
        >
          {t('rules.diff')}
        </button>
        <button
          type="button"
          class="layer"
          disabled={shown === null || shown.files.length === 0}
          onClick={() => {
            setDiff(null)
            onDiscard()
          }}
        >
          {t('rules.discard')}
        </button>
        <input
          aria-label={t('rules.note')}
          placeholder={t('rules.note')}
          maxLength={500}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        <button
          type="button"
          class="layer"
          disabled={token === null || !good || note === '' || shown === null || shown.files.length === 0}
          onClick={() => desk.publish(files, note, base_version).then(done, fail)}
        >
          {t('rules.publish')}
        </button>
      </div>
      <div aria-live="polite">
        {failed !== null && (
          <p role="alert" translate={false} class="data">
            {failed}
          </p>
        )}
        {shown === null ? <p>{t('rules.diff.first')}</p> : <Difference diff={shown} />}
      </div>
      <h3>{t('rules.versions')}</h3>
      <ol class="rules-versions">
        {answer.versions.map((version) => (
          <li key={version.version}>
            <b>{version.version}</b> {minuteText(version.at, wall.timezone.value)} {t(`rules.source.${version.source}`)}{' '}
            <span translate={false} class="data">
              {version.by} {version.note}
            </span>
            {version.version !== newest && (
              <button
                type="button"
                class="layer"
                disabled={token === null || note === ''}
                onClick={() => desk.rollback(version.version, note, newest).then(done, fail)}
              >
                {t('rules.rollback', { n: String(version.version) })}
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
