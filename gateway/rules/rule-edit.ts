/** A rule put into or taken out of a set of files, from what a person filled in. Nothing is in force by that: the set is checked and published as any other. */
import { addRule, type Edited, removeRule, ruleIdsIn } from '../../config/rules-edit.ts'
import type { RuleFile } from '../../config/rules-schema.ts'
import type { Severity } from '../../engine/model/severity.ts'
import type { RuleText } from './rule-versions.ts'

/** gateway/wire/rules-api.ts says what each means. */
export interface Draft {
  readonly id: string
  readonly title: { readonly zh: string; readonly en: string }
  readonly why: string
  readonly domain: string
  readonly kind: string | null
  readonly when: string
  readonly for: string | null
  readonly clear: string | null
  readonly clear_for: string | null
  readonly severity: Severity
  readonly class: string
  readonly deadline: string
  readonly skill: string | null
  readonly service: string | null
}

export type RuleEdit = { readonly add: Draft; readonly file: string } | { readonly remove: string }
export type EditedSet = { readonly files: readonly RuleText[]; readonly file: string } | { readonly refused: string }

/** What a crew needs on site unless somebody says otherwise. */
const SERVICE = '15 min'

function ruleOf({
  id,
  title,
  domain,
  kind,
  when,
  for: lasting,
  clear,
  clear_for,
  severity,
  class: name,
  deadline,
  skill,
  service,
}: Draft): RuleFile {
  return {
    id,
    title: { en: title.en, zh: title.zh },
    // A domain that there is not is told with its place when the set is checked, like any other mistake; the schema's union of names is too wide for the compiler.
    scope: { domain: domain as RuleFile['scope']['domain'], ...(kind !== null && { kind }) },
    when,
    ...(lasting !== null && { for: lasting }),
    ...(clear !== null && { clear }),
    ...(clear_for !== null && { clear_for }),
    severity: severity as RuleFile['severity'],
    incident: { class: name, deadline, ...(skill !== null && { crew: { skill, service: service ?? SERVICE } }) },
  }
}

/** A file that is not there yet is made. */
export function editRules(files: readonly RuleText[], edit: RuleEdit): EditedSet {
  const id = 'add' in edit ? edit.add.id : edit.remove
  const holder = files.find(({ text }) => ruleIdsIn(text).includes(id))
  if ('remove' in edit) {
    if (holder === undefined) return { refused: `there is no rule ${id}` }
    return replaced(files, holder.name, removeRule(holder.text, id))
  }
  if (holder !== undefined) return { refused: `rule id ${id} is already used in ${holder.name}, expected another id` }
  const text = files.find(({ name }) => name === edit.file)?.text ?? ''
  return replaced(files, edit.file, addRule(text, ruleOf(edit.add), edit.add.why))
}

function replaced(files: readonly RuleText[], name: string, edited: Edited): EditedSet {
  if ('refused' in edited) return { refused: `${name}: ${edited.refused}` }
  const others = files.filter((file) => file.name !== name)
  return { files: [...others, { name, text: edited.text }].sort((a, b) => (a.name < b.name ? -1 : 1)), file: name }
}
