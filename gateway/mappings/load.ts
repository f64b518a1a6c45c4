/**
 * `mappings.yaml`: read whole, checked with file, line and column, each mapping's own tests run. A file that is not well formed is refused whole; a mapping whose test
 * fails is refused by itself, since the others do not depend on it.
 */
import { readFile } from 'node:fs/promises'
import { createChecker, findingsOf, pathText } from '../../config/check-schema.ts'
import { readYaml, type YamlSource } from '../../config/check-yaml.ts'
import type { Problem } from '../../engine/base/errors.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import { type Ignored, type Mapping, MappingsFile } from '../wire/mapping.ts'
import { type CompiledMapping, compileMapping, type Fault } from './compile.ts'
import { moreSpecific } from './topic-filter.ts'
import { runTests } from './try.ts'

export interface LoadedMappings {
  /** The most specific filter first. */
  readonly mappings: readonly CompiledMapping[]
  /** As they are written, those that were refused too. */
  readonly written: readonly Mapping[]
  readonly ignored: readonly Ignored[]
  readonly problems: readonly Problem[]
  /** False when nothing of the file could be used: what was in force stays. */
  readonly readable: boolean
}

const check = createChecker(MappingsFile)
const isMappingsFile = (value: unknown): value is MappingsFile => check(value).length === 0

export const NO_MAPPINGS: LoadedMappings = { mappings: [], written: [], ignored: [], problems: [], readable: true }

function problemOf(source: YamlSource, i: number, { path, at, message }: Fault): Problem {
  const whole = ['mappings', i, ...path]
  const place = at === undefined ? source.placeOf(whole) : source.placeInText(whole, at)
  return { place, code: 'mappings.mapping', message: `${pathText(whole)} ${message}` }
}

/** @param text of the file, which may be empty */
export async function checkMappings(file: string, text: string, context: DialectContext): Promise<LoadedMappings> {
  const read = readYaml(file, text)
  if (read.source === null) return { ...NO_MAPPINGS, problems: read.problems, readable: false }
  const { source } = read
  const value = source.value ?? {}
  if (!isMappingsFile(value)) {
    const problems = findingsOf([], 'mappings.file', check(value)).map(({ path, code, message }) => ({
      place: source.placeOf(path),
      code,
      message,
    }))
    return { ...NO_MAPPINGS, problems, readable: false }
  }
  const { mappings = [], ignored = [] } = value
  const good: CompiledMapping[] = []
  const problems: Problem[] = []
  const ids = new Set<string>()
  for (const [i, mapping] of mappings.entries()) {
    const faults: Fault[] = ids.has(mapping.id) ? [{ path: ['id'], message: `${mapping.id} stands twice` }] : []
    ids.add(mapping.id)
    const compiled = compileMapping(mapping)
    faults.push(...(compiled.ok ? await runTests(compiled.mapping, mapping.tests, context) : compiled.faults))
    if (compiled.ok && faults.length === 0) good.push(compiled.mapping)
    problems.push(...faults.map((fault) => problemOf(source, i, fault)))
  }
  good.sort((a, b) => moreSpecific(a.filter, b.filter))
  return { mappings: good, written: mappings, ignored, problems, readable: true }
}

/** A file that is not there holds no mappings. */
export async function loadMappings(file: string, context: DialectContext): Promise<LoadedMappings> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const message = `cannot be read: ${String(error)}`
    return missing
      ? NO_MAPPINGS
      : { ...NO_MAPPINGS, problems: [{ place: { file }, code: 'mappings.unreadable', message }], readable: false }
  }
  return checkMappings(file, text, context)
}
