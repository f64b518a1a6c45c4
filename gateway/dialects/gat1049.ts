/**
 * GA/T 1049.2 between a traffic platform and signal systems: XML messages without namespace. Element names are those of a published implementation (ga-t1049-parent); the
 * 2024 edition has StageTimingList where that of 2013 had StageNoList and CoordPhaseNo. Times are local and without zone.
 */
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import { type Refusal, refusal } from '../mqtt/form.ts'
import { childrenOf, readElements, textOf as textAt, type XmlElement } from '../xml.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, type Heard, heard } from './dialect.ts'
import { entityOf } from './ids.ts'
import { textOf } from './json.ts'
import { type Measurement, measurement, type NormalForm, type SignalCommand, type SignalState } from './normal-form.ts'
import { fromIso } from './time.ts'

const TEXT_BYTES_MAX = 1_048_576

interface Message {
  readonly root: XmlElement
  /** Its own number, made of the local time: the same message sent again has it again. */
  readonly seq: string | null
  readonly sent: EpochMs | null
}

function messageOf(envelope: Envelope, { zone_min }: DialectContext): Message | Refusal {
  if (envelope.payload.length > TEXT_BYTES_MAX) return refusal('size', `payload: at most ${TEXT_BYTES_MAX} bytes are allowed`)
  const text = textOf(envelope.payload)
  if (text === null) return refusal('schema', 'payload: binary, expected XML as UTF-8')
  const xml = readElements(text.replace(/^\uFEFF/, ''), null)
  if (!xml.ok) return refusal('schema', `line ${xml.line}: ${xml.why.slice(0, 200)}`)
  const seq = textAt(xml.root, 'Seq')
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d{0,9}$/.exec(seq ?? '') ?? []
  const sent = y === undefined ? null : fromIso(`${y}-${mo}-${d} ${h}:${mi}:${s}`, zone_min)
  return { root: xml.root, seq: seq === null || seq.length > 64 ? null : seq, sent: sent?.ts ?? null }
}

/** All elements of a name, at any depth; the reader has bounded both. */
const within = (element: XmlElement, name: string): XmlElement[] => [
  ...childrenOf(element, name),
  ...element.children.flatMap((child) => within(child, name)),
]

function numberAt(element: XmlElement | undefined, name: string): number | null {
  const text = textAt(element, name)
  return text !== null && /^-?\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : null
}

const saidIn = ({ seq, sent }: Message, entity: string, received: EpochMs) => ({
  entity,
  ts: sent ?? received,
  clock: sent === null ? ('arrival' as const) : ('device' as const),
  heard: null,
  dedupeKey: seq,
})

const crossOf = (element: XmlElement): string | null => {
  const id = textAt(element, 'CrossID')
  return id === null ? null : entityOf('cross', id)
}

type Stage = SignalCommand['stages'][number]

function stageOf(timing: XmlElement): Stage | null {
  const [stage, green_s] = [numberAt(timing, 'StageNo'), numberAt(timing, 'Green')]
  if (stage === null || green_s === null || green_s < 0) return null
  return {
    stage,
    green_s,
    yellow_s: numberAt(timing, 'Yellow') ?? 0,
    all_red_s: numberAt(timing, 'AllRed') ?? 0,
    min_green_s: numberAt(timing, 'MinGreen'),
    max_green_s: numberAt(timing, 'MaxGreen'),
  }
}

/** A plan that does not add up, or that no controller could run, is not taken: it would become a command. */
function planFault(cycle_s: number, plan: number | null, stages: readonly Stage[]): string | null {
  if (plan === null || !Number.isInteger(plan) || plan < 0 || plan > 999) return 'PlanNo: expected 0 to 999'
  if (stages.length === 0) return null
  const sum = stages.reduce((total, { green_s, yellow_s, all_red_s }) => total + green_s + yellow_s + all_red_s, 0)
  if (Math.abs(sum - cycle_s) > 0.5) return `StageTimingList: its stages take ${sum} s, CycleLen is ${cycle_s}`
  const odd = stages.find(({ green_s, min_green_s, max_green_s }) => green_s < (min_green_s ?? 0) || green_s > (max_green_s ?? green_s))
  return odd === undefined ? null : `StageTimingList: the green of stage ${odd.stage} is not between its MinGreen and MaxGreen`
}

