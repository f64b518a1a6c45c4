/**
 * Pseudonyms for personal data (plates, faces, phones, names): HMAC-SHA256 under a key that never leaves the data directory, so that the
 * same subject is found again and nobody without the key can try all plates. In lockstep the key comes from the seed (contract section 6):
 * those subjects are made up, and equal runs must be equal.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UrbanError } from '../engine/base/errors.ts'

export type Pseudonym = (subject: string) => string

const KEY_BYTES = 32
const KEY_FILE = 'pseudonym-key'

/**
 * @param source the data directory, whose key is made on first use (mode 0600), or the seed of a lockstep run
 * @returns `p:` and 26 characters; 130 bits of the HMAC, far beyond what two subjects could share by chance
 * @throws UrbanError `pseudonym_key` when the key file is not one
 */
export function createPseudonym(source: { readonly directory: string } | { readonly seed: number }): Pseudonym {
  const key = 'seed' in source ? createHash('sha256').update(`urban-brain pseudonym ${source.seed}`).digest() : readKey(source.directory)
  return (subject) => `p:${createHmac('sha256', key).update(subjectForm(subject)).digest('base64url').slice(0, 26)}`
}

/** One plate is one subject however a camera writes it: full-width letters (NFKC), case and spaces do not count. */
const subjectForm = (subject: string): string => subject.normalize('NFKC').replace(/\s+/gu, '').toUpperCase()

function readKey(directory: string): Buffer {
  const file = join(directory, KEY_FILE)
  try {
    return checkKey(file, readFileSync(file, 'utf8'))
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flush: true })
  try {
    // A link appears whole or not at all, and never over a key that another process made meanwhile.
    linkSync(fresh, file)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    unlinkSync(fresh)
  }
  return checkKey(file, readFileSync(file, 'utf8'))
}

function checkKey(file: string, text: string): Buffer {
  const key = Buffer.from(text.trim(), 'hex')
  if (key.length === KEY_BYTES) return key
  throw new UrbanError('input', 'pseudonym_key', `${file} is not a pseudonym key: expected ${KEY_BYTES * 2} hexadecimal digits`, {
    place: { file, line: 1 },
  })
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code
