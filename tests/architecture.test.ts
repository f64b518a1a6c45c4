/** The house rules that a reader may rely on, read from the syntax tree of every source file. ARCHITECTURE.md says them in words. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const FOLDERS = ['engine', 'config', 'gateway', 'simulators', 'dashboard']

/** What each part may import besides itself; the longest matching prefix of a file's path decides. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'engine/base': [],
  'engine/model': ['engine/base'],
  'engine/solve': ['engine/base', 'engine/model'],
  'engine/learn': ['engine/base'],
  'engine/sense': ['engine/base', 'engine/model'],
  'engine/rules': ['engine/base', 'engine/model', 'engine/sense'],
  'engine/traffic': ['engine/base', 'engine/model', 'engine/sense', 'engine/solve'],
  'engine/flood': ['engine/base', 'engine/model', 'engine/sense', 'engine/learn'],
  'engine/warnings': ['engine/base', 'engine/model', 'engine/sense'],
  'engine/waste': ['engine/base', 'engine/model', 'engine/sense', 'engine/solve', 'engine/learn'],
  'engine/camera': ['engine/base', 'engine/model', 'engine/sense'],
  'engine/reports': ['engine/base', 'engine/model'],
  'engine/incidents': ['engine/base', 'engine/model', 'engine/sense'],
  'engine/dispatch': ['engine/base', 'engine/model', 'engine/sense', 'engine/solve', 'engine/incidents'],
  'engine/act': ['engine/base', 'engine/model', 'engine/traffic/signal-plan.ts'],
  'engine/kpi': ['engine/base', 'engine/model', 'engine/sense'],
  engine: ['engine'],
  config: ['engine/base', 'engine/model', 'engine/rules', 'engine/traffic/signal-plan.ts'],
  'gateway/wire': ['engine/base'],
  'gateway/mqtt': ['engine/base', 'engine/model', 'gateway/wire', 'gateway/parts.ts', 'gateway/places.ts', 'gateway/privacy.ts'],
  'gateway/cap': ['engine/base', 'engine/model', 'gateway/xml.ts', 'gateway/xml-text.ts'],
  'gateway/dialects': ['engine/base', 'engine/model', 'gateway/wire', 'gateway/cap', 'gateway/xml.ts', 'gateway/mqtt/form.ts'],
  'gateway/mappings': [
    'engine/base',
    'engine/model',
    'engine/sense',
    'gateway/dialects',
    'gateway/wire',
    'gateway/mqtt/form.ts',
    'gateway/mqtt/quarantine.ts',
    'gateway/parts.ts',
    'gateway/write-whole.ts',
    'gateway/kept-file.ts',
    'config',
  ],
  'gateway/store': ['engine/base', 'engine/model', 'engine/ports.ts', 'gateway/wire', 'gateway/parts.ts'],
  'gateway/rules': ['engine', 'gateway/parts.ts', 'config'],
  'gateway/http': ['engine', 'gateway/wire', 'gateway/cap', 'gateway/xml-text.ts', 'gateway/rules', 'gateway/parts.ts', 'config'],
  'gateway/live': ['engine', 'gateway/wire', 'gateway/parts.ts'],
  'gateway/cli': ['engine', 'gateway', 'config', 'simulators'],
  gateway: ['engine', 'gateway', 'config', 'simulators'],
  simulators: ['engine/base', 'engine/model', 'gateway/wire', 'config'],
  dashboard: ['engine/base', 'engine/model', 'gateway/wire'],
}

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

function specifiersOf(path: string, text: string): string[] {
  const { module, errors } = parseSync(path, text)
  expect(errors.map((error) => `${path}: ${error.message}`)).toEqual([])
  const from = [...module.staticImports, ...module.staticExports.flatMap((statement) => statement.entries)]
  const named = from.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : []))
  const dynamic = module.dynamicImports.map(({ moduleRequest }) =>
    text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
  )
  return [...new Set([...named, ...dynamic])]
}

function readSources(): Source[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
      .map((entry) => {
        const path = relative(root, join(entry.parentPath, entry.name))
        const text = readFileSync(join(root, path), 'utf8')
        return { path, text, imports: specifiersOf(path, text) }
      }),
  )
}

const sources = readSources()
const within = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`)
const target = (source: Source, specifier: string): string => normalize(join(dirname(source.path), specifier))

/** The longest prefix of the table that holds the file. */
function partOf(path: string): string {
  const parts = Object.keys(MAY_IMPORT).filter((prefix) => within(path, prefix))
  return parts.reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest), '')
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): string[] | null => {
    const at = trail.indexOf(path)
    if (at >= 0) return [...trail.slice(at), path]
    if (done.has(path)) return null
    trail.push(path)
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    trail.pop()
    done.add(path)
    return null
  }
  for (const path of edges.keys()) {
    const cycle = visit(path)
    if (cycle) return cycle
  }
  return null
}

