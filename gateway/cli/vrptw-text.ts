/**
 * Instances of the routing literature as texts: Solomon's and Gehring and Homberger's tables, and VRPLIB with time windows. Numbers stay as they are written;
 * every mistake is told with file, line and what was expected.
 */
import { formatProblem, type Problem, UrbanError } from '../../engine/base/errors.ts'

/** Index 0 is the depot. */
export interface VrptwInstance {
  readonly fleet: number
  readonly capacity: number
  readonly stops: readonly VrptwStop[]
  /** Row by row, where the file gives the ways instead of places. */
  readonly matrix: readonly number[] | null
}

export interface VrptwStop {
  readonly x: number
  readonly y: number
  readonly demand: number
  readonly from: number
  readonly to: number
  readonly service: number
}

interface Line {
  readonly number: number
  readonly text: string
}

const PROBLEMS_SHOWN = 20
const SOLOMON_COLUMNS = 'number, x, y, demand, ready time, due date, service time'
/** With more stops the matrix alone would fill the memory. */
const STOPS_MAX = 10_000

/** Collects what is wrong, and stops where reading on makes no sense. */
class Faults {
  private readonly found: Problem[] = []
  private readonly file: string

  constructor(file: string) {
    this.file = file
  }

  add(line: number | undefined, message: string): void {
    const place = line === undefined ? { file: this.file } : { file: this.file, line }
    this.found.push({ place, code: 'vrptw.text', message })
  }

  stop(line: number | undefined, message: string): never {
    this.add(line, message)
    throw this.error()
  }

  raise(): void {
    if (this.found.length > 0) throw this.error()
  }

  private error(): UrbanError {
    const more = this.found.length - PROBLEMS_SHOWN
    const shown = this.found.slice(0, PROBLEMS_SHOWN).map(formatProblem)
    return new UrbanError('input', 'vrptw.text', [...shown, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'))
  }
}

/** @throws UrbanError input `vrptw.text` with every place that is wrong */
export function readVrptw(text: string, file: string): VrptwInstance {
  const faults = new Faults(file)
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i): Line => ({ number: i + 1, text: line.trim() }))
    .filter((line) => line.text !== '')
  if (lines.length === 0) faults.stop(undefined, 'is empty; expected a Solomon or VRPLIB text')
  const vrplib = lines.some((line) => /^(DIMENSION|EDGE_WEIGHT_TYPE)\s*:/.test(line.text))
  const instance = vrplib ? readVrplib(lines, faults) : readSolomon(lines, faults)
  if (instance.stops.length < 2) faults.add(undefined, 'has no customers')
  if (instance.stops.length > STOPS_MAX + 1)
    faults.add(undefined, `has ${instance.stops.length - 1} customers, at most ${STOPS_MAX} are read`)
  faults.raise()
  return instance
}

const numbersOf = (text: string): number[] => text.split(/\s+/).map(Number)
const isNumbers = (text: string): boolean => numbersOf(text).every(Number.isFinite)

function checkStop(stop: VrptwStop, line: number, faults: Faults): VrptwStop {
  if (stop.demand < 0) faults.add(line, `demand ${stop.demand}, expected at least 0`)
  if (stop.service < 0) faults.add(line, `service time ${stop.service}, expected at least 0`)
  if (stop.from < 0) faults.add(line, `ready time ${stop.from}, expected at least 0`)
  if (stop.to < stop.from) faults.add(line, `due date ${stop.to} is before the ready time ${stop.from}`)
  return stop
}

function readSolomon(lines: readonly Line[], faults: Faults): VrptwInstance {
  const head = lines.findIndex(({ text }) => /^NUMBER\s+CAPACITY$/i.test(text))
  if (head < 0) faults.stop(lines[0].number, 'expected a Solomon text with a line NUMBER CAPACITY, or VRPLIB with DIMENSION')
  const fleetLine = lines[head + 1] ?? lines[head]
  const [fleet, capacity, ...more] = numbersOf(fleetLine.text)
  if (more.length > 0 || !Number.isInteger(fleet) || fleet < 1 || !(capacity >= 0) || !Number.isFinite(capacity))
    faults.stop(fleetLine.number, `${fleetLine.text}: expected the number of vehicles and their capacity`)
  const stops: VrptwStop[] = []
  for (const { number, text } of lines.slice(head + 2)) {
    if (/^CUST/i.test(text)) continue
    const row = numbersOf(text)
    if (row.length !== 7 || !row.every(Number.isFinite)) {
      faults.add(number, `${text}: expected seven numbers: ${SOLOMON_COLUMNS}`)
      continue
    }
    const [id, x, y, demand, from, to, service] = row
    if (id !== stops.length) faults.add(number, `customer ${id}, expected ${stops.length}: the depot is 0, customers count on`)
    stops.push(checkStop({ x, y, demand, from, to, service: stops.length === 0 ? 0 : service }, number, faults))
  }
  return { fleet, capacity, stops, matrix: null }
}

interface Section {
  readonly at: number
  readonly lines: Line[]
}

