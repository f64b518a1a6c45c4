/** Subcatchments with their surfaces and soils, and dry-weather flow, in SI units. */
import type { BaseFlow, Catchment } from '../../engine/model/drainage.ts'
import { lookUp, numberAt, type Reporter, wordAt } from './swmm-fields.ts'
import { type Inp, type Row, rowsOf } from './swmm-read.ts'
import type { Tables } from './swmm-tables.ts'

/** What SWMM assumes where [SUBAREAS] says nothing of a subcatchment. */
const PLAIN: Row = { line: 0, words: ['', '0.01', '0.1', '0', '0', '0'] }

export function readCatchments(inp: Inp, nodes: ReadonlyMap<string, unknown>, say: Reporter): Catchment[] {
  const by = (section: string): Map<string, Row> => new Map(rowsOf(inp, section).map((row) => [row.words[0], row]))
  const [surfaces, soils, gauges, all] = ['SUBAREAS', 'INFILTRATION', 'RAINGAGES', 'SUBCATCHMENTS'].map(by)
  return rowsOf(inp, 'SUBCATCHMENTS').flatMap((row) => {
    const gauge = wordAt(row, 1, 'rain gauge', say)
    lookUp(gauges, gauge, row, 'rain gauge', say)
    const to = drainsInto(row, all, nodes)
    if (to === null) {
      lookUp(nodes, row.words[2] ?? '', row, 'node', say)
      return []
    }
    return [catchment(inp, row, surfaces.get(row.words[0]) ?? PLAIN, soils.get(row.words[0]), gauge, to, say)]
  })
}

/** A subcatchment may drain over others; the node that its water reaches in the end. */
function drainsInto(row: Row, all: ReadonlyMap<string, Row>, nodes: ReadonlyMap<string, unknown>): string | null {
  const seen = new Set<string>()
  for (let id = row.words[2] ?? ''; id !== '' && !seen.has(id); id = all.get(id)?.words[2] ?? '') {
    if (nodes.has(id)) return id
    seen.add(id)
  }
  return null
}

function catchment(inp: Inp, row: Row, surface: Row, soil: Row | undefined, gauge: string, to: string, say: Reporter): Catchment {
  const { units } = inp
  const rain_m = units.rain_mm / 1000
  const at = (index: number, name: string, max?: number, otherwise?: number): number =>
    numberAt(
      surface,
      index,
      name,
      { min: 0, ...(max === undefined ? {} : { max }), ...(otherwise === undefined ? {} : { otherwise }) },
      say,
    )
  return {
    id: row.words[0],
    gauge,
    to,
    area_m2: numberAt(row, 3, 'area', { min: 1e-9 }, say) * units.land_m2,
    impervious: numberAt(row, 4, '%imperv', { min: 0, max: 100 }, say) / 100,
    width_m: numberAt(row, 5, 'width', { min: 0 }, say) * units.length_m,
    slope: numberAt(row, 6, '%slope', { min: 0 }, say) / 100,
    roughness: { impervious: Math.max(1e-4, at(1, 'N-Imperv')), pervious: Math.max(1e-4, at(2, 'N-Perv')) },
    depression_m: { impervious: at(3, 'S-Imperv') * rain_m, pervious: at(4, 'S-Perv') * rain_m },
    bare: at(5, 'PctZero', 100, 25) / 100,
    infiltration: infiltrationOf(inp, soil, say),
  }
}

/** Horton as it stands; of the other methods the rate that saturated soil keeps taking up. */
function infiltrationOf(inp: Inp, soil: Row | undefined, say: Reporter): Catchment['infiltration'] {
  if (soil === undefined) return { max_mm_h: 0, min_mm_h: 0, decay_1_h: 0 }
  const { rain_mm } = inp.units
  const method = (inp.options.get('INFILTRATION')?.words[1] ?? 'HORTON').toUpperCase()
  const value = (index: number, name: string): number => numberAt(soil, index, name, { min: 0, otherwise: 0 }, say)
  if (method.endsWith('HORTON'))
    return { max_mm_h: value(1, 'MaxRate') * rain_mm, min_mm_h: value(2, 'MinRate') * rain_mm, decay_1_h: value(3, 'Decay') }
  const steady = method.endsWith('GREEN_AMPT') ? value(2, 'Ksat') * rain_mm : 0
  return { max_mm_h: steady, min_mm_h: steady, decay_1_h: 0 }
}

/** Dry-weather flow, and the constant part of other inflows. What their time series says of one storm is nothing to plan by, and is noted. */
export function readBaseFlows(inp: Inp, nodes: ReadonlyMap<string, unknown>, tables: Tables, say: Reporter): BaseFlow[] {
  const isFlow = ({ words }: Row): boolean => (words[1] ?? '').toUpperCase() === 'FLOW'
  const baseFlow = (row: Row, value: number, patterns: readonly string[]): BaseFlow[] => {
    if (lookUp(nodes, row.words[0], row, 'node', say) === undefined) return []
    const found = patterns.filter((name) => name !== '').map((name) => lookUp(tables.patterns, name, row, 'pattern', say))
    const hourly = found.find((pattern) => pattern?.type === 'HOURLY')?.factors ?? []
    return [{ node: row.words[0], flow_m3_s: value * inp.units.flow_m3_s, hourly }]
  }
  const sewage = rowsOf(inp, 'DWF')
    .filter(isFlow)
    .flatMap((row) => baseFlow(row, numberAt(row, 2, 'baseline', {}, say), row.words.slice(3)))
  const outside = rowsOf(inp, 'INFLOWS')
    .filter(isFlow)
    .flatMap((row) => {
      const series = row.words[2] ?? ''
      if (series !== '') say.note(row.line, `${row.words[0]}: the inflow of time series ${series} is not used, only its baseline`)
      return baseFlow(row, numberAt(row, 6, 'baseline', { otherwise: 0 }, say), row.words.slice(7, 8)).filter(
        ({ flow_m3_s }) => flow_m3_s !== 0,
      )
    })
  return [...sewage, ...outside]
}
