import { Compile } from 'typebox/compile'
import { afterEach, beforeEach, expect } from 'vitest'
import { UrbanError } from '../../../engine/base/errors.ts'
import { createState, step } from '../../../engine/brain.ts'
import { crewViews } from '../../../engine/crew-view.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { OperatorOrder } from '../../../engine/model/observation.ts'
import { DEFAULT_POLICY } from '../../../engine/model/signals.ts'
import { createProblemSolver } from '../../../engine/solver.ts'
import type { Caller } from '../../../gateway/http/guard.ts'
import type { DocumentIn, HttpParts, OrderOutcome } from '../../../gateway/http/parts.ts'
import { createHttp, type Http } from '../../../gateway/http/server.ts'
import { ProblemDocument } from '../../../gateway/wire/api.ts'
import type { QuarantineGroup } from '../../../gateway/wire/mapping.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count } from '../../support/brain.ts'
import { createAnswers, requestsFor } from '../../support/solver.ts'

export const T0 = 1_767_225_600_000
export const city = smallCity()
export const gauge = city.low_points[0].gauges[0]
export const crew = city.crews[0]
export const CREW = `${crew.district}/crew/${crew.id}`
export const FRAME = { type: 'crew', now: T0, world: 'test', timezone: 'Asia/Shanghai', call_centre: null, push_key: null } as const
export const PHONE = { authorization: 'Bearer phone-token' }
export const OPERATOR = { authorization: 'Bearer operator-token' }
export const VIEWER = { authorization: 'Bearer viewer-token' }

export const [junction] = city.junctions
export const DETECTOR = `d0/traffic/${junction.id}`
export const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
export const passing = (s: number) => ({ [LANES.in[1]]: { vehicles: s % 3, queued: s % 2, approaching: 0 } })
export const order = (id: string, act: OperatorOrder) => ({ kind: 'operator' as const, ts: T0 + 2000, id, by: 'ops', act })
export const experiment = order('o2', {
  type: 'experiment.start',
  id: 'x1',
  a: 'max_pressure',
  b: 'planner',
  area: null,
  slot_min: 5,
  washout_min: 1,
  seed: 1,
})
export const hand = order('o3', {
  type: 'command',
  device: `d0/signal/${junction.id}`,
  command: 'signal.phase',
  fields: { phase: 1, hold_s: 600 },
  hold_s: 600,
})

const CALLERS: Readonly<Record<string, Caller>> = {
  'operator-token': { name: 'ops', role: 'operator' },
  'viewer-token': { name: 'eyes', role: 'viewer' },
  'phone-token': { name: 'phone:1', role: 'crew', phone: { id: '1'.repeat(16), crew: CREW } },
}

/** What a test looks at or sets; filled anew before each by `serveEach`, so it is never seen empty. */
export const served = {} as {
  http: Http
  orders: { order: unknown; by: string; id: string }[]
  outcome: OrderOutcome | null
  storeAway: boolean
  accepted: string[]
  documents: DocumentIn[]
}

/** Refused messages that wait for a mapping. */
export const GROUP: QuarantineGroup = {
  id: '0123456789ab',
  topic: 'acme/+/up',
  kind: 'dialect',
  reason: 'no dialect recognises this topic and payload',
  count: 3,
  first: T0,
  last: T0,
  sample: { topic: 'acme/7/up', at: T0, from: 'bridge/acme', payload: { level_mm: 310 }, bytes: 16 },
  suggestion: {
    mapping: {
      id: 'acme-up',
      topic: 'acme/+/up',
      entity: 'acme:{topic.2}',
      metrics: [{ path: 'level_mm', metric: 'level_m', unit: 'mm' }],
    },
    basis: ['name'],
    unexplained: [],
  },
  ignored: null,
}

const answers = createAnswers(city)

