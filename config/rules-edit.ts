/** A rule put into, or taken out of, the text of a rule file. Everything else stays as it was written, comments and layout too. */
import { Document, isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import type { RuleFile } from './rules-schema.ts'

export type Edited = { readonly text: string } | { readonly refused: string }

interface Opened {
  readonly text: string
  /** The member `rules`; null where the file has none yet. */
  readonly pair: Pair | null
}

function open(text: string): Opened | { readonly refused: string } {
  const document = parseDocument(text, { prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) return { refused: `not YAML: ${error.message}` }
  const { contents } = document
  if (contents !== null && !isMap(contents)) return { refused: 'the file holds no members, expected rules: …' }
  return { text, pair: contents?.items.find(({ key }) => isScalar(key) && key.value === 'rules') ?? null }
}

const INLINE = 'its rules are written as one list in brackets: edit the text'

/** The list of rules; null where nothing stands behind `rules:`. */
function listIn({ value }: Pair): YAMLSeq | null | { readonly refused: string } {
  if (value === null || (isScalar(value) && value.value === null)) return null
  if (!isSeq(value)) return { refused: 'rules is no list' }
  return value.flow === true && value.items.length > 0 ? { refused: INLINE } : value
}

const indentOf = (line: string): number => line.length - line.trimStart().length

/** Lines of one item of a list in a text, with the comment right above it; `to` is behind the last. */
interface ItemLines {
  readonly from: number
  readonly to: number
  /** Of the dash. */
  readonly column: number
}

function linesOf(text: string, lines: readonly string[], item: unknown): ItemLines {
  const start = isMap(item) ? (item.range?.[0] ?? 0) : 0
  const dash = text.lastIndexOf('-', start - 1)
  const first = text.slice(0, dash).split('\n').length - 1
  const column = dash - (text.lastIndexOf('\n', dash) + 1)
  let to = first + 1
  while (to < lines.length && (lines[to].trim() === '' || indentOf(lines[to]) > column)) to++
  while (lines[to - 1].trim() === '') to--
  let from = first
  while (from > 0 && lines[from - 1].trim().startsWith('#') && indentOf(lines[from - 1]) === column) from--
  return { from, to, column }
}

/** Small members stand on one line, as people write them. */
const ON_ONE_LINE = ['title', 'scope', 'incident']

function ruleLines(rule: RuleFile, why: string, column: number): string[] {
  const document = new Document(rule)
  // A document made of an object is a map.
  const map = document.contents as unknown as YAMLMap
  for (const name of ON_ONE_LINE) {
    const member = map.get(name, true)
    if (isMap(member)) member.flow = true
  }
  const pad = ' '.repeat(column)
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true }).trimEnd()
  const body = text.split('\n').map((line, i) => `${pad}${i === 0 ? '- ' : '  '}${line}`)
  const comment = why.trim() === '' ? [] : [`${pad}# ${why.trim().replace(/\s+/g, ' ')}`]
  return [...comment, ...body]
}

/** Behind the last rule of the file. @param why becomes the comment above it */
export function addRule(text: string, rule: RuleFile, why: string): Edited {
  const opened = open(text)
  if ('refused' in opened) return opened
  const lines = text.replace(/\n+$/, '').split('\n')
  if (opened.pair === null) return { text: joined([...(text.trim() === '' ? [] : [...lines, '']), 'rules:', ...ruleLines(rule, why, 2)]) }
  const list = listIn(opened.pair)
  if (list !== null && 'refused' in list) return list
  if (list === null || list.items.length === 0) {
    const { at, line } = keyOf(text, opened.pair)
    const behind = list === null ? lines[line].slice(at) : lines[line].slice(at).replace(/^\s*\[\s*\]/, '')
    if (/^\s*[^\s#]/.test(behind)) return { refused: INLINE }
    return {
      text: joined([...lines.slice(0, line), lines[line].slice(0, at) + behind, ...ruleLines(rule, why, 2), ...lines.slice(line + 1)]),
    }
  }
  const { to, column } = linesOf(text, lines, list.items.at(-1))
  return { text: joined([...lines.slice(0, to), '', ...ruleLines(rule, why, column), ...lines.slice(to)]) }
}

/** With the comment right above it. */
export function removeRule(text: string, id: string): Edited {
  const opened = open(text)
  if ('refused' in opened) return opened
  const list = opened.pair === null ? null : listIn(opened.pair)
  if (list !== null && 'refused' in list) return list
  const item = list?.items.find((one) => isMap(one) && one.get('id') === id)
  if (list === null || item === undefined || opened.pair === null) return { refused: `there is no rule ${id}` }
  const lines = text.replace(/\n+$/, '').split('\n')
  const { from, to } = linesOf(text, lines, item)
  const left = [...lines.slice(0, from), ...lines.slice(to)]
  // The blank line that parted it from its neighbour goes too.
  if (left[from]?.trim() === '' && list.items.length > 1) left.splice(from, 1)
  else if (from === left.length && left[from - 1]?.trim() === '') left.pop()
  if (list.items.length === 1) {
    const { at, line } = keyOf(text, opened.pair)
    left[line] = `${lines[line].slice(0, at)} []${lines[line].slice(at)}`
  }
  return { text: joined(left) }
}

/** Line of `rules:`, and the column behind its colon. */
function keyOf(text: string, { key }: Pair): { readonly line: number; readonly at: number } {
  const end = isScalar(key) ? (key.range?.[1] ?? 0) : 0
  const colon = text.indexOf(':', end)
  return { line: text.slice(0, colon).split('\n').length - 1, at: colon - text.lastIndexOf('\n', colon) }
}

const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`

/** Ids of the rules of a file, as far as it can be read. */
export function ruleIdsIn(text: string): string[] {
  const opened = open(text)
  if ('refused' in opened || opened.pair === null || !isSeq(opened.pair.value)) return []
  return opened.pair.value.items.flatMap((one) => {
    const id = isMap(one) ? one.get('id') : null
    return typeof id === 'string' ? [id] : []
  })
}
