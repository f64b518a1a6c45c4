/** Files of settings that hold secrets: JSON, for nobody else to read, and told about without repeating what is in them. */
import { readFileSync, statSync } from 'node:fs'
import { type JsonSource, readJson } from '../config/check-json.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'

export interface SecretFile {
  readonly source: JsonSource
  /** For what is wrong in it. */
  fail(message: string): UrbanError
}

/** @throws UrbanError input with this code when it cannot be read, others may read it (mode 0600 is wanted), or it is no JSON */
export function readSecretFile(file: string, setting: string, code: string): SecretFile {
  const fail = (message: string): UrbanError => new UrbanError('input', code, message, { place: { file } })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
    if ((statSync(file).mode & 0o077) !== 0) throw fail(`${file} holds secrets and others may read it: chmod 600 ${file}`)
  } catch (error) {
    if (error instanceof UrbanError) throw error
    throw fail(`${file} cannot be read (setting ${setting})`)
  }
  const { source, problem } = readJson(file, text)
  if (source === null) throw fail(formatProblem(problem))
  return { source, fail }
}