function planOf(
  plan: XmlElement,
  centre: XmlElement | undefined,
  message: Message,
  received: EpochMs,
  drift: Drift[],
): SignalCommand | Refusal {
  const entity = crossOf(plan) ?? (centre === undefined ? null : crossOf(centre))
  const cycle_s = numberAt(plan, 'CycleLen')
  if (entity === null || cycle_s === null || cycle_s <= 0) return refusal('schema', 'PlanParam: needs CrossID and CycleLen')
  const timings = within(plan, 'StageTiming')
  const stages = timings.map(stageOf).filter((stage) => stage !== null)
  if (stages.length < timings.length) return refusal('schema', 'StageTiming: needs StageNo and Green')
  // The edition of 2013 names its stages and leaves their times to other messages.
  if (timings.length === 0) drift.push({ field: 'StageTimingList', what: 'key' })
  const number = numberAt(plan, 'PlanNo')
  const fault = planFault(cycle_s, number, stages)
  if (fault !== null) return refusal('schema', fault)
  const run_min = numberAt(centre, 'MaxRunTime')
  if (centre !== undefined && (run_min === null || run_min < 1 || run_min > 1440))
    return refusal('schema', 'CenterPlan: MaxRunTime is 1 to 1440 minutes')
  const said = saidIn(message, entity, received)
  return {
    kind: 'signal.command',
    ...said,
    plan: number,
    cycle_s,
    offset_s: numberAt(plan, 'Offset') ?? 0,
    expires: run_min === null ? null : said.ts + run_min * MINUTE_MS,
    stages,
  }
}

const isXml = (envelope: Envelope): string | null => {
  if (envelope.payload[0] !== 0x3c && envelope.payload[0] !== 0xef && !/xml/.test(envelope.content_type ?? '')) return null
  const text = textOf(envelope.payload.subarray(0, TEXT_BYTES_MAX))
  return text !== null && /<Message[\s>]/.test(text.slice(0, 2_048)) ? text : null
}

function all<T extends NormalForm>(
  elements: readonly XmlElement[],
  read: (element: XmlElement) => T | Refusal,
  drift: readonly Drift[],
): Heard | Refusal {
  const forms: T[] = []
  for (const element of elements) {
    const form = read(element)
    if ('ok' in form) return form
    forms.push(form)
  }
  return forms.length === 0 ? refusal('schema', 'expected at least one element of its kind') : heard(forms, drift)
}

export const gat1049Plan: Dialect = {
  id: 'gat1049-plan',
  title: { zh: 'GA/T 1049.2 信号方案', en: 'GA/T 1049.2 signal plans' },
  recognise: (envelope) => /<(Set)?(PlanParam|CenterPlan)[\s>]/.test(isXml(envelope) ?? ''),
  decode(envelope, context) {
    const message = messageOf(envelope, context)
    if ('ok' in message) return message
    const drift: Drift[] = []
    const centres = within(message.root, 'CenterPlan')
    const plans = within(message.root, 'PlanParam').filter((plan) => textAt(plan, 'CycleLen') !== null || plan.children.length > 1)
    const centreOf = (plan: XmlElement) => centres.find((centre) => within(centre, 'PlanParam').includes(plan))
    return all(plans, (plan) => planOf(plan, centreOf(plan), message, envelope.received, drift), drift)
  },
}

/** Metrics by element; lengths in metres, speeds in km/h, occupancy in percent (FIWARE has 0 to 1). */
const LANE: Readonly<Record<string, readonly [metric: string, min: number, max: number]>> = {
  Volume: ['volume', 0, 100_000],
  Speed: ['speed_kmh', 0, 400],
  Occupancy: ['occupancy_pct', 0, 100],
  QueueLength: ['queue_m', 0, 10_000],
  MaxQueueLength: ['queue_max_m', 0, 10_000],
  Pcu: ['volume_pcu', 0, 100_000],
  AvgVehLen: ['vehicle_length_m', 0, 100],
  HeadDistance: ['headway_m', 0, 100_000],
  HeadTime: ['headway_s', 0, 86_400],
  Saturation: ['saturation', 0, 10],
  Density: ['density_veh_km', 0, 1_000],
}

function laneOf(lane: XmlElement, cross: string, times: Pick<Measurement, 'ts' | 'clock' | 'from'>, drift: Drift[]): Measurement | null {
  const number = textAt(lane, 'LaneNo')
  const entity = number === null ? null : entityOf('lane', `${cross}/${number}`)
  if (entity === null) return null
  const metrics: Record<string, number> = {}
  for (const [name, [metric, min, max]] of Object.entries(LANE)) {
    const value = numberAt(lane, name)
    if (value !== null && value >= min && value <= max) metrics[metric] = value
    else if (textAt(lane, name) !== null) drift.push({ field: name, what: 'range' })
  }
  return Object.keys(metrics).length === 0 ? null : measurement({ entity, ...times, metrics })
}

function trafficOf(data: XmlElement, message: Message, context: DialectContext, received: EpochMs, drift: Drift[]): Measurement[] {
  const cross = textAt(data, 'CrossID')
  if (cross === null) return []
  const end = fromIso(textAt(data, 'EndTime') ?? '', context.zone_min)
  const interval_s = numberAt(data, 'Interval')
  const ts = end?.ts ?? message.sent ?? received
  const times = {
    ts,
    clock: end === null && message.sent === null ? ('arrival' as const) : ('device' as const),
    from: end === null || interval_s === null ? null : ts - interval_s * 1000,
  }
  return within(data, 'Data')
    .map((lane) => laneOf(lane, cross, times, drift))
    .filter((lane) => lane !== null)
}

