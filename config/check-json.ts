/**
 * JSON read with places: JSON.parse stays the reader, and a second walk over the same text finds the line and column of a value
 * when there is something to say about it. Big city files without problems pay for one JSON.parse only.
 */
import type { Problem, SourcePlace } from '../engine/base/errors.ts'

export type JsonPath = readonly (string | number)[]

export interface JsonSource {
  readonly file: string
  readonly text: string
  readonly value: unknown
}

/** The parsed text, or the one place where it stops being JSON. A byte order mark, which Windows editors write, is passed over. */
export function readJson(file: string, text: string): { source: JsonSource; problem: null } | { source: null; problem: Problem } {
  const plain = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text
  try {
    const value: unknown = JSON.parse(plain)
    return { source: { file, text: plain, value }, problem: null }
  } catch {
    const { offset, expected } = firstFault(plain)
    return {
      source: null,
      problem: { place: placeAt(file, plain, offset), code: 'json.syntax', message: `not JSON: expected ${expected}` },
    }
  }
}

/** Line and column, counted from 1, of the value at `path`; of the nearest enclosing value when the path leads nowhere. */
export function placeOf(source: JsonSource, path: JsonPath): SourcePlace {
  const walker = new Walker(source.text)
  return placeAt(source.file, source.text, walker.find(path))
}

export function placeAt(file: string, text: string, offset: number): SourcePlace {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { file, line, column: offset - before.lastIndexOf('\n') }
}

/** Paths of object members whose name was already used in the same object: JSON.parse would keep the last one without a word. */
export function repeatedKeys(source: JsonSource): JsonPath[] {
  const walker = new Walker(source.text)
  walker.find([])
  return walker.repeated
}

function firstFault(text: string): { offset: number; expected: string } {
  const walker = new Walker(text)
  try {
    walker.whole()
    return { offset: text.length, expected: 'a JSON value' }
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

class Fault extends Error {
  readonly offset: number
  readonly expected: string
  constructor(offset: number, expected: string) {
    super(expected)
    this.offset = offset
    this.expected = expected
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const WORD = /true|false|null/y

/** A recursive-descent walk of RFC 8259 that remembers where the sought value begins. */
class Walker {
  readonly repeated: JsonPath[] = []
  private readonly text: string
  private at = 0
  private sought: JsonPath = []
  private found = 0
  private depth = 0

  constructor(text: string) {
    this.text = text
  }

  find(path: JsonPath): number {
    this.at = 0
    this.sought = path
    this.found = 0
    this.depth = -1
    this.value([])
    return this.found
  }

  whole(): void {
    this.value([])
    this.space()
    if (this.at < this.text.length) throw new Fault(this.at, 'the end of the file')
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++
  }

  private value(path: (string | number)[]): void {
    this.space()
    if (path.length > this.depth && path.every((part, i) => part === this.sought[i]) && path.length <= this.sought.length) {
      this.found = this.at
      this.depth = path.length
    }
    const first = this.text[this.at]
    if (first === '{') this.object(path)
    else if (first === '[') this.array(path)
    else if (first === '"') this.token(STRING, 'the end of a string')
    else if (first === '-' || (first >= '0' && first <= '9')) this.token(NUMBER, 'a number')
    else this.token(WORD, 'a JSON value')
  }

  private object(path: (string | number)[]): void {
    const names = new Set<string>()
    this.list('}', () => {
      if (this.text[this.at] !== '"') throw new Fault(this.at, 'a member name in double quotes')
      const name = String(JSON.parse(this.token(STRING, 'the end of a string')))
      if (names.has(name)) this.repeated.push([...path, name])
      names.add(name)
      this.space()
      if (this.text[this.at] !== ':') throw new Fault(this.at, '":"')
      this.at++
      this.member(path, name)
    })
  }

  private array(path: (string | number)[]): void {
    let index = 0
    this.list(']', () => this.member(path, index++))
  }

  private member(path: (string | number)[], part: string | number): void {
    path.push(part)
    this.value(path)
    path.pop()
  }

  private list(end: '}' | ']', item: () => void): void {
    this.at++
    this.space()
    if (this.text[this.at] === end) {
      this.at++
      return
    }
    for (;;) {
      this.space()
      item()
      this.space()
      const next = this.text[this.at]
      if (next !== ',' && next !== end) throw new Fault(this.at, `"," or "${end}"`)
      this.at++
      if (next === end) return
    }
  }

  private token(pattern: RegExp, expected: string): string {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match === null) throw new Fault(this.at, expected)
    this.at = pattern.lastIndex
    return match[0]
  }
}
