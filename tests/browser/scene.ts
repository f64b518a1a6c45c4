/**
 * A city under rain, as a snapshot: every table filled, every state and status present. Seeded, so that screenshots and pixels repeat.
 * The numbers are made up for drawing; nothing here stands for a measurement.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import { distance_m, pointAlong } from '../../engine/base/geo.ts'
import { createRandom, type Random } from '../../engine/base/random.ts'
import { createKpi, type KpiId, type KpiInput, kpis, updateKpi } from '../../engine/kpi/kpi.ts'
import { type City, type CityDevice, deviceKey } from '../../engine/model/city.ts'
import type {
  CommandRow,
  CrewRow,
  DeviceRow,
  IncidentRow,
  KpiRow,
  SignalRow,
  SnapshotFrame,
  StateName,
  TaskRow,
  Text,
} from '../../gateway/wire/frames.ts'
import { forecastRows, scoreRow, stageRows, warningRows } from './scene-water.ts'

const MINUTE = 60_000

const NOTHING_HEARD: KpiInput = {
  delay_s_veh: null,
  queued_veh: null,
  points_flooded: null,
  floods_warned: null,
  bins_full: null,
  incidents_open: null,
  dispatch_s: [],
  reporting_share: null,
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type SceneTables = { [T in keyof SnapshotFrame['tables']]: Mutable<Record<string, SnapshotFrame['tables'][T][string]>> }

const VALUES: Readonly<Record<string, (random: Random) => Record<string, number>>> = {
  level_gauge: (random) => ({ level_m: Math.max(0, random.normal(0.05, 0.06)) }),
  rain_gauge: (random) => ({ rain_mm_h: random.uniform(18, 34) }),
  station: (random) => ({ rain_mm_h: random.uniform(18, 34), temperature_c: 22.4 }),
  pump: (random) => ({ setting: random.pick([0, 0.6, 1]), flow_m3_s: random.uniform(0, 0.4), power_w: 2200 }),
  gate: () => ({ setting: 1 }),
  bin: (random) => ({ fill_pct: Math.min(100, Math.max(2, random.normal(46, 24))), temperature_c: 24 }),
  camera: () => ({ battery_pct: 100 }),
}

function stateOf(device: CityDevice, v: Readonly<Record<string, number>>, random: Random): StateName {
  if (random.chance(0.012)) return 'offline'
  if (device.kind === 'level_gauge') {
    const limit = device.params.threshold_m ?? 1
    return v.level_m > limit * 1.6 ? 'critical' : v.level_m > limit ? 'warning' : v.level_m > limit * 0.7 ? 'watch' : 'normal'
  }
  if (device.kind === 'bin') return v.fill_pct > 97 ? 'warning' : v.fill_pct > 90 ? 'watch' : 'normal'
  return 'normal'
}

function deviceRows(city: City, now: number, random: Random): SceneTables['devices'] {
  const rows: SceneTables['devices'] = {}
  const deep = new Map(city.low_points.slice(0, 3).map((point, i) => [point.gauges[0], [0.46, 0.31, 0.24][i]]))
  for (const device of city.devices) {
    const key = deviceKey(device.district, device.domain, device.id)
    const own = random.fork(key)
    const values = VALUES[device.kind]?.(own) ?? {}
    const depth = deep.get(key)
    const v = depth === undefined ? values : { ...values, level_m: depth }
    const state = stateOf(device, v, own)
    const row: DeviceRow = { v, ts: now - own.integer(0, 20_000), online: state !== 'offline', quality: 'good', state }
    rows[key] = row
  }
  return rows
}

function signalRows(city: City, now: number, random: Random): SceneTables['signals'] {
  const rows: SceneTables['signals'] = {}
  for (const junction of city.junctions) {
    const own = random.fork(junction.id)
    const row: SignalRow = {
      mode: 'auto',
      phase: own.integer(0, Math.max(0, junction.phases.length - 1)),
      clearing: own.chance(0.15),
      age_s: own.integer(1, 40),
      queued_veh: Math.round(own.exponential(9)),
      vehicles_veh: own.integer(5, 60),
      ts: now,
    }
    rows[`${junction.district}/traffic/${junction.id}`] = row
  }
  return rows
}

/** A road of every speed, and queues as long as they are slow. */
function roadRows(city: City, random: Random): SceneTables['roads'] {
  const rows: SceneTables['roads'] = {}
  for (const junction of city.junctions) {
    for (const road of new Set(junction.entering.map((lane) => lane.road))) {
      const speed_pct = 5 * random.fork(`${road}>${junction.id}`).integer(0, 20)
      rows[`${road}>${junction.id}`] = { speed_pct, queue_m: Math.round((100 - speed_pct) * 1.2) }
    }
  }
  return rows
}

