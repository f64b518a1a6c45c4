/** Where cameras look and will look, and handing one back that a person has taken over. Taking one over is a command like any other. */
import { Type } from 'typebox'
import type { PatrolView } from '../../engine/camera/patrol/view.ts'
import type { Bilingual } from '../../engine/model/city.ts'
import { cameraPatrols } from '../../engine/view.ts'
import { OrderAnswer } from '../wire/api.ts'
import { type PatrolDocument, PatrolList, ReleaseBody } from '../wire/patrol-api.ts'
import { giveOrder } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import type { App } from './schema.ts'

const plain = ({ zh, en }: Bilingual) => ({ zh, en })

const documentOf = ({ device, name, preset, turning, until, by, reason, next, presets, doubts }: PatrolView): PatrolDocument => ({
  device,
  name: plain(name),
  preset: preset === null ? null : { id: preset.id, name: plain(preset.name) },
  turning,
  until,
  by,
  reason: reason === null ? null : { zh: reason.text_zh, en: reason.text },
  next: next.map((look) => ({ ...look, preset: { id: look.preset.id, name: plain(look.preset.name) }, why: look.why.map(plain) })),
  presets: presets.map(({ id, name: own, why, seen }) => ({ id, name: plain(own), why: why === null ? null : plain(why), seen })),
  doubts: [...doubts],
})

export function patrolRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/cameras/patrol',
    {
      schema: {
        tags: ['operations'],
        summary: 'Cameras that can turn: where each looks and why, the next looks, who has taken it over; those first',
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }) }),
        response: { 200: PatrolList },
      },
    },
    async ({ query }) => {
      const first = ({ by, doubts }: PatrolView): number => (by !== null ? 0 : doubts.length > 0 ? 1 : 2)
      const views = cameraPatrols(parts.state()).sort((a, b) => first(a) - first(b))
      return { now: parts.state().now, cameras: views.slice(0, query.limit).map(documentOf) }
    },
  )
  app.post(
    '/api/v1/cameras/release',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'Hands a camera back to the automation before its time',
        body: ReleaseBody,
        response: { 200: OrderAnswer },
        security: [{ bearer: [] }],
      },
    },
    async (request) => giveOrder(parts, request, { type: 'command.release', device: request.body.device }),
  )
}
