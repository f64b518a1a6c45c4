/** What the page of bins reads, made up: a bin of each state, a lorry under way, a plan that waits; the numbers stand for no measurement. */
import { type City, deviceKey } from '../../engine/model/city.ts'
import type { BinCourseAnswer, BinScore, RoundWaysAnswer, SortingAnswer } from '../../gateway/wire/bin-page.ts'
import type { BinDocument, BinsAnswer, RoundDocument, RoundsAnswer } from '../../gateway/wire/bins.ts'

const HOUR = 3_600_000
const SCORE: BinScore = { issues: 214, mae_24_h: 6.2, mae_48_h: 9.8, csi_24: 0.61, csi_48: 0.68 }
const OWN_SCORE: BinScore = { issues: 7, mae_24_h: 4.1, mae_48_h: null, csi_24: 0.5, csi_48: 1 }

/** The city's own first, then more, so that every state is there. */
const MORE = ['B11', 'B12', 'B13', 'B14', 'B15', 'B16']

const PLAIN = {
  quality: 'good',
  alarms: [],
  due: false,
  blocked: null,
  tilted: false,
  sensor: 'level',
  estimate: null,
  volume_l: 240,
  waste: 'residual',
  round: null,
} satisfies Partial<BinDocument>

const forecastOf = (issued: number, ttf_h: number): NonNullable<BinDocument['forecast']> => ({
  issued,
  basis: 'model',
  ttf_h,
  low_h: ttf_h / 2,
  high_h: ttf_h * 1.8,
  p_overflow_12h: Math.min(1, 6 / (ttf_h + 6)),
  p_overflow_24h: Math.min(1, 14 / (ttf_h + 10)),
  p_overflow_48h: Math.min(1, 30 / (ttf_h + 20)),
})

const STATES: readonly Partial<BinDocument>[] = [
  { fill_pct: 96, due: true, alarms: [{ class: 'waste.overflow', title: { zh: '垃圾桶满溢', en: 'Bin is full' }, severity: 'warning' }] },
  { fill_pct: 71, waste: 'food' },
  { fill_pct: 64, quality: 'stale' },
  { fill_pct: 55, quality: 'estimated', sensor: 'none', estimate: { low_pct: 30, high_pct: 80, collections: 4 } },
  { fill_pct: 48, tilted: true, quality: 'suspect' },
  {
    fill_pct: 40,
    alarms: [{ class: 'waste.fire', title: { zh: '垃圾桶起火', en: 'Fire in a bin' }, severity: 'critical' }],
  },
  { fill_pct: 78, forecast: null, blocked: { why: 'still', since: 0 } },
]

export function createBins(city: City, now: number): BinsAnswer {
  const own = city.devices.filter(({ kind }) => kind === 'bin').map(({ district, id }) => deviceKey(district, 'waste', id))
  const keys = [...own, ...MORE.map((id) => deviceKey('d0', 'waste', id))]
  const bins = keys.map((bin, i): BinDocument => {
    const state = STATES[i % STATES.length]
    const { blocked = null } = state
    return {
      ...PLAIN,
      bin,
      fill_pct: 20,
      ts: now - (state.quality === 'stale' ? 30 : 1) * HOUR,
      emptied: i % 3 === 2 ? null : now - (i + 5) * HOUR,
      forecast: forecastOf(now - HOUR / 2, i === 0 ? 0 : 4 * i),
      ...state,
      blocked: blocked === null ? null : { ...blocked, since: now - 9 * HOUR },
      round: i === 1 ? { round: 'T-1', stop: '2', state: 'left', eta: now + HOUR / 4 } : null,
    }
  })
  return { bins, score: SCORE, model: null }
}

export function createCourse(bin: string, now: number): BinCourseAnswer {
  const levels = [60, 70, 80, 90, 100].map((level_pct) => {
    const said_h = (level_pct - 52) * 0.9
    return { level_pct, low_h: said_h * 0.6, said_h, high_h: said_h * 1.7 }
  })
  return { bin, now, course: { basis: 'model', level_pct: 52, levels }, score: OWN_SCORE, score_all: SCORE }
}