interface Story {
  readonly class: string
  readonly title: Text
  readonly severity: IncidentRow['severity']
  readonly status: IncidentRow['status']
  readonly age_min: number
  readonly why: Text
  readonly metric: string
  readonly value: number
}

const FLOOD: Text = { zh: '下穿道积水', en: 'Underpass waterlogged' }
const OVERFLOW: Text = { zh: '垃圾桶满溢', en: 'Bin overflowing' }
const story = (
  kind: string,
  title: Text,
  severity: IncidentRow['severity'],
  status: string,
  age_min: number,
  metric: string,
  value: number,
  zh: string,
  en: string,
): Story => ({ class: kind, title, severity, status, age_min, metric, value, why: { zh, en } })

const STORIES: readonly Story[] = [
  story(
    'flood.waterlogging',
    FLOOD,
    'critical',
    'dispatched',
    6,
    'level_m',
    0.46,
    '水位 0.46 m 连续 60 秒高于警戒值 0.20 m，且 10 分钟内上涨 0.18 m。',
    'The level of 0.46 m has stood above the limit of 0.20 m for 60 s and rose 0.18 m in 10 min.',
  ),
  story(
    'flood.waterlogging',
    FLOOD,
    'warning',
    'on_site',
    14,
    'level_m',
    0.31,
    '水位 0.31 m 连续 60 秒高于警戒值 0.25 m。',
    'The level of 0.31 m has stood above the limit of 0.25 m for 60 s.',
  ),
  story(
    'road.accident',
    { zh: '交通事故', en: 'Road accident' },
    'critical',
    'detected',
    1,
    'score',
    0.91,
    '摄像机识别到事故，置信度 0.91。',
    'A camera recognised an accident with a score of 0.91.',
  ),
  story(
    'waste.overflow',
    OVERFLOW,
    'watch',
    'confirmed',
    23,
    'fill_pct',
    98,
    '满度 98 % 连续 10 分钟高于 95 %。',
    'A fill of 98 % has stood above 95 % for 10 min.',
  ),
  story(
    'waste.overflow',
    OVERFLOW,
    'watch',
    'accepted',
    41,
    'fill_pct',
    96,
    '满度 96 % 连续 10 分钟高于 95 %。',
    'A fill of 96 % has stood above 95 % for 10 min.',
  ),
  story(
    'device.silent',
    { zh: '设备失联', en: 'Device silent' },
    'watch',
    'detected',
    52,
    'age_s',
    320,
    '320 秒没有上报，应为每 60 秒一次。',
    'Nothing for 320 s where 60 s are expected.',
  ),
  story(
    'street.stall',
    { zh: '占道经营', en: 'Street stall' },
    'watch',
    'dispatched',
    33,
    'score',
    0.84,
    '摄像机识别到占道经营，置信度 0.84。',
    'A camera recognised a stall on the pavement with a score of 0.84.',
  ),
  story(
    'fire.smoke',
    { zh: '烟雾', en: 'Smoke' },
    'warning',
    'resolved',
    75,
    'score',
    0.88,
    '摄像机识别到烟雾，置信度 0.88；现场已复核。',
    'A camera recognised smoke with a score of 0.88; checked on site.',
  ),
  story('waste.overflow', OVERFLOW, 'watch', 'closed', 170, 'fill_pct', 99, '满度 99 %。', 'A fill of 99 %.'),
]

const STEPS = ['detected', 'confirmed', 'dispatched', 'accepted', 'on_site', 'resolved', 'closed']
const STEP_TEXT: Readonly<Record<string, Text>> = {
  detected: { zh: '规则触发', en: 'Raised by a rule' },
  confirmed: { zh: '第二个信号确认', en: 'Confirmed by a second signal' },
  dispatched: { zh: '最近的合适队伍已派出', en: 'The nearest suitable crew was sent' },
  accepted: { zh: '队伍接单', en: 'The crew accepted' },
  on_site: { zh: '队伍到场', en: 'The crew is on site' },
  resolved: { zh: '原因消除', en: 'The cause has passed' },
  closed: { zh: '办结', en: 'Closed' },
}