function readVrplib(lines: readonly Line[], faults: Faults): VrptwInstance {
  const { head, sections } = splitVrplib(lines, faults)
  const numberAt = (key: string, missing?: number): number => {
    const line = head.get(key)
    if (line === undefined) return missing ?? faults.stop(undefined, `has no ${key}`)
    const value = Number(line.text)
    if (!Number.isFinite(value) || value < 0) faults.stop(line.number, `${key} ${line.text}, expected a number of at least 0`)
    return value
  }
  const dimension = numberAt('DIMENSION')
  if (!Number.isInteger(dimension) || dimension < 1)
    faults.stop(head.get('DIMENSION')?.number, `DIMENSION ${dimension}, expected a whole number`)
  const rows = (name: string, columns: number): number[][] | null => {
    const section = sections.get(name)
    return section === undefined ? null : rowsOf(name, section, dimension, columns, faults)
  }
  const type = head.get('EDGE_WEIGHT_TYPE')
  const explicit = type?.text === 'EXPLICIT'
  if (!explicit && type !== undefined && type.text !== 'EUC_2D')
    faults.stop(type.number, `EDGE_WEIGHT_TYPE ${type.text}, expected EUC_2D or EXPLICIT`)
  const windows =
    rows('TIME_WINDOW_SECTION', 2) ?? faults.stop(undefined, 'has no TIME_WINDOW_SECTION: this is no problem with time windows')
  const demand = rows('DEMAND_SECTION', 1) ?? faults.stop(undefined, 'has no DEMAND_SECTION')
  const places = rows('NODE_COORD_SECTION', 2)
  if (places === null && !explicit) faults.stop(undefined, 'has no NODE_COORD_SECTION')
  const service = rows('SERVICE_TIME_SECTION', 1)
  const service_all = numberAt('SERVICE_TIME', 0)
  const windowLines = sections.get('TIME_WINDOW_SECTION')?.lines ?? []
  const stops = windows.map(([from, to], i) => {
    const [x, y] = places?.[i] ?? [0, 0]
    const stop = { x, y, demand: demand[i][0], from, to, service: i === 0 ? 0 : (service?.[i][0] ?? service_all) }
    return checkStop(stop, windowLines[i].number, faults)
  })
  checkDepot(sections.get('DEPOT_SECTION'), faults)
  const matrix = explicit ? matrixOf(head.get('EDGE_WEIGHT_FORMAT'), sections.get('EDGE_WEIGHT_SECTION'), dimension, faults) : null
  return { fleet: numberAt('VEHICLES', Math.max(1, dimension - 1)), capacity: numberAt('CAPACITY'), stops, matrix }
}

function splitVrplib(lines: readonly Line[], faults: Faults): { head: Map<string, Line>; sections: Map<string, Section> } {
  const head = new Map<string, Line>()
  const sections = new Map<string, Section>()
  let current: Section | null = null
  for (const { number, text } of lines) {
    if (text === 'EOF') break
    const entry = /^([A-Z_]+)\s*:\s*(.*)$/.exec(text)
    if (/^[A-Z_]+_SECTION\s*:?$/.test(text)) {
      current = { at: number, lines: [] }
      sections.set(text.replace(/\s*:$/, ''), current)
    } else if (entry !== null) head.set(entry[1], { number, text: entry[2].replace(/^"|"$/g, '').trim() })
    else if (current !== null && isNumbers(text)) current.lines.push({ number, text })
    else faults.stop(number, `${text}: expected KEY : value, a line …_SECTION, or numbers of a section`)
  }
  return { head, sections }
}

/** Rows `number value…` in order. */
function rowsOf(name: string, { at, lines }: Section, dimension: number, columns: number, faults: Faults): number[][] {
  if (lines.length !== dimension) faults.stop(at, `${name} has ${lines.length} lines, expected ${dimension} as DIMENSION says`)
  const rows = lines.map(({ number, text }, i) => {
    const [id, ...values] = numbersOf(text)
    if (values.length !== columns) faults.add(number, `${text}: expected a node and ${columns} number${columns > 1 ? 's' : ''}`)
    else if (id !== i + 1) faults.add(number, `node ${id}, expected ${i + 1}: nodes count on from 1`)
    return values
  })
  faults.raise()
  return rows
}

function checkDepot(section: Section | undefined, faults: Faults): void {
  const depots = section?.lines.flatMap(({ number, text }) => numbersOf(text).map((depot) => ({ number, depot }))) ?? []
  for (const { number, depot } of depots) if (depot !== 1 && depot !== -1) faults.add(number, `depot ${depot}, expected node 1`)
}

function matrixOf(format: Line | undefined, section: Section | undefined, dimension: number, faults: Faults): number[] {
  if (format !== undefined && format.text !== 'FULL_MATRIX')
    faults.stop(format.number, `EDGE_WEIGHT_FORMAT ${format.text}, expected FULL_MATRIX`)
  if (section === undefined) faults.stop(undefined, 'has no EDGE_WEIGHT_SECTION')
  const values: number[] = []
  for (const { number, text } of section.lines) {
    for (const value of numbersOf(text)) {
      if (!Number.isInteger(value) || value < 0) faults.stop(number, `way ${value}, expected a whole number of at least 0`)
      values.push(value)
    }
  }
  const all = dimension * dimension
  if (values.length !== all) faults.stop(section.at, `EDGE_WEIGHT_SECTION has ${values.length} numbers, expected ${all}`)
  return values
}
