/** One junction's document with everything in it: a running plan, a silent lane, a neighbour with and one without a plan. Made up. */
import { createRandom } from '../../engine/base/random.ts'
import type { City } from '../../engine/model/city.ts'
import { shapeOf } from '../../gateway/http/junctions.ts'
import type { JunctionDocument } from '../../gateway/wire/junction.ts'

const SECOND = 1000

export function createJunctionDocument(city: City, id: string, now: number, more: Partial<JunctionDocument> = {}): JunctionDocument | null {
  const junction = city.junctions.find((one) => one.id === id)
  if (junction === undefined) return null
  const random = createRandom(11)
  const { approaches, exits, road_of } = shapeOf(junction, new Map(city.roads.map((road) => [road.id, road])))
  const [first, second = first, third = first] = junction.phases.map(({ index }) => index)
  const green = new Set(junction.phases[0].lanes)
  const device = `${junction.district}/signal/${id}`
  return {
    id,
    district: junction.district,
    name: junction.name,
    at: [...junction.at],
    now,
    controller: 'planner',
    decision_s: 1,
    mode: 'auto',
    hand: null,
    reason: {
      text: {
        zh: '相位 0 保持绿灯：排队 9 辆、驶近 4 辆、预计延误 212.4 车·秒；其次相位 2：排队 5 辆、驶近 1 辆、预计延误 224.8 车·秒',
        en: 'Phase 0 keeps green: 9 queued, 4 approaching, planned delay 212.4 veh·s; next best phase 2: 5 queued, 1 approaching, planned delay 224.8 veh·s',
      },
      ts: now - 6 * SECOND,
    },
    stage: { phase: first, target: first, clearing: false, age_s: 14, clearance_s: 5, ts: now },
    yellow_s: junction.yellow_s,
    all_red_s: junction.all_red_s,
    phases: junction.phases.map(({ index, lanes, green_s_min, green_s_max }) => ({ index, lanes: [...lanes], green_s_min, green_s_max })),
    approaches: approaches.map((approach, side) => ({
      ...approach,
      lanes: approach.lanes.map(({ id: lane, length_m, turns, into }, position) => {
        const silent = side === 1 && position === 0
        const queued_veh = random.integer(0, 12)
        const approaching_veh = random.integer(0, 5)
        return {
          id: lane,
          turns: [...turns],
          exits: [...new Set(into.flatMap((next) => road_of.get(next) ?? []))],
          capacity_veh: Math.floor(length_m / 7.5),
          vehicles_veh: silent ? null : queued_veh + approaching_veh,
          queued_veh,
          approaching_veh: silent ? null : approaching_veh,
          waited_s: green.has(lane) ? 0 : random.integer(0, 70),
          flow_veh_h: random.integer(40, 500),
          free: false,
          green: green.has(lane),
        }
      }),
    })),
    exits: [...exits],
    plan: {
      made: now,
      stages: [
        { phase: first, from: now, until: now + 8 * SECOND },
        { phase: second, from: now + 13 * SECOND, until: now + 28 * SECOND },
        { phase: third, from: now + 33 * SECOND, until: now + 60 * SECOND },
      ],
    },
    observed: {
      ts: now - 4_000,
      plan: 5,
      cycle_s: 100,
      offset_s: 20,
      splits: [],
      manual: false,
      flash: false,
      differences: [{ what: 'cycle', phase: null, commanded_s: 80, observed_s: 100 }],
      since: now - 60_000,
    },
    next_best: { phase: third, behind: 12.4, unit: { zh: '预计延误（车·秒）', en: 'planned delay, veh·s' } },
    neighbours: city.junctions
      .filter((other) => other.id !== id)
      .slice(0, 2)
      .map((other, i) => ({
        id: other.id,
        name: other.name,
        bearing_deg: 90 * (i + 1),
        expected_veh: i === 0 ? 6.4 : null,
        first: i === 0 ? now + 12 * SECOND : null,
      })),
    commands: [0, 20, 47].map((age_s, i) => ({
      id: `c${i}`,
      device,
      kind: 'signal.phase',
      ts: now - age_s * SECOND,
      expires: now + (20 - age_s) * SECOND,
      status: i === 0 ? 'accepted' : 'done',
      auto: i < 2,
      tries: 1,
      updated: now,
      reason: { text: 'made up', text_zh: '虚构', evidence: [] },
      fields: { phase: i, hold_s: 20 },
    })),
    ...more,
  }
}