function timelineOf(one: Story, opened: number): IncidentRow['timeline'] {
  return STEPS.slice(0, STEPS.indexOf(one.status) + 1).map((status, i) => ({
    ts: opened + i * 70_000,
    status,
    by: i === 0 ? 'rule:demo' : 'policy:dispatch',
    text: STEP_TEXT[status],
  }))
}

function placeOf(city: City, one: Story, index: number): { at: LonLat; device: string; grid: string | null; district: string } {
  const kind = one.class.startsWith('flood')
    ? 'level_gauge'
    : one.class.startsWith('waste')
      ? 'bin'
      : one.class === 'device.silent'
        ? 'detector'
        : 'camera'
  const point = city.low_points[index]
  if (kind === 'level_gauge' && point !== undefined)
    return { at: point.at, device: point.gauges[0], grid: point.grid, district: point.district }
  const candidates = city.devices.filter((device) => device.kind === kind)
  const device = candidates[(index * 37) % candidates.length] ?? city.devices[0]
  return { at: device.at, device: deviceKey(device.district, device.domain, device.id), grid: device.grid, district: device.district }
}

function nearestRoad(city: City, at: LonLat): Text | null {
  let best: Text | null = null
  let best_m = 400
  for (const road of city.roads) {
    if (road.name === null) continue
    const apart_m = distance_m(road.line[0], at)
    if (apart_m < best_m) [best, best_m] = [road.name, apart_m]
  }
  return best
}

function incidentRows(city: City, now: number): SceneTables['incidents'] {
  const rows: SceneTables['incidents'] = {}
  STORIES.forEach((one, index) => {
    const { at, device, grid, district } = placeOf(city, one, index)
    const opened = now - one.age_min * MINUTE
    const row: IncidentRow = {
      class: one.class,
      title: one.title,
      severity: one.severity,
      status: one.status,
      active: !['resolved', 'closed'].includes(one.status),
      at,
      district,
      grid,
      road: nearestRoad(city, at),
      opened,
      updated: now - 20_000,
      due: opened + 60 * MINUTE,
      signals: index === 0 ? 3 : 1,
      alarm: 1,
      crews: [],
      tasks: [],
      why: one.why,
      evidence: [`${device} ${one.metric}=${one.value} at ${now - 40_000}`],
      timeline: timelineOf(one, opened),
    }
    rows[`i-${index + 1}`] = row
  })
  return rows
}

/** A path over the road graph from a random start, about as long as asked: where a crew has yet to drive. */
function drive(city: City, random: Random, roads_max: number): LonLat[] {
  const byNode = new Map<string, City['roads'][number][]>()
  for (const road of city.roads) {
    for (const node of road.oneway ? [road.from] : [road.from, road.to]) byNode.set(node, [...(byNode.get(node) ?? []), road])
  }
  let node = random.pick(city.nodes).id
  const seen = new Set<string>()
  const line: LonLat[] = []
  for (let i = 0; i < roads_max; i++) {
    const next = (byNode.get(node) ?? []).filter((road) => !seen.has(road.id))
    if (next.length === 0) break
    const road = random.pick(next)
    seen.add(road.id)
    const forward = road.from === node
    line.push(...(forward ? road.line : [...road.line].reverse()))
    node = forward ? road.to : road.from
  }
  return line
}

const CREW_STATES: readonly CrewRow['status'][] = ['enroute', 'onsite', 'idle', 'accepted', 'idle', 'offered', 'idle', 'off']