/** What a pure, synchronous program cannot contain. */
function impurities(source: Source): string[] {
  const { program } = parseSync(source.path, source.text)
  const found: string[] = []
  const note = (what: string, start: number): void => {
    found.push(`${source.path}:${source.text.slice(0, start).split('\n').length}: ${what}`)
  }
  const FORBIDDEN = new Set([
    'Date',
    'performance',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'process',
    'fetch',
    'crypto',
    'console',
    'globalThis',
    'Intl',
  ])
  new Visitor({
    Identifier: (node) => FORBIDDEN.has(node.name) && note(node.name, node.start),
    MemberExpression: (node) => {
      if (
        node.object.type === 'Identifier' &&
        node.object.name === 'Math' &&
        node.property.type === 'Identifier' &&
        node.property.name === 'random'
      )
        note('Math.random', node.start)
    },
    AwaitExpression: (node) => note('await', node.start),
    FunctionDeclaration: (node) => node.async && note('async function', node.start),
    FunctionExpression: (node) => node.async && note('async function', node.start),
    ArrowFunctionExpression: (node) => node.async && note('async function', node.start),
    ImportExpression: (node) => note('dynamic import', node.start),
  }).visit(program)
  return found
}

describe('architecture', () => {
  it('has every file in a part of the table', () => {
    expect(sources.filter((source) => partOf(source.path) === '').map((source) => source.path)).toEqual([])
  })

  it('imports in the allowed directions only', () => {
    const wrong = sources.flatMap((source) => {
      const own = partOf(source.path)
      const allowed = [own, ...MAY_IMPORT[own]]
      return source.imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => target(source, specifier))
        .filter((path) => !allowed.some((prefix) => within(path, prefix)))
        .map((path) => `${source.path} imports ${path}`)
    })
    expect(wrong).toEqual([])
  })

  it('has no import cycle', () => {
    const edges = new Map(
      sources.map((source) => [source.path, source.imports.filter((name) => name.startsWith('.')).map((name) => target(source, name))]),
    )
    expect(findCycle(edges)).toBeNull()
  })

  it('keeps the engine free of clocks, randomness, waiting and input or output', () => {
    const engine = sources.filter((source) => within(source.path, 'engine'))
    expect(engine.length).toBeGreaterThan(10)
    expect(engine.flatMap(impurities)).toEqual([])
  })

  it('lets the engine import one library only, mathjs', () => {
    const outside = sources
      .filter((source) => within(source.path, 'engine'))
      .flatMap((source) => source.imports.filter((name) => !name.startsWith('.')).map((name) => `${source.path} imports ${name}`))
    expect(outside.filter((line) => !/ imports mathjs(\/|$)/.test(line))).toEqual([])
  })

  it('uses `any` nowhere', () => {
    const found = sources.flatMap((source) => {
      const lines: string[] = []
      new Visitor({
        TSAnyKeyword: (node) => {
          lines.push(`${source.path}:${source.text.slice(0, node.start).split('\n').length}`)
        },
      }).visit(parseSync(source.path, source.text).program)
      return lines
    })
    expect(found).toEqual([])
  })
})
