/** YAML read with places: every value of a rule or scenario file can be found again by line and column. */
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Problem, SourcePlace } from '../engine/base/errors.ts'
import type { JsonPath } from './check-json.ts'

export interface YamlSource {
  readonly file: string
  readonly value: unknown
  /** Line and column of the value at `path`; a member's name when the member itself is the trouble; else of the nearest enclosing value. */
  placeOf(path: JsonPath): SourcePlace
  /** Line and column of the `index`-th character, from 0, of the text value at `path`, however the text is quoted or folded. */
  placeInText(path: JsonPath, index: number): SourcePlace
}

/** The document, or every place where it is not YAML 1.2 (repeated keys count as such). */
export function readYaml(
  file: string,
  text: string,
): { source: YamlSource; problems: readonly [] } | { source: null; problems: readonly Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  if (document.errors.length > 0) {
    return {
      source: null,
      problems: document.errors.map((error) => ({ place: at(error.pos[0]), code: 'yaml.syntax', message: `not YAML: ${error.message}` })),
    }
  }
  const placeOf = (path: JsonPath): SourcePlace => {
    for (let length = path.length; length > 0; length--) {
      const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
      const name = path[length - 1]
      const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === name) : undefined
      const node = pair ? pair.key : document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return at(node.range[0])
    }
    return at(document.contents?.range?.[0] ?? 0)
  }
  const placeInText = (path: JsonPath, index: number): SourcePlace => {
    const node = document.getIn(path, true)
    if (!isScalar(node) || !node.range || typeof node.value !== 'string') return placeOf(path)
    return at(offsetInText(text, node.range[0], String(node.type), node.value.slice(0, index)))
  }
  return { source: { file, value: document.toJS(), placeOf, placeInText }, problems: [] }
}

/** Folding and quoting change white space only: the sought character comes after as many others as in the value. */
function offsetInText(text: string, start: number, type: string, before: string): number {
  const isBlock = type.startsWith('BLOCK')
  let offset = isBlock ? text.indexOf('\n', start) + 1 : type.startsWith('QUOTE') ? start + 1 : start
  const skipSpace = (): void => {
    while (/\s/.test(text.charAt(offset))) offset++
  }
  for (const character of before) {
    if (/\s/.test(character)) continue
    skipSpace()
    offset++
  }
  skipSpace()
  return offset
}
