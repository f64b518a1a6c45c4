/** typebox errors as sentences that say what was found and what was expected, for files and settings people write. */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import type { Finding, JsonPath } from './check-json.ts'
import { nearest } from './check-names.ts'

export interface Mismatch {
  readonly path: JsonPath
  /** What is wrong and what was expected. */
  readonly message: string
}

/** The parts of JSON Schema that our files and settings use. */
interface SchemaShape {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaShape[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly description?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

/**
 * typebox stops after eight errors, alternatives of a choice counted one by one: a wrong word among nine allowed ones would leave
 * nothing that may be shown, and a wrong file would pass for a good one.
 */
Settings.Set({ maxErrors: 1000 })

/** A checker of one schema. Names of single values in the answer are members as the schema nests them. */
export function createChecker(schema: TSchema): (value: unknown) => Mismatch[] {
  const compiled = Compile(schema)
  return (value) => {
    if (compiled.Check(value)) return []
    const mismatches = new Map<string, Mismatch>()
    for (const error of compiled.Errors(value)) {
      const path = parsePointer(error.instancePath, value)
      if (error.keyword === 'additionalProperties' || error.schemaPath.includes('/anyOf/')) continue
      if (error.keyword === 'required') {
        const { requiredProperties } = error.params
        mismatches.set(`${error.instancePath} required`, { path, message: `is missing ${requiredProperties.join(', ')}` })
        continue
      }
      const expected = expectation(schemaAt(schema, error.schemaPath), error.keyword)
      const found = shown(valueAt(value, path))
      if (expected === NO_MEMBER) {
        const name = String(path.at(-1))
        // A word of which more than half is another is no misspelling.
        const near = nearest(name, membersAt(schema, error.schemaPath), Math.max(3, name.length / 2))
        mismatches.set(error.instancePath, { path, message: `${found}, expected ${expected}${near === null ? '' : `; near is ${near}`}` })
        continue
      }
      if (!mismatches.has(error.instancePath)) mismatches.set(error.instancePath, { path, message: `${found}, expected ${expected}` })
    }
    return [...mismatches.values()]
  }
}

/** Mismatches of the value at `at` as findings of its file. */
export function findingsOf(at: JsonPath, code: string, mismatches: readonly Mismatch[]): Finding[] {
  return mismatches.map(({ path, message }) => {
    const whole = [...at, ...path]
    return { path: whole, code, message: `${pathText(whole)} ${joined(message)}` }
  })
}

const joined = (message: string): string => (message.startsWith('is ') ? message : `is ${message}`)

export function pathText(path: JsonPath): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
  return text === '' ? 'the file' : text.replace(/^\./, '')
}

const NO_MEMBER = 'no such member'

/** Members that the object around a refused one may have. */
function membersAt(schema: TSchema, pointer: string): string[] {
  const around = schemaAt(schema, pointer.replace(/\/additionalProperties$/, ''))
  return typeof around === 'boolean' ? [] : Object.keys(around.properties ?? {})
}

/** What a schema asks for, in words. */
export function expectation(schema: SchemaShape | boolean, keyword = ''): string {
  if (typeof schema === 'boolean' || keyword === 'boolean') return NO_MEMBER
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => expectation(one)).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' or ')
  const noun = {
    integer: 'a whole number',
    number: 'a number',
    string: 'a text',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    null: 'null',
  }[schema.type ?? '']
  return `${noun ?? 'something else'}${bounds(schema)}`
}

function bounds({ minimum, maximum, pattern, minLength, minItems }: SchemaShape): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` of at least ${minimum}`
  if (maximum !== undefined) return ` of at most ${maximum}`
  if (pattern !== undefined) return ` matching ${pattern}`
  if (minLength !== undefined) return ` of at least ${minLength} characters`
  if (minItems !== undefined) return ` of at least ${minItems} items`
  return ''
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** `/features/3/properties/a~1b` → `['features', 3, 'properties', 'a/b']`, a number only where the value holds a list. */
function parsePointer(pointer: string, value: unknown): (string | number)[] {
  const path: (string | number)[] = []
  let here = value
  for (const raw of pointer.split('/').slice(1)) {
    const name = raw.replaceAll('~1', '/').replaceAll('~0', '~')
    path.push(Array.isArray(here) ? Number(name) : name)
    here = valueAt(here, path.slice(-1))
  }
  return path
}

function valueAt(value: unknown, path: JsonPath): unknown {
  let here = value
  for (const part of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, part) : undefined
  return here
}

function schemaAt(schema: TSchema, pointer: string): SchemaShape | boolean {
  let here: unknown = schema
  for (const raw of pointer.slice(2).split('/')) {
    if (raw === '') continue
    here = typeof here === 'object' && here !== null ? Reflect.get(here, raw.replaceAll('~1', '/').replaceAll('~0', '~')) : undefined
  }
  if (typeof here === 'boolean') return here
  return typeof here === 'object' && here !== null ? here : {}
}
