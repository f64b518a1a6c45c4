/** City directories (docs/city-format.md): read and checked whole, written in one canonical form. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Static, TSchema } from 'typebox'
import { type Problem, UrbanError } from '../engine/base/errors.ts'
import type { City } from '../engine/model/city.ts'
import type { Drainage } from '../engine/model/drainage.ts'
import { EMPTY_CITY } from '../engine/model/empty-city.ts'
import type { SignalProgramme } from '../engine/model/signals.ts'
import { type Finding, type JsonPath, type JsonSource, placed, readJson } from './check-json.ts'
import { createChecker, findingsOf } from './check-schema.ts'
import { generateCity } from './cities/generate.ts'
import { checkCity } from './city-check.ts'
import { DRAINAGE_FILE, drainageText, readDrainage } from './city-drainage.ts'
import * as files from './city-files.ts'
import { Meta } from './city-schema.ts'
import { readSignals, SIGNALS_FILE } from './city-signals.ts'
import { makeDirectory } from './make-directory.ts'

export interface LoadedCity {
  /** What could be read; use it only when there are no problems. */
  readonly city: City
  readonly problems: readonly Problem[]
}

/** Beyond this many, one more line says how many problems of a file are left out. */
const PROBLEMS_SHOWN_MAX = 50

/** `demo` is generated from the seed, without files; any other name is a directory. */
export async function loadCityByName(name: string, seed: number): Promise<LoadedCity> {
  return name === 'demo' ? { city: generateCity(seed), problems: [] } : loadCity(name)
}

/**
 * Reads a city directory. Every problem of every file is in the answer with file, line and column; files other than city.json may be
 * missing and then hold nothing.
 */
export async function loadCity(directory: string): Promise<LoadedCity> {
  const reading = new Map<object, Origin>()
  const found: Found[] = []
  const meta = await readMeta(directory, found)
  if (meta === null) return { city: EMPTY_CITY, problems: placeAll(found) }
  const read = <S extends TSchema, T extends object>(file: files.CityFile<S, T>): Promise<T[]> =>
    readEntries(directory, file, reading, found)
  const { value } = meta
  const city: City = {
    id: value.id,
    name: value.name,
    timezone: value.timezone,
    source: value.source,
    bounds: [value.bounds[0], value.bounds[1], value.bounds[2], value.bounds[3]],
    districts: await read(files.DISTRICTS),
    grids: await read(files.GRIDS),
    nodes: await read(files.NODES),
    roads: await read(files.ROADS),
    junctions: await read(files.JUNCTIONS),
    arterials: await read(files.ARTERIALS),
    walk_hours: await read(files.WALK_HOURS),
    low_points: await read(files.LOW_POINTS),
    devices: await read(files.DEVICES),
    depots: await read(files.DEPOTS),
    crews: await read(files.CREWS),
    assessments: await read(files.ASSESSMENTS),
    land: await read(files.LAND),
    tips: await read(files.TIPS),
    plan_rounds_at_h: value.plan_rounds_at_h ?? [],
  }
  for (const { item, member, message } of checkCity(city)) {
    const origin = item === null ? { source: meta.source, path: [], container: 'list' as const } : reading.get(item)
    if (origin !== undefined)
      found.push({
        source: origin.source,
        finding: { path: memberPath(origin, member), code: 'city.reference', message: `${member}: ${message}` },
      })
  }
  const signals = await readProgramme(directory, city, found)
  const drainage = await readNetwork(directory, city, found)
  const whole = { ...city, ...(signals === null ? {} : { signals }), ...(drainage === null ? {} : { drainage }) }
  return { city: whole, problems: placeAll(found) }
}

async function readNetwork(directory: string, city: City, found: Found[]): Promise<Drainage | null> {
  const source = await readSource(join(directory, DRAINAGE_FILE), found)
  if (source === null || source === 'missing') return null
  const { drainage, findings } = readDrainage(source, city)
  for (const finding of findings) found.push({ source, finding })
  return drainage
}

/** Written by people only: the program reads it and never writes it. */
async function readProgramme(directory: string, city: City, found: Found[]): Promise<SignalProgramme | null> {
  const source = await readSource(join(directory, SIGNALS_FILE), found)
  if (source === null || source === 'missing') return null
  const { programme, findings } = readSignals(source, city)
  for (const finding of findings) found.push({ source, finding })
  return programme
}

/** Writes the directory; the same city gives the same bytes. Each file is complete under its name or not there yet. */
export async function writeCity(city: City, directory: string): Promise<void> {
  const texts = files.cityTexts(city)
  if (city.drainage !== undefined) texts.set(DRAINAGE_FILE, drainageText(city.drainage))
  await writeBeside(texts, directory)
}

/** Texts by file name, into a city directory. */
export async function writeBeside(texts: ReadonlyMap<string, string>, directory: string): Promise<void> {
  try {
    makeDirectory(directory)
    for (const [name, text] of texts) {
      const path = join(directory, name)
      await writeFile(`${path}.part`, text)
      await rename(`${path}.part`, path)
    }
  } catch (cause) {
    throw new UrbanError('input', 'city.unwritable', `the city directory ${directory} cannot be written: ${codeOf(cause)}`, { cause })
  }
}

