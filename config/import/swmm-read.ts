/**
 * EPA SWMM 5 `.inp` text as rows by section, and the units its numbers are in (SWMM 5.2 user's manual, appendix D). Everything after a
 * semicolon is a comment, names are single words.
 */
import type { Problem } from '../../engine/base/errors.ts'

export interface Row {
  readonly line: number
  readonly words: readonly string[]
}

export interface Units {
  readonly name: string
  readonly us: boolean
  /** Metres in one unit of length, m³/s in one of flow, m² in one of area of land, mm in one of rain. */
  readonly length_m: number
  readonly flow_m3_s: number
  readonly land_m2: number
  readonly rain_mm: number
}

export interface Inp {
  readonly file: string
  readonly sections: ReadonlyMap<string, readonly Row[]>
  readonly options: ReadonlyMap<string, Row>
  readonly units: Units
}

const FLOW_UNITS: Readonly<Record<string, readonly [us: boolean, m3_s: number]>> = {
  CFS: [true, 0.028316846592],
  GPM: [true, 6.30901964e-5],
  MGD: [true, 0.0438126364],
  CMS: [false, 1],
  LPS: [false, 0.001],
  MLD: [false, 1000 / 86_400],
}

export const rowsOf = ({ sections }: Inp, name: string): readonly Row[] => sections.get(name) ?? []

/** SWMM itself takes any section name that begins like one of its own; here the four letters it compares are enough too. */
const SECTIONS = [
  'TITLE',
  'OPTIONS',
  'FILES',
  'RAINGAGES',
  'EVAPORATION',
  'TEMPERATURE',
  'ADJUSTMENTS',
  'SUBCATCHMENTS',
  'SUBAREAS',
  'INFILTRATION',
  'LID_CONTROLS',
  'LID_USAGE',
  'AQUIFERS',
  'GROUNDWATER',
  'GWF',
  'SNOWPACKS',
  'JUNCTIONS',
  'OUTFALLS',
  'DIVIDERS',
  'STORAGE',
  'CONDUITS',
  'PUMPS',
  'ORIFICES',
  'WEIRS',
  'OUTLETS',
  'XSECTIONS',
  'TRANSECTS',
  'STREETS',
  'INLETS',
  'INLET_USAGE',
  'LOSSES',
  'CONTROLS',
  'POLLUTANTS',
  'LANDUSES',
  'COVERAGES',
  'LOADINGS',
  'BUILDUP',
  'WASHOFF',
  'TREATMENT',
  'INFLOWS',
  'DWF',
  'RDII',
  'HYDROGRAPHS',
  'CURVES',
  'TIMESERIES',
  'PATTERNS',
  'REPORT',
  'MAP',
  'COORDINATES',
  'VERTICES',
  'POLYGONS',
  'SYMBOLS',
  'LABELS',
  'BACKDROP',
  'TAGS',
  'PROFILES',
  'EVENTS',
] as const

export function readInp(file: string, text: string): { readonly inp: Inp; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const say = (line: number, message: string) => problems.push({ place: { file, line }, code: 'swmm.value', message })
  const sections = new Map<string, Row[]>()
  let rows: Row[] | null = null
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1
    const plain = raw.split(';')[0].trim()
    if (plain === '') continue
    if (plain.startsWith('[')) {
      const name = plain.slice(1).replace(/\].*$/, '').toUpperCase()
      if (!SECTIONS.some((known) => known === name)) say(line, `[${name}] is no section of EPA SWMM 5`)
      rows = sections.get(name) ?? []
      sections.set(name, rows)
    } else if (rows === null) {
      say(line, `expected a section in square brackets such as [OPTIONS] before ${JSON.stringify(plain.slice(0, 40))}`)
      break
    } else rows.push({ line, words: wordsOf(plain) })
  }
  const options = new Map((sections.get('OPTIONS') ?? []).map((row) => [(row.words[0] ?? '').toUpperCase(), row]))
  return { inp: { file, sections, options, units: unitsOf(options, say) }, problems }
}

/** Words may stand in double quotes; a pair of quotes is an empty word. */
const wordsOf = (plain: string): string[] => [...plain.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare)

function unitsOf(options: ReadonlyMap<string, Row>, say: (line: number, message: string) => void): Units {
  const row = options.get('FLOW_UNITS')
  const name = (row?.words[1] ?? 'CFS').toUpperCase()
  const known = FLOW_UNITS[name]
  if (known === undefined) say(row?.line ?? 1, `FLOW_UNITS is ${name}, expected one of ${Object.keys(FLOW_UNITS).join(', ')}`)
  const [us, flow_m3_s] = known ?? FLOW_UNITS.CMS
  return { name, us, length_m: us ? 0.3048 : 1, flow_m3_s, land_m2: us ? 4046.8564224 : 10_000, rain_mm: us ? 25.4 : 1 }
}
