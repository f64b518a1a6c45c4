/** A rule filled in instead of written: it becomes text behind the last rule of a file, and is checked like any other text. */
import { type Signal, useSignal } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { RuleDraft } from '../../../gateway/wire/rules-api.ts'
import { type Key, t, word } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'

const DOMAINS = ['traffic', 'signal', 'flood', 'drain', 'waste', 'camera', 'weather', 'crew'] as const
const SEVERITIES = ['watch', 'warning', 'critical'] as const
const SKILLS = ['collect', 'patrol', 'pump', 'repair', 'traffic'] as const

const EMPTY = {
  id: '',
  zh: '',
  en: '',
  why: '',
  domain: 'flood',
  kind: '',
  when: '',
  for: '',
  clear: '',
  clear_for: '',
  severity: 'watch' as RuleDraft['severity'],
  class: '',
  deadline: '2 h',
  skill: '',
  service: '',
}
type Fields = typeof EMPTY
type Name = keyof Fields

function draftOf({ zh, en, kind, clear, clear_for, skill, service, ...fields }: Fields): RuleDraft {
  const given = (text: string): string | null => (text.trim() === '' ? null : text.trim())
  return {
    ...fields,
    title: { zh, en },
    kind: given(kind),
    for: given(fields.for),
    clear: given(clear),
    clear_for: given(clear_for),
    skill: given(skill),
    service: given(service),
  }
}

interface FieldProps {
  readonly fields: Signal<Fields>
  readonly name: Name
  readonly required?: boolean
  /** What may be in it, as an example: language of rules, not of the reader. */
  readonly example?: string
  readonly pattern?: string
}

function Field({ fields, name, required = false, example, pattern }: FieldProps) {
  return (
    <label>
      {t(`rules.add.${name}` as Key)}
      <input
        name={name}
        required={required}
        placeholder={example}
        pattern={pattern}
        list={name === 'kind' ? 'rules-kinds' : undefined}
        value={fields.value[name]}
        onInput={(event) => {
          fields.value = { ...fields.value, [name]: event.currentTarget.value }
        }}
      />
    </label>
  )
}

function Choice({
  fields,
  name,
  options,
}: {
  fields: Signal<Fields>
  name: Name
  options: readonly (readonly [value: string, text: string])[]
}) {
  return (
    <label>
      {t(`rules.add.${name}` as Key)}
      <select
        name={name}
        value={fields.value[name]}
        onChange={(event) => {
          fields.value = { ...fields.value, [name]: event.currentTarget.value }
        }}
      >
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

export interface AddRuleProps {
  readonly file: string
  /** @returns why it was refused; null when it was not */
  readonly onAdd: (draft: RuleDraft) => Promise<string | null>
}

export function AddRule({ file, onAdd }: AddRuleProps) {
  const wall = useWall()
  const fields = useSignal<Fields>(EMPTY)
  const [refused, setRefused] = useState<string | null>(null)
  const kinds = new Set((wall.city.value?.layers.device ?? []).flatMap(({ properties: { kind } }) => kind ?? []))
  return (
    <details class="page-section rules-add">
      <summary>{t('rules.add')}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void onAdd(draftOf(fields.value)).then((why) => {
            setRefused(why)
            if (why === null) fields.value = EMPTY
          })
        }}
      >
        <Field fields={fields} name="id" required example="bin-hot" pattern="[A-Za-z0-9_.:\-]{1,64}" />
        <Field fields={fields} name="zh" required />
        <Field fields={fields} name="en" required />
        <Choice fields={fields} name="domain" options={DOMAINS.map((domain) => [domain, word('domain', domain)])} />
        <Field fields={fields} name="kind" />
        <datalist id="rules-kinds">
          {[...kinds].sort().map((kind) => (
            <option key={kind} value={kind}>
              {word('kind', kind)}
            </option>
          ))}
        </datalist>
        <Field fields={fields} name="when" required example="level_m > 30 cm" />
        <Field fields={fields} name="for" example="10 min" />
        <Field fields={fields} name="clear" example="level_m < 20 cm" />
        <Field fields={fields} name="clear_for" example="5 min" />
        <Choice fields={fields} name="severity" options={SEVERITIES.map((severity) => [severity, t(`state.${severity}`)])} />
        <Field fields={fields} name="class" required example="flood.waterlogging" pattern="[a-z0-9_]+(\.[a-z0-9_]+)+" />
        <Field fields={fields} name="deadline" required example="2 h" />
        <Choice
          fields={fields}
          name="skill"
          options={[['', t('rules.add.nobody')], ...SKILLS.map((skill) => [skill, word('skill', skill)] as const)]}
        />
        <Field fields={fields} name="service" example="15 min" />
        <Field fields={fields} name="why" />
        <button type="submit" class="button button-main">
          {t('rules.add.to', { name: file })}
        </button>
        {refused !== null && (
          <p role="alert" translate={false} class="data">
            {refused}
          </p>
        )}
      </form>
    </details>
  )
}