export const gat1049Traffic: Dialect = {
  id: 'gat1049-traffic',
  title: { zh: 'GA/T 1049.2 交通流数据', en: 'GA/T 1049.2 traffic data' },
  recognise: (envelope) => /<CrossTrafficData[\s>]/.test(isXml(envelope) ?? ''),
  decode(envelope, context) {
    const message = messageOf(envelope, context)
    if ('ok' in message) return message
    const drift: Drift[] = []
    const forms = within(message.root, 'CrossTrafficData').flatMap((data) => trafficOf(data, message, context, envelope.received, drift))
    return forms.length === 0 ? refusal('schema', 'CrossTrafficData: needs CrossID and Data with LaneNo') : heard(forms, drift)
  },
}

/** Control modes: who decides at the junction. */
const FLASH_MODES = new Set(['13'])
const MANUAL_MODES = new Set(['01', '51', '52'])
const MODES = new Set(['00', '01', '11', '12', '13', '21', '22', '23', '31', '32', '33', '41', '51', '52', '53'])

/** A digit per lamp, red, yellow, green: 0 none, 1 off, 2 on, 3 flashing. */
function lampsOf(status: XmlElement): { readonly group: number; readonly lamps: string } | null {
  const [group, lamps] = [numberAt(status, 'SignalGroupNo'), textAt(status, 'LampStatus')]
  return group === null || lamps === null || !/^[0-3]{3}$/.test(lamps) ? null : { group, lamps }
}

function stateOf(element: XmlElement, message: Message, received: EpochMs, drift: Drift[]): SignalState | Refusal {
  const entity = crossOf(element)
  if (entity === null) return refusal('schema', 'CrossID: is missing')
  const mode = textAt(element, 'ControlMode')
  if (mode !== null && !MODES.has(mode)) drift.push({ field: 'ControlMode', what: 'range' })
  const statuses = within(element, 'SignalGroupStatus')
  const groups = statuses.map(lampsOf).filter((one) => one !== null)
  if (groups.length < statuses.length) drift.push({ field: 'LampStatus', what: 'range' })
  if (mode === null && groups.length === 0) return refusal('schema', 'expected ControlMode or SignalGroupStatusList')
  const lit = (at: number): number[] | null =>
    statuses.length === 0 ? null : groups.filter(({ lamps }) => lamps[at] === '2').map(({ group }) => group)
  const flashing = groups.length > 0 && groups.every(({ lamps }) => lamps.includes('3'))
  return {
    kind: 'signal.state',
    ...saidIn(message, entity, received),
    green: lit(2),
    yellow: lit(1),
    red: lit(0),
    manual: mode !== null && MANUAL_MODES.has(mode),
    flash: flashing || (mode !== null && FLASH_MODES.has(mode)),
    ends: [],
  }
}

/** The plan that runs by its number, and how long the last cycle took. */
function runningOf(element: XmlElement, message: Message, received: EpochMs): Measurement | Refusal {
  const entity = crossOf(element)
  const pattern = numberAt(element, 'PlanNo')
  const cycle_s = numberAt(element, 'LastCycleLen')
  const metrics: Record<string, number> = { ...(pattern !== null && { pattern }), ...(cycle_s !== null && cycle_s > 0 && { cycle_s }) }
  if (entity === null || Object.keys(metrics).length === 0)
    return refusal('schema', `${element.name}: needs CrossID and PlanNo or LastCycleLen`)
  return measurement({ ...saidIn(message, entity, received), metrics })
}

export const gat1049State: Dialect = {
  id: 'gat1049-state',
  title: { zh: 'GA/T 1049.2 路口状态', en: 'GA/T 1049.2 junction state' },
  recognise: (envelope) => /<(CrossCtrlInfo|CrossSignalGroupStatus|CrossPlan|CrossCycle)[\s>]/.test(isXml(envelope) ?? ''),
  decode(envelope, context) {
    const message = messageOf(envelope, context)
    if ('ok' in message) return message
    const drift: Drift[] = []
    const found = [...within(message.root, 'CrossCtrlInfo'), ...within(message.root, 'CrossSignalGroupStatus')]
    const running = [...within(message.root, 'CrossPlan'), ...within(message.root, 'CrossCycle')]
    return all<SignalState | Measurement>(
      [...found, ...running],
      (element) =>
        running.includes(element) ? runningOf(element, message, envelope.received) : stateOf(element, message, envelope.received, drift),
      drift,
    )
  },
}
