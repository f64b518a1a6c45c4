/** One junction for the card of the wall: where its lanes come from and lead to, and what the engine knows and wants there. */
import { Type } from 'typebox'
import { type LonLat, localFrame, pointAlong } from '../../engine/base/geo.ts'
import type { City, Junction, JunctionLane, Road } from '../../engine/model/city.ts'
import { controllerPlan } from '../../engine/signal-view.ts'
import { junctionView } from '../../engine/view.ts'
import { JunctionDocument } from '../wire/junction.ts'
import { ID_PATTERN } from '../wire/topics.ts'
import { commandDocument } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

/** A road's direction is taken so far from the junction, beyond the curve of its mouth. */
const LOOK_M = 40

interface RoadSide {
  readonly road: string
  readonly name: Road['name']
  readonly bearing_deg: number
}

export interface JunctionShape {
  readonly approaches: readonly (RoadSide & { readonly lanes: readonly JunctionLane[] })[]
  readonly exits: readonly RoadSide[]
  readonly road_of: ReadonlyMap<string, string>
}

export function bearing_deg(from: LonLat, to: LonLat): number {
  const [east_m, north_m] = localFrame(from).toXY(to)
  return ((Math.atan2(east_m, north_m) * 180) / Math.PI + 360) % 360
}

function sideOf(junction: Junction, id: string, road: Road | undefined): RoadSide {
  if (road === undefined) return { road: id, name: null, bearing_deg: 0 }
  const line = road.to === junction.node ? [...road.line].reverse() : road.line
  return { road: id, name: road.name, bearing_deg: Math.round(bearing_deg(junction.at, pointAlong(line, LOOK_M))) }
}

/** Lanes by the road on which they arrive, clockwise from north. */
export function shapeOf(junction: Junction, roads: ReadonlyMap<string, Road>): JunctionShape {
  const entering = new Map<string, JunctionLane[]>()
  for (const lane of junction.entering) entering.set(lane.road, [...(entering.get(lane.road) ?? []), lane])
  const leaving = new Set(junction.leaving.map(({ road }) => road))
  const clockwise = (a: RoadSide, b: RoadSide): number => a.bearing_deg - b.bearing_deg
  return {
    approaches: [...entering].map(([id, lanes]) => ({ ...sideOf(junction, id, roads.get(id)), lanes })).sort(clockwise),
    exits: [...leaving].map((id) => sideOf(junction, id, roads.get(id))).sort(clockwise),
    road_of: new Map(junction.leaving.map(({ id, road }) => [id, road])),
  }
}

/** Made at the first request for a junction: the city never changes while the program runs. */
function createShapes({ roads }: City): (junction: Junction) => JunctionShape {
  const byId = new Map(roads.map((road) => [road.id, road]))
  const known = new Map<string, JunctionShape>()
  return (junction) => {
    const shape = known.get(junction.id) ?? shapeOf(junction, byId)
    known.set(junction.id, shape)
    return shape
  }
}

const round1 = (value: number): number => Math.round(value * 10) / 10

function junctionDocument(parts: HttpParts, shapes: (junction: Junction) => JunctionShape, id: string): JunctionDocument | null {
  const state = parts.state()
  const junction = state.context.junctions.get(id)
  const view = junctionView(state, id)
  if (junction === undefined || view === null) return null
  const { controller, decision_s, mode, hand, reason, stage, plan, next_best } = view
  const { approaches, exits, road_of } = shapes(junction)
  const observed = controllerPlan(state, junction)
  const lanes = new Map(view.lanes.map((lane) => [lane.id, lane]))
  return {
    id,
    district: junction.district,
    name: junction.name,
    at: [...junction.at],
    now: state.now,
    controller,
    decision_s,
    mode,
    hand: hand === null ? null : { ...hand },
    reason: reason === null ? null : { text: { zh: reason.reason.text_zh, en: reason.reason.text }, ts: reason.ts },
    stage,
    yellow_s: junction.yellow_s,
    all_red_s: junction.all_red_s,
    phases: junction.phases.map(({ index, lanes: ids, green_s_min, green_s_max }) => ({
      index,
      lanes: [...ids],
      green_s_min,
      green_s_max,
    })),
    approaches: approaches.map((approach) => ({
      ...approach,
      lanes: approach.lanes.flatMap(({ id: lane, turns, into }) => {
        const known = lanes.get(lane)
        if (known === undefined) return []
        return [
          {
            ...known,
            queued_veh: round1(known.queued_veh),
            waited_s: Math.round(known.waited_s),
            flow_veh_h: Math.round(known.flow_veh_h),
            turns: [...turns],
            exits: [...new Set(into.flatMap((next) => road_of.get(next) ?? []))],
          },
        ]
      }),
    })),
    exits: [...exits],
    plan: plan === null ? null : { made: plan.made, stages: plan.stages.map((one) => ({ ...one, until: Math.round(one.until) })) },
    observed: observed === null ? null : { ...observed, splits: [...observed.splits], differences: [...observed.differences] },
    next_best: next_best === null ? null : { ...next_best, behind: round1(next_best.behind) },
    neighbours: view.neighbours.flatMap(({ junction: other, expected_veh, first }) => {
      const described = state.context.junctions.get(other)
      if (described === undefined) return []
      return [
        {
          id: other,
          name: described.name,
          bearing_deg: Math.round(bearing_deg(junction.at, described.at)),
          expected_veh: expected_veh === null ? null : round1(expected_veh),
          first: first === null ? null : Math.round(first),
        },
      ]
    }),
    commands: view.commands.map(commandDocument),
  }
}

export function junctionRoutes(app: App, parts: HttpParts): void {
  const shapes = createShapes(parts.city)
  app.get(
    '/api/v1/signals/:id',
    {
      schema: {
        tags: ['decisions'],
        summary: 'One junction: stage, lanes, plan of the next minute, reason, what its neighbours announce',
        params: Type.Object({ id: Type.String({ pattern: ID_PATTERN.source }) }),
        response: { 200: JunctionDocument },
      },
    },
    async ({ params }): Promise<JunctionDocument> => {
      const document = junctionDocument(parts, shapes, params.id)
      if (document === null) throw new HttpProblem(404, 'junction', `no junction ${params.id}`)
      return document
    },
  )
}
