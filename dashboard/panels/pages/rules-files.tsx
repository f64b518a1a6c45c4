/** The files of the set: which one is read, a new one, and one less. Nothing is in force before it is published. */
import { useState } from 'preact/hooks'
import type { RuleFileText } from '../../../gateway/wire/rules-api.ts'
import { newFileFault, withFile } from '../../data/rules.ts'
import { t } from '../../i18n/index.ts'

export interface RuleFilesProps {
  readonly files: readonly RuleFileText[]
  readonly shown: string
  readonly locked: boolean
  readonly onShow: (name: string) => void
  readonly onFiles: (files: readonly RuleFileText[]) => void
}

const ENDING = '.yaml'

function NewFile({ files, onMade, onLeave }: { files: readonly RuleFileText[]; onMade: (name: string) => void; onLeave: () => void }) {
  const [text, setText] = useState('')
  const name = /\.ya?ml$/.test(text) ? text : `${text}${ENDING}`
  const fault = text === '' ? null : newFileFault(name, files)
  return (
    <form
      class="rules-actions"
      onSubmit={(event) => {
        event.preventDefault()
        if (text !== '' && fault === null) onMade(name)
      }}
    >
      <input
        aria-label={t('rules.file.name')}
        placeholder={t('rules.file.name')}
        aria-invalid={fault !== null}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="layer" disabled={text === '' || fault !== null}>
        {t('rules.file.make')}
      </button>
      <button type="button" class="layer" onClick={onLeave}>
        {t('desk.cancel')}
      </button>
      {fault !== null && <p role="alert">{t(`rules.file.${fault}`)}</p>}
    </form>
  )
}

export function RuleFiles({ files, shown, locked, onShow, onFiles }: RuleFilesProps) {
  const [asking, setAsking] = useState<'none' | 'new' | 'delete'>('none')
  return (
    <>
      <nav class="rules-files" aria-label={t('rules.files')}>
        {files.map(({ name }) => (
          <button
            key={name}
            type="button"
            translate={false}
            class="layer data"
            aria-pressed={name === shown}
            onClick={() => {
              onShow(name)
              setAsking('none')
            }}
          >
            {name}
          </button>
        ))}
        {!locked && (
          <>
            <button type="button" class="layer" onClick={() => setAsking('new')}>
              {t('rules.file.new')}
            </button>
            {/* A set without a file is no set. */}
            <button type="button" class="layer" disabled={files.length < 2} onClick={() => setAsking('delete')}>
              {t('rules.file.delete', { name: shown })}
            </button>
          </>
        )}
      </nav>
      {asking === 'new' && (
        <NewFile
          files={files}
          onLeave={() => setAsking('none')}
          onMade={(name) => {
            onFiles(withFile(files, { name, text: 'rules: []\n' }))
            onShow(name)
            setAsking('none')
          }}
        />
      )}
      {asking === 'delete' && (
        <p class="rules-actions" role="alert">
          <span>{t('rules.file.delete.sure', { name: shown })}</span>
          <button
            type="button"
            class="layer"
            onClick={() => {
              const left = files.filter(({ name }) => name !== shown)
              onFiles(left)
              onShow(left[0].name)
              setAsking('none')
            }}
          >
            {t('rules.file.delete.yes')}
          </button>
          <button type="button" class="layer" onClick={() => setAsking('none')}>
            {t('desk.cancel')}
          </button>
        </p>
      )}
    </>
  )
}