function partsOf(): HttpParts {
  const facts: Fact[] = []
  const signal_policy = { ...DEFAULT_POLICY, shadow: 'planner' as const, human_share: 0.5 }
  const state = createState(createContext(city, 'test', 1, { signal_policy }))
  // Two readings that agree: a storm begins.
  for (const ts of [T0 - 1000, T0])
    step(state, [{ kind: 'reading', device: gauge, ts, seq: ts, values: { level_m: 0.3 }, backfill: false }], ts)
  const nowcast = { rain_mm_h: 0, rain_forecast_mm_h: new Array<number>(24).fill(30), forecast_step_s: 300 }
  step(
    state,
    [
      { kind: 'reading', device: gauge, ts: T0, seq: 1, values: { level_m: 0.3 }, backfill: false },
      { kind: 'reading', device: 'd0/weather/W1', ts: T0, seq: 1, values: nowcast, backfill: false },
    ],
    T0,
  )
  step(
    state,
    [
      {
        kind: 'operator',
        ts: T0 + 1000,
        id: 'o1',
        by: 'test',
        act: { type: 'incident.report', class: 'road.flooded', severity: 'warning', at: [...city.nodes[0].at], text: 'water' },
      },
    ],
    T0 + 1000,
  )
  for (let s = 2; s < 400; s++) {
    const { [LANES.in[0]]: _silent, ...heard } = count(DETECTOR, s, LANES, {}).in
    const { requests } = step(
      state,
      s === 2 ? [experiment, hand] : [{ ...count(DETECTOR, s, LANES, {}), in: { ...heard, ...passing(s) } }],
      T0 + s * 1000,
    )
    facts.push(...step(state, answers(requestsFor(requests, 'forecast'), T0 + s * 1000), T0 + s * 1000).facts)
  }
  return {
    city,
    state: () => state,
    now: () => T0 + 1000,
    history: {
      async history() {
        if (served.storeAway) throw new UrbanError('neighbour', 'store_away', 'the history store is away')
        return [{ ts: T0, mean: 0.3, min: 0.3, max: 0.3, count: 1 }]
      },
      metrics: async () => ['level_m'],
    },
    async order(order, by, id) {
      served.orders.push({ order, by, id })
      return served.outcome
    },
    press: async () => null,
    place: async () => undefined,
    public_url: null,
    maySubscribe: () => false,
    crewFrame: (asked) => {
      const view = crewViews(state, new Set([asked])).get(asked)
      return view === undefined ? null : { ...FRAME, view }
    },
    phones: {
      invite: (invited) => ({ crew: invited, code: '123456', ticket: 't'.repeat(24), expires: T0 + 600_000 }),
      signIn: () => ({ why: 'unknown' }),
      end: () => null,
      list: () => [
        { id: '0'.repeat(16), crew: CREW, signed_in: T0, invited_by: 'ops', expires: T0 + 1, synced: T0, waiting: null, push: false },
      ],
      subscribe: () => {},
    },
    stills: { put: async () => '', read: async () => null, tidy: async () => {} },
    photos: { put: async () => null, list: async () => [], read: async () => null },
    journal: {
      recent: async ({ limit, accept }) => ({
        lines: facts
          .flatMap((fact, seq) => (accept(fact) ? [{ seq, prev: '', sha: '', fact }] : []))
          .slice(-limit)
          .reverse(),
        next: null,
      }),
    },
    quarantine: { samples: () => [], counters: { schema: 2 } },
    desk: {
      written: [],
      ignored: [],
      problems: [],
      groups: () => [GROUP],
      find: (id) => (id === GROUP.id ? GROUP : null),
      attempt: async () => ({ forms: [], faults: ['nothing'] }),
      accept: async (_group, { id }) => {
        served.accepted.push(id)
      },
      withdraw: async (id) => id === 'acme',
      ignore: async () => undefined,
      heed: async () => false,
      reload: async () => true,
    },
    documents: {
      take: async (document) => {
        served.documents.push(document)
        const refused = Buffer.from(document.body).toString().includes('"bad"')
          ? [{ kind: 'unbound', reason: 'no device of the city' }]
          : []
        return { messages: 1 - refused.length, refused, reports: [] }
      },
      inbox: async (sender) =>
        sender === 'partner' ? { known: true, taken: { messages: 1, refused: [], reports: [] } } : { known: false },
    },
    report_classes: [{ class: 'waste.overflow', name: { zh: '垃圾满溢', en: 'Waste overflow' } }],
    dialects: {
      book: {
        file: null,
        version: 'e3b0c44298fc',
        since: T0,
        problems: [],
        settings: { bindings: [], subscribe: [] },
        reload: async () => true,
      },
      list: [{ id: 'cap12', title: { zh: '预警', en: 'Alerts' } }],
      counters: { cap12: 3, 'cap12.repeat': 1 },
    },
    rule_book: {
      problems: [],
      versions: [
        {
          version: 1,
          at: T0,
          by: 'files',
          note: '',
          source: 'files',
          of: null,
          sha: '',
          key: null,
          files: [{ name: 'a.yaml', text: 'rules: []' }],
        },
      ],
      check: () => ({ rules: [], problems: [], tests: [] }),
      publish: async () => ({ conflict: 'run' }),
      rollback: async () => ({ conflict: 'run' }),
    },
    drills: { list: async () => [], read: async () => null },
    flood_model: null,
    waste_model: null,
    solve: async (problem) => createProblemSolver(city, null)(problem),
    health: () => ({
      status: 'ok',
      version: '0',
      world: 'test',
      mode: 'live',
      city: city.id,
      started: T0,
      now: T0,
      devices_reporting: 1,
      parts: [{ name: 'broker', ok: true, detail: '' }],
    }),
    metrics: () => [{ name: 'urban_brain_x', help: 'h', type: 'gauge', samples: [{ labels: { a: 'q"\n' }, value: 1 }] }],
  }
}

/** A server for each test of the file. */
export function serveEach(): void {
  beforeEach(async () => {
    served.orders = []
    served.accepted = []
    served.documents = []
    served.storeAway = false
    served.outcome = { kind: 'operator', ts: T0, id: 'x', by: 'ops', act: 'incident.acknowledge', done: true, why: null }
    served.http = await createHttp({
      host: '127.0.0.1',
      port: 0,
      tls: null,
      version: '0',
      dashboard: '/nowhere',
      parts: partsOf(),
      verifyToken: (token) => CALLERS[token] ?? null,
      upgrades: {},
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    })
  })
  afterEach(() => served.http.stop())
}

const problem = Compile(ProblemDocument)

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Record<string, string>
  readonly payload?: string | object
  readonly from?: string
}

export async function ask(url: string, { method = 'GET', headers = {}, payload, from = '127.0.0.1' }: Asked = {}) {
  const answer = await served.http.app.inject({
    method,
    url,
    headers: { host: '127.0.0.1:8080', ...headers },
    payload,
    remoteAddress: from,
  })
  // GeoReport has errors of its own.
  if (answer.statusCode >= 400 && !url.startsWith('/open311/')) {
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(problem.Check(answer.json()), answer.body).toBe(true)
    expect(answer.json().status).toBe(answer.statusCode)
  }
  return answer
}