/** Where an entry of the model was read. */
interface Origin {
  readonly source: JsonSource
  readonly path: JsonPath
  readonly container: 'features' | 'list'
}

/** A finding in a file that could be parsed, or a problem with the whole file. */
type Found = { readonly source: JsonSource; readonly finding: Finding } | { readonly problem: Problem }

async function readMeta(directory: string, found: Found[]): Promise<{ value: Meta; source: JsonSource } | null> {
  const path = join(directory, files.META_FILE)
  const source = await readSource(path, found)
  if (source === 'missing') {
    found.push({
      problem: {
        place: { file: path },
        code: 'city.missing',
        message: 'no such city: expected a city directory with this file, or the name demo',
      },
    })
    return null
  }
  if (source === null) return null
  const mismatches = checkMeta(source.value)
  for (const finding of findingsOf([], 'city.value', mismatches)) found.push({ source, finding })
  if (mismatches.length > 0) return null
  // Checked just above.
  const value = source.value as Meta
  if (!isTimezone(value.timezone)) {
    const message = `timezone is ${JSON.stringify(value.timezone)}, expected an IANA name such as Asia/Shanghai`
    found.push({ source, finding: { path: ['timezone'], code: 'city.value', message } })
  }
  return { value, source }
}

const checkMeta = createChecker(Meta)

async function readEntries<S extends TSchema, T extends object>(
  directory: string,
  file: files.CityFile<S, T>,
  reading: Map<object, Origin>,
  found: Found[],
): Promise<T[]> {
  const source = await readSource(join(directory, file.name), found)
  if (source === null || source === 'missing') return []
  const entries = entriesOf(source.value, file.container)
  if (entries === null) {
    const expected = file.container === 'list' ? 'a list' : 'a GeoJSON FeatureCollection'
    found.push({ source, finding: { path: [], code: 'city.value', message: `expected ${expected}` } })
    return []
  }
  const check = createChecker(file.schema)
  const items: T[] = []
  for (const [index, raw] of entries.entries()) {
    const path = file.container === 'list' ? [index] : ['features', index]
    const entry = file.container === 'list' ? raw : singlePolygon(raw)
    const mismatches = check(entry)
    for (const finding of findingsOf(path, 'city.value', mismatches)) found.push({ source, finding })
    if (mismatches.length > 0) continue
    // Checked just above.
    const item = file.read(entry as Static<S>)
    reading.set(item, { source, path, container: file.container })
    items.push(item)
  }
  return items
}

function entriesOf(value: unknown, container: 'features' | 'list'): readonly unknown[] | null {
  if (container === 'list') return Array.isArray(value) ? value : null
  const isCollection = typeof value === 'object' && value !== null && 'type' in value && value.type === 'FeatureCollection'
  return isCollection && 'features' in value && Array.isArray(value.features) ? value.features : null
}

/** GIS programs save a polygon as a multipolygon of one part; that part is taken. */
export function singlePolygon(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !('geometry' in entry)) return entry
  const { geometry } = entry
  if (typeof geometry !== 'object' || geometry === null || !('type' in geometry) || !('coordinates' in geometry)) return entry
  const { type, coordinates } = geometry
  if (type !== 'MultiPolygon' || !Array.isArray(coordinates) || coordinates.length !== 1) return entry
  return { ...entry, geometry: { type: 'Polygon', coordinates: coordinates[0] } }
}

async function readSource(path: string, found: Found[]): Promise<JsonSource | 'missing' | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'missing'
    found.push({ problem: { place: { file: path }, code: 'city.unreadable', message: `cannot be read: ${codeOf(error)}` } })
    return null
  }
  const { source, problem } = readJson(path, text)
  if (problem !== null) found.push({ problem })
  return source
}

/** A member of the model by the name it has in its file. */
function memberPath({ path, container }: Origin, member: string): JsonPath {
  if (container === 'list') return [...path, member]
  return ['at', 'line', 'outline'].includes(member) ? [...path, 'geometry', 'coordinates'] : [...path, 'properties', member]
}

function placeAll(found: readonly Found[]): Problem[] {
  const problems = found.flatMap((one) => ('problem' in one ? [one.problem] : []))
  const bySource = new Map<JsonSource, Finding[]>()
  for (const one of found) if ('finding' in one) bySource.set(one.source, [...(bySource.get(one.source) ?? []), one.finding])
  for (const [source, findings] of bySource) {
    problems.push(...placed(source, findings.slice(0, PROBLEMS_SHOWN_MAX)))
    const more = findings.length - PROBLEMS_SHOWN_MAX
    if (more > 0)
      problems.push({ place: { file: source.file }, code: 'city.more', message: `${more} more problems of this file are not shown` })
  }
  return problems
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
