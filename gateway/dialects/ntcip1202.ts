/**
 * NTCIP 1202 objects of an actuated controller, polled over SNMP and passed on as JSON by object id. Public code disagrees on object ids, so the name beside a value goes before its id.
 * A status group is a byte: phase `n` of group `g` is bit `n-1-8(g-1)`.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Drift, type Envelope, heard } from './dialect.ts'
import { entityOf } from './ids.ts'
import { arrayAt, asObject, type Json, type JsonObject, jsonOf, member, numberAt, objectAt, stringAt } from './json.ts'
import { measurement, type NormalForm, type SignalState } from './normal-form.ts'

const ASC = '1.3.6.1.4.1.1206.4.2.1.'
/** phaseStatusGroupTable, seen the same in two public sources. */
const COLUMNS: Readonly<Record<string, string>> = {
  '2': 'phaseStatusGroupReds',
  '3': 'phaseStatusGroupYellows',
  '4': 'phaseStatusGroupGreens',
}
const GROUP = /^1\.3\.6\.1\.4\.1\.1206\.4\.2\.1\.1\.4\.1\.([234])\.(\d{1,2})$/
const PATTERN_FREE = 254
const PATTERN_FLASH = 255

interface Polled {
  /** Without its row. */
  readonly name: string
  readonly row: number
  readonly value: number
}

/** Some pollers write the value alone, some a number as text. */
function polledValue(raw: Json | undefined): number | null {
  const told = asObject(raw) === null ? raw : member(asObject(raw), 'value')
  const value = typeof told === 'string' && /^\d{1,10}$/.test(told) ? Number(told) : told
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function polledOf(id: string, raw: Json | undefined): Polled | null {
  const object = asObject(raw)
  const value = polledValue(raw)
  const named = /^([A-Za-z]\w{0,63})\.(\d{1,4})$/.exec(stringAt(object, 'name') ?? '')
  const numbered = GROUP.exec(id)
  const name = named?.[1] ?? (numbered === null ? undefined : COLUMNS[numbered[1]])
  if (value === null || name === undefined) return null
  return { name, row: Number(named?.[2] ?? numbered?.[2] ?? 1), value }
}

/** Phases of one colour over all groups; null where nobody asked for it. */
function phasesOf(polled: readonly Polled[], name: string): number[] | null {
  const groups = polled.filter((one) => one.name === name && one.row >= 1 && one.row <= 32)
  if (groups.length === 0) return null
  return groups
    .flatMap(({ row, value }) => Array.from({ length: 8 }, (_, bit) => ((value >> bit) & 1 ? bit + 1 + 8 * (row - 1) : 0)))
    .filter((phase) => phase > 0)
    .sort((a, b) => a - b)
}

const pollValue = (polled: readonly Polled[], ...names: readonly string[]): number | null =>
  polled.find(({ name }) => names.includes(name))?.value ?? null

/** Each ring of four phases fills the cycle. */
function checkSplits(document: JsonObject, cycle_s: number, drift: Drift[]): Record<string, number> {
  const metrics: Record<string, number> = {}
  const rings = new Map<number, number>()
  for (const item of (arrayAt(document, 'splits') ?? []).slice(0, 64)) {
    const split = asObject(item)
    const [phase, split_s] = [numberAt(split, 'phase'), numberAt(split, 'splitTime')]
    if (phase === null || split_s === null || phase < 1 || !Number.isInteger(phase)) continue
    metrics[`split_${phase}_s`] = split_s
    const ring = Math.floor((phase - 1) / 4)
    rings.set(ring, (rings.get(ring) ?? 0) + split_s)
  }
  if ([...rings.values()].some((sum) => sum !== cycle_s)) drift.push({ field: 'splits', what: 'range' })
  return metrics
}

/** Yellow and red clear are tenths of seconds on the wire; in a document of phases they are written out in seconds. */
function clearanceOf(document: JsonObject, polled: readonly Polled[]): Record<string, number> {
  const metrics: Record<string, number> = {}
  const wire = [
    ['phaseYellowChange', 'yellow'],
    ['phaseRedClear', 'red_clear'],
  ] as const
  for (const [name, label] of wire) {
    for (const one of polled) if (one.name === name) metrics[`${label}_${one.row}_s`] = one.value / 10
    for (const item of (arrayAt(document, 'phases') ?? []).slice(0, 64)) {
      const phase = numberAt(asObject(item), 'phase')
      const seconds = numberAt(asObject(item), name)
      if (phase !== null && seconds !== null) metrics[`${label}_${phase}_s`] = seconds
    }
  }
  return metrics
}

const isPoll = (envelope: Envelope): JsonObject | null => {
  const json = jsonOf(envelope)
  const document = json.ok ? asObject(json.value) : null
  return document !== null && Object.keys(document).some((key) => key.startsWith(ASC)) ? document : null
}

/** Which controller was polled is the poller's to say: in the document, in the topic, or in its own name. */
function controllerOf(document: JsonObject, { topic, from }: Envelope): string {
  const said =
    stringAt(document, 'controller') ?? stringAt(document, 'host') ?? topic?.split('/').findLast((level) => /\d/.test(level)) ?? from
  return entityOf('cross', said ?? 'ntcip') ?? 'cross:ntcip'
}

export const ntcip1202: Dialect = {
  id: 'ntcip1202',
  title: { zh: 'NTCIP 1202 信号机（SNMP）', en: 'NTCIP 1202 controllers (SNMP)' },
  recognise: (envelope) => isPoll(envelope) !== null,
  decode(envelope) {
    const document = isPoll(envelope)
    if (document === null) return refusal('schema', `expected objects under ${ASC}`)
    const polled = Object.entries(document).flatMap(([id, raw]) => polledOf(id, raw) ?? [])
    const drift: Drift[] = []
    const plan = objectAt(document, 'plan')
    const pattern = pollValue(polled, 'coordPatternStatus', 'patternNumber') ?? numberAt(plan, 'patternNumber')
    const said = {
      entity: controllerOf(document, envelope),
      ts: envelope.received,
      clock: 'arrival' as const,
      heard: null,
      dedupeKey: null,
    }
    const state: SignalState = {
      kind: 'signal.state',
      ...said,
      green: phasesOf(polled, 'phaseStatusGroupGreens'),
      yellow: phasesOf(polled, 'phaseStatusGroupYellows'),
      red: phasesOf(polled, 'phaseStatusGroupReds'),
      manual: false,
      flash: pattern === PATTERN_FLASH,
      ends: [],
    }
    const metrics: Record<string, number> = {}
    const cycle_s = numberAt(plan, 'patternCycleTime')
    const offset_s = numberAt(plan, 'patternOffsetTime')
    if (cycle_s !== null)
      Object.assign(metrics, { cycle_s }, member(document, 'splits') === undefined ? {} : checkSplits(document, cycle_s, drift))
    if (offset_s !== null) metrics.offset_s = offset_s
    if (pattern !== null && pattern < PATTERN_FREE) metrics.pattern = pattern
    Object.assign(metrics, clearanceOf(document, polled))
    const forms: NormalForm[] = [state]
    if (Object.keys(metrics).length > 0) forms.push(measurement({ ...said, metrics }))
    return state.green === null && state.red === null && forms.length === 1
      ? refusal('schema', 'expected phaseStatusGroup objects or a plan')
      : heard(forms, drift)
  },
}