function crewRows(city: City, tables: SceneTables, now: number, random: Random): void {
  const incidents = Object.keys(tables.incidents)
  city.crews.forEach((crew, index) => {
    const key = `${crew.district}/crew/${crew.id}`
    const status = CREW_STATES[index % CREW_STATES.length]
    const busy = ['enroute', 'onsite', 'accepted', 'offered'].includes(status)
    const incident = incidents[index % 8]
    const route = drive(city, random.fork(key), 26)
    const depot = city.depots.find((one) => one.id === crew.depot)
    const at =
      status === 'onsite'
        ? tables.incidents[incident].at
        : busy && route.length > 1
          ? pointAlong(route, 60)
          : (depot?.at ?? city.nodes[0].at)
    const task = busy ? `t-${index + 1}` : null
    tables.crews[key] = { name: crew.name, status, at, seen: now - 3000, task }
    if (task === null) return
    const { title, due } = tables.incidents[incident]
    const row: TaskRow = {
      title,
      kind: tables.incidents[incident].class,
      status,
      incident,
      crew: key,
      priority: 1,
      at: tables.incidents[incident].at,
      eta: now + (index + 4) * MINUTE,
      due,
      route: status === 'onsite' ? [] : route,
    }
    tables.tasks[task] = row
    if (tables.incidents[incident].crews.length === 0 && ['dispatched', 'accepted', 'on_site'].includes(tables.incidents[incident].status))
      tables.incidents[incident] = { ...tables.incidents[incident], crews: [key], tasks: [task] }
  })
}

/** The engine's own names and formulas, so that what is tested for room is what is shown; value and spread are made up. */
const FIGURES: Readonly<Record<KpiId, readonly [value: number, spread: number]>> = {
  delay: [23.4, 1.1],
  queued: [412, 14],
  flooded: [2, 0.3],
  bins: [31, 1.2],
  incidents: [7, 0.5],
  reporting: [98.7, 0.1],
}

function kpiRows(now: number, random: Random): SceneTables['kpis'] {
  const state = createKpi()
  updateKpi(state, { ...NOTHING_HEARD, dispatch_s: [690] }, now)
  const rows = kpis(state).map(({ id, name, unit, formula, detail }): [string, KpiRow] => {
    const own = random.fork(id)
    const [value, spread] = FIGURES[id]
    let level = value
    const trend = Array.from({ length: 60 }, () => {
      level = Math.max(0, level + own.normal(0, spread))
      return Math.round(level * 10) / 10
    }).reverse()
    return [id, { name, unit, value, reference: null, formula, detail, ts: now, trend }]
  })
  return Object.fromEntries(rows)
}

function commandRows(city: City, now: number): SceneTables['commands'] {
  const pump = city.devices.find((device) => device.kind === 'pump')
  const crew = city.crews[0]
  const junction = city.junctions[0]
  const row = (device: string, kind: string, status: string, age_s: number, zh: string, en: string, auto = true): CommandRow => ({
    device,
    kind,
    status,
    ts: now - age_s * 1000,
    expires: now + 600_000,
    why: { zh, en },
    auto,
  })
  return {
    c1: row(
      pump === undefined ? 'd0/drain/P1' : deviceKey(pump.district, pump.domain, pump.id),
      'drain.setting',
      'done',
      95,
      '水位高于警戒值，水泵全速，水位回落 0.05 m 后停。',
      'The level is above the limit: pump at full speed until it has fallen by 0.05 m.',
    ),
    c2: row(
      crew === undefined ? 'd0/crew/C1' : `${crew.district}/crew/${crew.id}`,
      'crew.task',
      'accepted',
      210,
      '行驶 6 分钟，为具备抽水设备的最近队伍；次优队伍 9 分钟。',
      'Six minutes away, the nearest crew with a pump; the runner-up needs nine.',
    ),
    c3: row(
      `${junction?.district ?? 'd0'}/signal/${junction?.id ?? 'J1'}`,
      'signal.plan',
      'issued',
      340,
      '东进口排队 38 辆，周期由 90 秒调为 110 秒。',
      '38 vehicles queue on the east approach: cycle from 90 s to 110 s.',
      false,
    ),
  }
}

export function createScene(city: City, now: number, seed = 7): SnapshotFrame & { readonly tables: SceneTables } {
  const random = createRandom(seed)
  const tables: SceneTables = {
    devices: deviceRows(city, now, random.fork('devices')),
    signals: signalRows(city, now, random.fork('signals')),
    roads: roadRows(city, random.fork('roads')),
    crews: {},
    tasks: {},
    rounds: {},
    incidents: incidentRows(city, now),
    kpis: kpiRows(now, random.fork('kpis')),
    commands: commandRows(city, now),
    warnings: warningRows(city, now),
    forecasts: forecastRows(city, now),
    forecast_scores: { lately: scoreRow(now) },
    flood_stages: stageRows(city, now),
  }
  crewRows(city, tables, now, random.fork('crews'))
  return { type: 'snapshot', seq: 1, now, world: 'live', mode: 'live', city: city.id, tables }
}
