/** XML files read as a stream, also gzipped, so that a big one needs memory for what it says and not for its text. */
import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import sax from 'sax'
import type { Problem } from '../../engine/base/errors.ts'

export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | undefined>>
  /** Where its tag ends. */
  readonly line: number
}

export interface XmlFormat {
  /** The first part of the code of problems. */
  readonly code: string
  readonly root: string
  /** What the file should have been, after "expected". */
  readonly expected: string
}

export interface XmlReader {
  open(element: XmlElement): void
  close(name: string): void
}

export async function* textOf(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file)
  const decoder = new StringDecoder('utf8')
  // `compose` carries an error of the file on to the reader, which `pipe` would not.
  for await (const chunk of file.endsWith('.gz') ? raw.compose(createGunzip()) : raw) yield decoder.write(chunk)
  yield decoder.end()
}

/** Hands every element on; what is wrong with the text itself is in the answer. */
export async function readXml(file: string, { code, root, expected }: XmlFormat, reader: XmlReader): Promise<Problem[]> {
  const parser = sax.parser(true)
  let seenRoot = false
  let broken: string | null = null
  parser.onopentag = ({ name, attributes }) => {
    if (name === root) seenRoot = true
    // Namespaces are not read, so every attribute is a plain string.
    reader.open({ name, attributes: attributes as Record<string, string>, line: parser.line + 1 })
  }
  parser.onclosetag = (name) => reader.close(name)
  parser.onerror = (error) => {
    broken ??= error.message.split('\n')[0]
  }
  for await (const chunk of textOf(file)) {
    parser.write(chunk)
    if (broken !== null) break
  }
  const { line } = parser
  const whole = broken === null
  if (whole) parser.close()
  const told = (at: { line: number; column?: number }, message: string): Problem[] => [
    { place: { file, ...at }, code: `${code}.syntax`, message },
  ]
  if (!seenRoot) return told({ line: 1, column: 1 }, `expected ${expected}`)
  if (broken === null) return []
  return told({ line: line + 1 }, whole ? 'the file ends inside an element: it is incomplete' : `not XML: ${broken}`)
}

/** A file that cannot be opened. */
export function unreadable(file: string, code: string, cause: unknown): Problem {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return { place: { file }, code: `${code}.unreadable`, message: `cannot be read: ${why}` }
}
