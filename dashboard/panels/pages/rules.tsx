/** Rules written, tried and published: the text, what is wrong with it and what it says, what it would have done, and every version. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RuleCheckAnswer, RuleEdit, RuleEditAnswer, RuleFileText, RuleVersionsAnswer } from '../../../gateway/wire/rules-api.ts'
import { createRulesDesk, offsetOf, placeOfRule } from '../../data/rules.ts'
import { figure } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { OldChip, Unread, useLook } from '../look.tsx'
import { PageFrame } from './page.tsx'
import { AddRule } from './rules-add.tsx'
import { RuleFiles } from './rules-files.tsx'
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

/** @param onRemove null where nobody may change anything */
function Meaning({ checked, onRemove }: { checked: RuleCheckAnswer; onRemove: ((id: string) => void) | null }) {
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
            {onRemove !== null && (
              <button type="button" class="link rules-remove" onClick={() => onRemove(id)}>
                {t('rules.remove', { id })}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

interface EditorProps {
  readonly files: readonly RuleFileText[]
  readonly locked: boolean
  readonly checked: RuleCheckAnswer | string | null
  readonly onFiles: (files: readonly RuleFileText[]) => void
  readonly onEdit: (edit: RuleEdit) => Promise<RuleEditAnswer>
}

function Editor({ files, locked, checked, onFiles, onEdit }: EditorProps) {
  const [name, setName] = useState(files[0]?.name ?? '')
  const [refused, setRefused] = useState<string | null>(null)
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
  /** Shows the rule where it now stands; one that is gone leaves its file shown. */
  const edit = async (asked: RuleEdit): Promise<string | null> => {
    try {
      const edited = await onEdit(asked)
      setName(edited.file)
      if ('add' in asked)
        setAim({ file: edited.file, ...placeOfRule(edited.files.find((one) => one.name === edited.file)?.text ?? '', asked.add.id) })
      return null
    } catch (error) {
      return whyOf(error)
    }
  }
  return (
    <section class="page-section rules-editor" aria-label={t('rules.text')}>
      <RuleFiles files={files} shown={file.name} locked={locked} onShow={setName} onFiles={onFiles} />
      {!locked && <AddRule file={file.name} onAdd={(add) => edit({ add, file: file.name })} />}
      <textarea
        ref={area}
        class="rules-text data"
        aria-label={file.name}
        aria-invalid={typeof checked === 'object' && checked !== null && checked.problems.some((one) => one.file === file.name)}
        spellcheck={false}
        readOnly={locked}
        value={file.text}
        onInput={(event) => {
          const text = event.currentTarget.value
          onFiles(files.map((one) => (one.name === file.name ? { name: one.name, text } : one)))
        }}
      />
      <div class="rules-findings" aria-live="polite">
        {locked && <p>{t('rules.sign_in')}</p>}
        {[checked, refused].map((why) =>
          typeof why === 'string' ? (
            <p key={why} role="alert" translate={false} class="data">
              {why}
            </p>
          ) : null,
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
            <Meaning checked={checked} onRemove={locked ? null : (id) => void edit({ remove: id }).then(setRefused)} />
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
  const [turn, setTurn] = useState(0)
  const [failed, setFailed] = useState<string | null>(null)
  const checked = useCheck(files, token)
  useEffect(() => {
    createRulesDesk(wall.base, token)
      .version(base_version)
      .then(
        (version) => setFiles(version.files),
        (error: unknown) => setFailed(whyOf(error)),
      )
  }, [wall.base, token, base_version, turn])
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
        onFiles={setFiles}
        onEdit={async (edit) => {
          const edited = await createRulesDesk(wall.base, token).edit(files, edit)
          setFiles(edited.files)
          return edited
        }}
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
          onDiscard={() => setTurn((before) => before + 1)}
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