function stopsOf(city: City, now: number): RoundDocument['stops'] {
  const [depot] = city.nodes
  const places = city.nodes.slice(1, 5)
  const states = ['emptied', 'failed', 'left', 'left'] as const
  return places.map(({ at }, i) => ({
    stop: String(i + 1),
    kind: i === 3 ? 'tip' : 'bin',
    id: i === 3 ? 'tip-west' : 'd0/waste/B1',
    name: i === 3 ? { zh: '西转运站', en: 'West tip' } : { zh: `人民街 ${i + 1} 号桶`, en: `Renmin Street bin ${i + 1}` },
    at: [...(i === 3 ? depot.at : at)],
    state: states[i],
    eta: states[i] === 'left' ? now + i * 600_000 : null,
    ts: states[i] === 'left' ? null : now - (3 - i) * 600_000,
    expected_pct: i === 3 ? null : 82,
    found_pct: i === 0 ? 80 : null,
    why: states[i] === 'failed' ? 'no_access' : null,
  }))
}

/** @param asked who has asked for a plan; null while nobody has */
export function createRounds(city: City, now: number, asked: string | null, withdrawn: readonly string[]): RoundsAnswer {
  const crew = city.crews[0]
  const gone = withdrawn.includes('T-1')
  const reason = {
    text: 'Emptying 3 bins spares 2.4 overflows, worth 48 min; driving costs 31 min. Waiting would save 18 min of driving and risk 2.4 overflows.',
    text_zh: '清运 3 个桶可避免约 2.4 次满溢，折合 48 分钟；行驶 31 分钟。等待可省 18 分钟行驶，但有约 2.4 次满溢风险。',
    evidence: [],
  }
  const round: RoundDocument = {
    round: 'T-1',
    crew: deviceKey(crew.district, 'crew', crew.id),
    name: crew.name,
    waste: 'residual',
    state: gone ? 'withdrawn' : 'under_way',
    by: 'policy:rounds',
    planned: now - HOUR,
    started: now - HOUR / 2,
    ended: gone ? now : null,
    end: gone ? null : now + HOUR,
    drive_min: 31,
    load_l: 190,
    capacity_l: 9000,
    left: 1,
    emptied: 1,
    failed: 1,
    skipped: 0,
    reason,
    stops: stopsOf(city, now),
  }
  return {
    now,
    plan_at: ['05:00', '13:00'],
    next: now + 3 * HOUR,
    asking: asked === null ? null : { since: now - 2000, by: `operator:${asked}` },
    decision: {
      ts: now - HOUR,
      by: 'policy:rounds',
      outcome: 'drive',
      lorries: 1,
      bins: 5,
      chosen: 3,
      spared_min: 48,
      cost_min: 31,
      overflow: 2.4,
      km: 11.2,
      reason,
      skipped: [{ bin: 'd0/waste/B11', why: 'closed' }],
    },
    rounds: [round],
  }
}

export const createWays = (city: City): RoundWaysAnswer => ({
  round: 'T-1',
  ways: ['1', '2', '3', '4'].map((stop, i) => ({ stop, way: city.nodes.slice(i, i + 2).map(({ at }) => [...at]) })),
})

export function createSorting(city: City, now: number): SortingAnswer {
  const device = 'd0/camera/C1'
  const grid = city.grids[0]?.code ?? null
  const crew = city.crews[0]
  return {
    reminders: 6,
    handed_over: 1,
    subjects: [
      {
        subject: 'p:7f3a',
        sightings: 4,
        last: now - HOUR,
        device,
        grid,
        waits: true,
        reminded: now - 30 * HOUR,
        told_officer: now - 30 * HOUR,
      },
      { subject: 'p:09bc', sightings: 1, last: now - 5 * HOUR, device, grid, waits: false, reminded: now - 5 * HOUR, told_officer: null },
    ],
    places: [{ device, grid, sightings: 5, subjects: 2 }],
    volunteers: [{ crew: deviceKey(crew.district, 'crew', crew.id), name: crew.name, points: 14, since: now - 2.5 * HOUR }],
  }
}
