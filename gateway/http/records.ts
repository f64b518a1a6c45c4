/** What has been decided and measured about the brain itself: KPIs, audit trail, quarantine, drills, health, metrics. */
import { Type } from 'typebox'
import { HOUR_MS } from '../../engine/base/time.ts'
import { KPI_IDS } from '../../engine/kpi/kpi.ts'
import type { Fact } from '../../engine/model/fact.ts'
import { kpiHistory, kpis } from '../../engine/view.ts'
import { AuditAnswer, DrillList, HealthAnswer, KpiDocument, KpiHistory, QuarantineAnswer } from '../wire/api.ts'
import { Moment, momentOf } from './moment.ts'
import type { HttpParts, Metric } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const AuditQuery = Type.Object({
  kind: Type.Optional(Type.String({ maxLength: 40, description: 'Kind of fact: incident, task, command, operator, rule, …' })),
  device: Type.Optional(Type.String({ maxLength: 200 })),
  incident: Type.Optional(Type.String({ maxLength: 128 })),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
})

function isAbout(fact: Fact, query: { kind?: string; device?: string; incident?: string }): boolean {
  if (query.kind !== undefined && fact.kind !== query.kind) return false
  if (query.device !== undefined && !('device' in fact && fact.device === query.device)) return false
  if (query.incident === undefined) return true
  return (
    (fact.kind === 'incident' && fact.incident.id === query.incident) || (fact.kind === 'task' && fact.task.incident === query.incident)
  )
}

const escapeLabel = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** Prometheus text exposition format 0.0.4. */
export function metricsText(metrics: readonly Metric[]): string {
  const lines: string[] = []
  for (const { name, help, type, samples } of metrics) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const { labels = {}, value } of samples) {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
      lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`)
    }
  }
  return `${lines.join('\n')}\n`
}

export function recordRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/kpis',
    {
      schema: {
        tags: ['operations'],
        summary: 'Figures with their formulas',
        response: { 200: Type.Object({ kpis: Type.Array(KpiDocument) }) },
      },
    },
    async () => ({ kpis: [...kpis(parts.state())] }),
  )

  app.get(
    '/api/v1/kpis/:id/history',
    {
      schema: {
        tags: ['operations'],
        summary: 'A figure minute by minute over the last day, as amended by values that came late, or as known then',
        params: Type.Object({ id: Type.Enum([...KPI_IDS]) }),
        querystring: Type.Object({ from: Type.Optional(Moment), to: Type.Optional(Moment), as_known_at: Type.Optional(Moment) }),
        response: { 200: KpiHistory },
      },
    },
    async ({ params: { id }, query }) => {
      const to = momentOf(query.to, 'to', parts.now())
      const from = momentOf(query.from, 'from', to - HOUR_MS)
      if (from >= to) throw new HttpProblem(400, 'validation', `from (${from}) is not before to (${to})`)
      const as_known_at = momentOf(query.as_known_at, 'as_known_at', Number.POSITIVE_INFINITY)
      const points = kpiHistory(parts.state(), id, from, to, as_known_at)
      return { id, from, to, as_known_at: Number.isFinite(as_known_at) ? as_known_at : null, points }
    },
  )

  app.get(
    '/api/v1/audit',
    {
      schema: {
        tags: ['decisions'],
        summary: 'The hash-chained journal of facts, newest first',
        querystring: AuditQuery,
        response: { 200: AuditAnswer },
      },
    },
    ({ query }) => parts.journal.recent({ limit: query.limit, before: query.before ?? null, accept: (fact) => isAbout(fact, query) }),
  )

  app.get(
    '/api/v1/quarantine',
    {
      schema: {
        tags: ['brain'],
        summary: 'Messages that were refused: counters, and samples newest first',
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }) }),
        response: { 200: QuarantineAnswer },
      },
    },
    async ({ query }) => ({ counters: { ...parts.quarantine.counters }, samples: [...parts.quarantine.samples(query.limit)] }),
  )

  app.get(
    '/api/v1/drills',
    { schema: { tags: ['brain'], summary: 'Reports of runs with an outside clock', response: { 200: DrillList } } },
    async () => ({ drills: await parts.drills.list() }),
  )
  app.get(
    '/api/v1/drills/:id',
    {
      schema: {
        tags: ['brain'],
        summary: 'One report',
        params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,128}$' }) }),
        response: { 200: Type.Unknown() },
      },
    },
    async ({ params }) => {
      const report = await parts.drills.read(params.id)
      if (report === null) throw new HttpProblem(404, 'drill', `no report ${params.id}`)
      return report
    },
  )

  app.get('/api/v1/health', { schema: { tags: ['brain'], summary: 'How the parts are', response: { 200: HealthAnswer } } }, async () =>
    parts.health(),
  )
  app.get(
    '/metrics',
    {
      schema: { tags: ['brain'], summary: 'Prometheus text', produces: ['text/plain'], response: { 200: Type.String() } },
      serializerCompiler: () => String,
    },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(metricsText(parts.metrics())),
  )
}
