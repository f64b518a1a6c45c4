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
      problem: {
        place: { file, ...lineAndColumn(startsOfLines(plain), offset) },
        code: 'json.syntax',
        message: `not JSON: expected ${expected}`,
      },
    }
  }
}

/** Something to say about a value of a file. */
export interface Finding {
  readonly path: JsonPath
  readonly code: string
  readonly message: string
}

/** The findings with their places, found in one walk however many they are. */
export function placed(source: JsonSource, findings: readonly Finding[]): Problem[] {
  if (findings.length === 0) return []
  const root = soughtNode()
  const ends = findings.map(({ path }) => seek(root, path))
  new Walker(source.text).walk(root)
  const lineStarts = startsOfLines(source.text)
  return findings.map(({ code, message }, i) => ({
    place: { file: source.file, ...lineAndColumn(lineStarts, ends[i].offset) },
    code,
    message,
  }))
}

/** Line and column, counted from 1, of the value at `path`; of the nearest enclosing value when the path leads nowhere. */
export function placeOf(source: JsonSource, path: JsonPath): SourcePlace {
  return placed(source, [{ path, code: '', message: '' }])[0].place
}

/** A value whose place is sought, and the members inside it that are sought too. */
interface Sought {
  offset: number
  readonly members: Map<string | number, Sought>
}

const soughtNode = (): Sought => ({ offset: -1, members: new Map() })

/** Marks a path; its answer is the node at the end, or the last node that turns out to exist. */
function seek(root: Sought, path: JsonPath): { readonly offset: number } {
  const nodes = [root]
  for (const part of path) {
    const { members } = nodes[nodes.length - 1]
    const next = members.get(part) ?? soughtNode()
    members.set(part, next)
    nodes.push(next)
  }
  return {
    get offset() {
      return nodes.findLast(({ offset }) => offset >= 0)?.offset ?? 0
    },
  }
}

function startsOfLines(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineAndColumn(starts: readonly number[], offset: number): { line: number; column: number } {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle] <= offset) low = middle
    else high = middle
  }
  return { line: low + 1, column: offset - starts[low] + 1 }
}

/** Paths of object members whose name was already used in the same object: JSON.parse would keep the last one without a word. */
export function repeatedKeys(source: JsonSource): JsonPath[] {
  const walker = new Walker(source.text)
  walker.walk(soughtNode())
  return walker.repeated
}

function firstFault(text: string): { offset: number; expected: string } {
  const walker = new Walker(text)
  try {
    walker.walk(soughtNode())
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
  private readonly path: (string | number)[] = []
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  walk(sought: Sought): void {
    this.value(sought)
    this.space()
    if (this.at < this.text.length) throw new Fault(this.at, 'the end of the file')
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++
  }

  private value(sought: Sought | undefined): void {
    this.space()
    if (sought !== undefined) sought.offset = this.at
    const first = this.text[this.at]
    if (first === '{') this.object(sought)
    else if (first === '[') this.array(sought)
    else if (first === '"') this.token(STRING, 'the end of a string')
    else if (first === '-' || (first >= '0' && first <= '9')) this.token(NUMBER, 'a number')
    else this.token(WORD, 'a JSON value')
  }

  private object(sought: Sought | undefined): void {
    const names = new Set<string>()
    this.list('}', () => {
      if (this.text[this.at] !== '"') throw new Fault(this.at, 'a member name in double quotes')
      const name = String(JSON.parse(this.token(STRING, 'the end of a string')))
      if (names.has(name)) this.repeated.push([...this.path, name])
      names.add(name)
      this.space()
      if (this.text[this.at] !== ':') throw new Fault(this.at, '":"')
      this.at++
      this.member(sought, name)
    })
  }

  private array(sought: Sought | undefined): void {
    let index = 0
    this.list(']', () => this.member(sought, index++))
  }

  private member(sought: Sought | undefined, part: string | number): void {
    this.path.push(part)
    this.value(sought?.members.get(part))
    this.path.pop()
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
