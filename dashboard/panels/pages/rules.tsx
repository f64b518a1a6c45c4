/** Rules written, tried and published: the text, what is wrong with it and what it says, what it would have done, and every version. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RuleCheckAnswer, RuleFileText, RuleVersionsAnswer } from '../../../gateway/wire/rules-api.ts'
import { createRulesDesk, offsetOf } from '../../data/rules.ts'
import { figure } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { OldChip, Unread, useLook } from '../look.tsx'
import { PageFrame } from './page.tsx'
import { RuleTrial } from './rules-trial.tsx'
import { RuleVersionList } from './rules-versions.tsx'

const VERSIONS_MS = 5_000
/** After so long without a key the text is checked. */
const CHECK_MS = 600

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The checked set, read again when the text rests; null before, or what went wrong. */
function useCheck(files: readonly RuleFileText[], token: string | null): RuleCheckAnswer | string | null {
  const { base } = useWall()
  const [answer, setAnswer] = useState<RuleCheckAnswer | string | null>(null)
  useEffect(() => {
    if (token === null || files.length === 0) return
    let wanted = true
    const timer = setTimeout(() => {
      createRulesDesk(base, token)
        .check(files)
        .then(
          (checked) => wanted && setAnswer(checked),
          (error: unknown) => wanted && setAnswer(whyOf(error)),
        )
    }, CHECK_MS)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [base, files, token])
  return answer
}

function Problems({ checked, goTo }: { checked: RuleCheckAnswer; goTo: (file: string, line: number, column: number) => void }) {
  if (checked.problems.length === 0) return <p class="rules-good">{t('rules.good')}</p>
  return (
    <ul class="rules-problems" aria-label={t('rules.problems')}>
      {checked.problems.map(({ file, line, column, message }) => (
        <li key={`${file}:${line}:${column}:${message}`}>
          <button type="button" translate={false} class="rules-place" onClick={() => goTo(file ?? '', line ?? 1, column ?? 1)}>
            {`${file ?? ''}:${line ?? 1}:${column ?? 1}`}
          </button>
          <span translate={false} class="data" lang="en">
            {message}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Meaning({ checked }: { checked: RuleCheckAnswer }) {
  const failed = checked.tests.filter(({ passed }) => !passed).length
  return (
    <>
      <p>{t('rules.tests', { n: figure(checked.tests.length), failed: figure(failed) })}</p>
      <ul class="rules-sentences" aria-label={t('rules.sentences')}>
        {checked.rules.map(({ id, sentence }) => (
          <li key={id}>
            <b translate={false} class="data">
              {id}
            </b>{' '}
            <span translate={false} class="data">
              {pick(sentence ?? undefined)}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

interface EditorProps {
  readonly files: readonly RuleFileText[]
  readonly locked: boolean
  readonly onText: (name: string, text: string) => void
  readonly checked: RuleCheckAnswer | string | null
}

function Editor({ files, locked, onText, checked }: EditorProps) {
  const [name, setName] = useState(files[0]?.name ?? '')
  const area = useRef<HTMLTextAreaElement>(null)
  const file = files.find((one) => one.name === name) ?? files[0]
  const [aim, setAim] = useState<{ readonly file: string; readonly line: number; readonly column: number } | null>(null)
  useEffect(() => {
    if (aim === null || area.current === null || file?.name !== aim.file) return
    const at = offsetOf(file.text, aim.line, aim.column)
    area.current.focus()
    area.current.setSelectionRange(at, at + 1)
    setAim(null)
  }, [aim, file])
  if (file === undefined) return null
  return (
    <section class="page-section rules-editor" aria-label={t('rules.text')}>
      <nav class="rules-files" aria-label={t('rules.files')}>
        {files.map((one) => (
          <button
            key={one.name}
            type="button"
            translate={false}
            class="layer data"
            aria-pressed={one.name === file.name}
            onClick={() => setName(one.name)}
          >
            {one.name}
          </button>
        ))}
      </nav>
      <textarea
        ref={area}
        class="rules-text data"
        aria-label={file.name}
        aria-invalid={typeof checked === 'object' && checked !== null && checked.problems.some((one) => one.file === file.name)}
        spellcheck={false}
        readOnly={locked}
        value={file.text}
        onInput={(event) => onText(file.name, event.currentTarget.value)}
      />
      <div class="rules-findings" aria-live="polite">
        {locked && <p>{t('rules.sign_in')}</p>}
        {typeof checked === 'string' && (
          <p role="alert" translate={false} class="data">
            {checked}
          </p>
        )}
        {typeof checked === 'object' && checked !== null && (
          <>
            <Problems
              checked={checked}
              goTo={(to, line, column) => {
                setName(to)
                setAim({ file: to, line, column })
              }}
            />
            <Meaning checked={checked} />
          </>
        )}
      </div>
    </section>
  )
}

/** The text of the newest version, and what was written on top of it. */
function Workbench({ answer }: { answer: RuleVersionsAnswer }) {
  const wall = useWall()
  const token = wall.desk.token.value
  const newest = answer.versions[0]?.version ?? 0
  const [base_version, setBase] = useState(newest)
  const [files, setFiles] = useState<readonly RuleFileText[]>([])
  const [failed, setFailed] = useState<string | null>(null)
  const checked = useCheck(files, token)
  useEffect(() => {
    createRulesDesk(wall.base, token)
      .version(base_version)
      .then(
        (version) => setFiles(version.files),
        (error: unknown) => setFailed(whyOf(error)),
      )
  }, [wall.base, token, base_version])
  if (failed !== null)
    return (
      <p role="alert" translate={false} class="data">
        {failed}
      </p>
    )
  return (
    <div class="rules-page">
      <Editor
        files={files}
        locked={token === null}
        checked={checked}
        onText={(name, text) => setFiles(files.map((file) => (file.name === name ? { name, text } : file)))}
      />
      <div class="rules-side">
        <RuleTrial files={files} token={token} />
        <RuleVersionList
          answer={answer}
          files={files}
          token={token}
          base_version={base_version}
          good={typeof checked === 'object' && checked !== null && checked.problems.length === 0}
          onPublished={setBase}
        />
      </div>
    </div>
  )
}

export function RulesPage() {
  const known = useLook<RuleVersionsAnswer>('api/v1/rules/versions', VERSIONS_MS)
  return (
    <PageFrame kind="rules" note={<OldChip known={known} />}>
      {known.document === null ? <Unread state={known.state} /> : <Workbench answer={known.document} />}
    </PageFrame>
  )
}
