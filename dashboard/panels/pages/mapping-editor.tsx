/** One kind of unknown message: why it was refused, a sample, the suggested mapping to be changed, and what the sample becomes under it. */
import { useEffect, useState } from 'preact/hooks'
import type { QuarantineGroup, TrialAnswer } from '../../../gateway/wire/mapping.ts'
import { acceptMapping, draftOf, EMPTY_ROW, type Fields, fieldsOf, ignoreGroup, tryMapping } from '../../data/mappings.ts'
import { clockText, figure } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'

/** After the last key. */
const SETTLE_MS = 300
const FORMS = ['', 'ms', 's', 'iso'] as const

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Change = (more: Partial<Fields>) => void

function TextField({ name, label, value, onInput }: { name: string; label: string; value: string; onInput: (text: string) => void }) {
  return (
    <label>
      {label}
      <input name={name} value={value} spellcheck={false} autocomplete="off" onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  )
}

function Rows({ fields, change, guessed }: { fields: Fields; change: Change; guessed: readonly boolean[] }) {
  const set = (at: number, more: Partial<Fields['rows'][number]>): void =>
    change({ rows: fields.rows.map((row, i) => (i === at ? { ...row, ...more } : row)) })
  return (
    <>
      <table class="mapping-rows">
        <thead>
          <tr>
            <th scope="col">{t('messages.path')}</th>
            <th scope="col">{t('messages.metric')}</th>
            <th scope="col">{t('messages.unit')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {fields.rows.map((row, i) => (
            // Rows have no name of their own: their place is what tells them apart.
            <tr key={i}>
              {(['path', 'metric', 'unit'] as const).map((name) => (
                <td key={name}>
                  <input
                    name={`${name}-${i}`}
                    aria-label={`${t(`messages.${name}`)} ${i + 1}`}
                    value={row[name]}
                    spellcheck={false}
                    autocomplete="off"
                    onInput={(event) => set(i, { [name]: event.currentTarget.value })}
                  />
                  {name === 'unit' && guessed[i] === true && <small>{t('messages.guessed')}</small>}
                </td>
              ))}
              <td>
                <button
                  type="button"
                  class="button"
                  aria-label={t('messages.row.remove', { n: i + 1 })}
                  onClick={() => change({ rows: fields.rows.filter((_, at) => at !== i) })}
                >
                  ×
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" class="button" onClick={() => change({ rows: [...fields.rows, EMPTY_ROW] })}>
        {t('messages.row.add')}
      </button>
    </>
  )
}

function TableFields({ fields, change, group }: { fields: Fields; change: Change; group: QuarantineGroup }) {
  const { suggestion } = group
  return (
    <>
      <TextField name="entity" label={t('messages.entity')} value={fields.entity} onInput={(entity) => change({ entity })} />
      <div class="mapping-pair">
        <TextField name="time" label={t('messages.time')} value={fields.time} onInput={(time) => change({ time })} />
        <label>
          {t('messages.form')}
          <select
            name="form"
            value={fields.form}
            onChange={(event) => change({ form: FORMS.find((form) => form === event.currentTarget.value) ?? '' })}
          >
            {FORMS.map((form) => (
              <option key={form} value={form}>
                {t(form === '' ? 'messages.form.any' : `messages.form.${form}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Rows fields={fields} change={change} guessed={suggestion?.basis.map((basis) => basis === 'range') ?? []} />
      {suggestion !== null && suggestion.unexplained.length > 0 && (
        <p class="mapping-unused">{t('messages.unexplained', { paths: suggestion.unexplained.join(t('list.join')) })}</p>
      )}
    </>
  )
}

/** What the server makes of the sample under these fields, a moment after the last change. */
function useTrial(group: string, token: string, fields: Fields): TrialAnswer | null {
  const { base } = useWall()
  const [trial, setTrial] = useState<TrialAnswer | null>(null)
  useEffect(() => {
    let gone = false
    const show = (answer: TrialAnswer): void => {
      if (!gone) setTrial(answer)
    }
    const timer = setTimeout(() => {
      tryMapping(base, token, group, draftOf(fields)).then(show, (error: unknown) => show({ forms: [], faults: [whyOf(error)] }))
    }, SETTLE_MS)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [base, token, group, fields])
  return trial
}

function Preview({ trial }: { trial: TrialAnswer | null }) {
  const zone = useWall().timezone.value
  return (
    <section class="mapping-preview" aria-label={t('messages.preview')} aria-live="polite">
      <h3>{t('messages.preview')}</h3>
      {(trial === null || trial.forms.length + trial.faults.length === 0) && <p class="empty">{t('messages.preview.none')}</p>}
      {trial?.forms.map(({ entity, ts, clock, metrics }) => (
        <dl key={`${entity} ${ts}`}>
          <div>
            <dt translate={false}>{String(entity)}</dt>
            <dd>
              {clock === 'device' ? t('messages.preview.when', { time: clockText(Number(ts), zone) }) : t('messages.preview.arrival')}
            </dd>
          </div>
          {Object.entries(typeof metrics === 'object' && metrics !== null ? metrics : {}).map(([name, value]) => (
            <div key={name}>
              <dt translate={false}>{name}</dt>
              <dd translate={false}>{String(value)}</dd>
            </div>
          ))}
        </dl>
      ))}
      {trial?.faults.map((fault) => (
        <p key={fault} class="mapping-fault" translate={false}>
          {fault}
        </p>
      ))}
    </section>
  )
}

function IgnoreForm({ group, token, onDone, onWhy }: { group: string; token: string; onDone: () => void; onWhy: (why: string) => void }) {
  const { base } = useWall()
  const [note, setNote] = useState('')
  return (
    <form
      class="mapping-ignore"
      onSubmit={(event) => {
        event.preventDefault()
        ignoreGroup(base, token, group, note).then(onDone, (error: unknown) => onWhy(whyOf(error)))
      }}
    >
      <label>
        {t('messages.ignore.note')}
        <input name="note" required maxLength={500} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button">
        {t('messages.ignore')}
      </button>
    </form>
  )
}

function MappingFields({ fields, change, group }: { fields: Fields; change: Change; group: QuarantineGroup }) {
  return (
    <>
      <div class="mapping-pair">
        <TextField name="id" label={t('messages.id')} value={fields.id} onInput={(id) => change({ id })} />
        <TextField name="topic" label={t('messages.filter')} value={fields.topic} onInput={(topic) => change({ topic })} />
      </div>
      <fieldset>
        <legend>{t('messages.way')}</legend>
        {(['table', 'expression'] as const).map((way) => (
          <label key={way}>
            <input type="radio" name="way" value={way} checked={fields.way === way} onChange={() => change({ way })} />
            {t(`messages.way.${way}`)}
          </label>
        ))}
      </fieldset>
      {fields.way === 'table' ? (
        <TableFields fields={fields} change={change} group={group} />
      ) : (
        <label>
          {t('messages.expression')}
          <textarea
            name="jsonata"
            rows={6}
            spellcheck={false}
            value={fields.jsonata}
            onInput={(event) => change({ jsonata: event.currentTarget.value })}
          />
        </label>
      )}
    </>
  )
}

export interface MappingEditorProps {
  readonly group: QuarantineGroup
  readonly token: string
  /** @param name of the mapping that is in force now; null when the messages are ignored */
  readonly onDone: (name: string | null) => void
}

export function MappingEditor({ group, token, onDone }: MappingEditorProps) {
  const { base } = useWall()
  const [fields, setFields] = useState<Fields>(() => fieldsOf(group.suggestion?.mapping ?? null, group.topic))
  const [why, setWhy] = useState<string | null>(null)
  const trial = useTrial(group.id, token, fields)
  const { sample } = group
  return (
    <section class="mapping page-section" aria-label={t('messages.mapping')}>
      <h3>{t('messages.why')}</h3>
      <p translate={false}>{group.reason}</p>
      <h3>{t('messages.sample')}</h3>
      <p class="mapping-from" translate={false}>
        {sample.topic} · {sample.from} · {figure(sample.bytes)} B
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by key */}
      <pre class="mapping-sample" tabIndex={0} translate={false}>
        {typeof sample.payload === 'string' ? sample.payload : JSON.stringify(sample.payload, null, 2)}
      </pre>
      <form
        class="mapping-form"
        onSubmit={(event) => {
          event.preventDefault()
          acceptMapping(base, token, group.id, draftOf(fields)).then(
            () => onDone(fields.id),
            (error: unknown) => setWhy(whyOf(error)),
          )
        }}
      >
        <h3>{t('messages.mapping')}</h3>
        <MappingFields fields={fields} change={(more) => setFields((before) => ({ ...before, ...more }))} group={group} />
        <Preview trial={trial} />
        <button type="submit" class="button button-main" disabled={trial === null || trial.forms.length === 0 || trial.faults.length > 0}>
          {t('messages.accept')}
        </button>
      </form>
      {group.ignored === null && <IgnoreForm group={group.id} token={token} onDone={() => onDone(null)} onWhy={setWhy} />}
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
    </section>
  )
}
