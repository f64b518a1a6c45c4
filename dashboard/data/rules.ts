/** What a desk asks and orders about rules, and where in a text a mistake stands. */
import type {
  RuleCheckAnswer,
  RuleDiffAnswer,
  RuleDryRunAnswer,
  RuleEdit,
  RuleEditAnswer,
  RuleFileText,
  RuleVersionAnswer,
  RuleVersionDocument,
} from '../../gateway/wire/rules-api.ts'
import { bearer, refusal } from './api.ts'

async function post<T>(base: URL, path: string, body: unknown, token: string): Promise<T> {
  const response = await fetch(new URL(`api/v1/rules/${path}`, base), {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw await refusal(response)
  return response.json()
}

export interface RulesDesk {
  version(number: number): Promise<RuleVersionAnswer>
  check(files: readonly RuleFileText[]): Promise<RuleCheckAnswer>
  edit(files: readonly RuleFileText[], edit: RuleEdit): Promise<RuleEditAnswer>
  diff(files: readonly RuleFileText[], version: number): Promise<RuleDiffAnswer>
  dryRun(files: readonly RuleFileText[], from: number, to: number): Promise<RuleDryRunAnswer>
  publish(files: readonly RuleFileText[], note: string, base_version: number): Promise<RuleVersionDocument>
  rollback(version: number, note: string, base_version: number): Promise<RuleVersionDocument>
}

/** A step of a dry run from the desk: fine enough for alarms, and a week is done in minutes. */
const STEP_S = 10

export function createRulesDesk(base: URL, token: string | null): RulesDesk {
  const name = token ?? ''
  return {
    async version(number) {
      const response = await fetch(new URL(`api/v1/rules/versions/${number}`, base), { headers: token === null ? {} : bearer(token) })
      if (!response.ok) throw await refusal(response)
      return response.json()
    },
    check: (files) => post(base, 'check', { files }, name),
    edit: (files, edit) => post(base, 'edit', { files, edit }, name),
    diff: (files, version) => post(base, 'diff', { files, with: version }, name),
    dryRun: (files, from, to) => post(base, 'dry-run', { files, from, to, step_s: STEP_S }, name),
    publish: (files, note, base_version) => post(base, 'versions', { files, note, base: base_version }, name),
    rollback: (version, note, base_version) => post(base, `versions/${version}/rollback`, { note, base: base_version }, name),
  }
}

/** Index of a line and column, from 1, in a text; its end when it is shorter. */
export function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1)
  return Math.min(text.length, before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1)
}

/** The same shape as the schema of gateway/wire/rules-api.ts. */
const FILE_NAME = /^[A-Za-z0-9_.-]{1,64}\.ya?ml$/

/** Why a file cannot be made under this name; null when it can. */
export function newFileFault(name: string, files: readonly RuleFileText[]): 'bad' | 'taken' | null {
  if (!FILE_NAME.test(name)) return 'bad'
  return files.some((file) => file.name === name) ? 'taken' : null
}

/** With one more file in the order of names, which is the order in which rules are read. */
export const withFile = (files: readonly RuleFileText[], added: RuleFileText): RuleFileText[] =>
  [...files, added].toSorted((a, b) => (a.name < b.name ? -1 : 1))

/** Where a rule begins in a text that was written by a form; its first line when it cannot be found. */
export function placeOfRule(text: string, id: string): { readonly line: number; readonly column: number } {
  const line = text.split('\n').findIndex((one) => /^\s*- id:/.test(one) && one.trimEnd().replace(/["']/g, '').endsWith(` ${id}`))
  return line < 0 ? { line: 1, column: 1 } : { line: line + 1, column: text.split('\n')[line].indexOf('-') + 1 }
}
