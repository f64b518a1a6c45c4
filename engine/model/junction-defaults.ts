/**
 * A junction as far as its source describes it, and what follows from that for the rest: movements from the lanes, conflicts from what the
 * phases never open together, greens from the junction's own, detectors from its detection distance.
 */
import type { Junction, JunctionLane, Movement, MovementConflict, SignalPhase, Turn } from './city.ts'

/** Headway of 2.5 s at a green light, as measured on the vehicles of the published signal comparisons. */
export const SATURATION_VEH_H = 1440

export type LaneSketch = Pick<JunctionLane, 'id' | 'road' | 'length_m' | 'turns' | 'into'> & Partial<JunctionLane>
export type PhaseSketch = Pick<SignalPhase, 'index' | 'lanes'> & Partial<SignalPhase>
export type JunctionSketch = Omit<Junction, 'entering' | 'leaving' | 'phases' | 'movements' | 'conflicts' | 'intergreens'> &
  Partial<Pick<Junction, 'movements' | 'conflicts' | 'intergreens'>> & {
    readonly entering: readonly LaneSketch[]
    readonly leaving: readonly LaneSketch[]
    readonly phases: readonly PhaseSketch[]
  }

export const movementId = (from: string, to: string): string => `${from}>${to}`

/** What the sketch says stays as it is. */
export function completeJunction(sketch: JunctionSketch): Junction {
  const { detection_m, green_s_min, green_s_max } = sketch
  const lane = (one: LaneSketch): JunctionLane => ({
    saturation_veh_h: SATURATION_VEH_H,
    detectors: [{ at_m: 0, length_m: Math.min(one.length_m, detection_m) }],
    ...one,
  })
  const movements = sketch.movements ?? movementsOf(sketch)
  const phases = sketch.phases.map((one): SignalPhase => {
    const green = movements.filter(({ lanes }) => lanes.some((id) => one.lanes.includes(id)))
    return { movements: green.map(({ id }) => id), green_s_min, green_s_max, walk_s: null, ...one }
  })
  return {
    ...sketch,
    entering: sketch.entering.map(lane),
    leaving: sketch.leaving.map(lane),
    movements,
    conflicts: sketch.conflicts ?? conflictsOf(movements, phases),
    phases,
    intergreens: sketch.intergreens ?? [],
  }
}

/** One movement for every pair of roads that a lane joins. */
function movementsOf({ entering, leaving }: JunctionSketch): Movement[] {
  const roadOf = new Map(leaving.map(({ id, road }) => [id, road]))
  const found = new Map<string, { readonly from: string; readonly to: string; turns: readonly Turn[]; readonly lanes: string[] }>()
  for (const { id, road, turns, into } of entering) {
    const targets = [...new Set(into.flatMap((next) => roadOf.get(next) ?? []))]
    for (const [i, to] of targets.entries()) {
      // As many roads as turns: they are listed in the same order. Otherwise what all lanes of the movement have in common.
      const possible = targets.length === turns.length ? [turns[i]] : turns
      const key = movementId(road, to)
      const known = found.get(key) ?? { from: road, to, turns: possible, lanes: [] }
      const common = known.turns.filter((turn) => possible.includes(turn))
      known.turns = common.length > 0 ? common : known.turns
      known.lanes.push(id)
      found.set(key, known)
    }
  }
  return [...found].map(([id, { from, to, turns, lanes }]) => ({ id, from, to, turn: turns[0] ?? 'through', lanes }))
}

/** Without a description of conflicts, movements of different approaches that no phase opens together are taken to cross. */
function conflictsOf(movements: readonly Movement[], phases: readonly SignalPhase[]): MovementConflict[] {
  const opened = new Map(movements.map(({ id }) => [id, phases.filter((phase) => phase.movements.includes(id))]))
  const conflicts: MovementConflict[] = []
  for (const [i, first] of movements.entries()) {
    const beside = opened.get(first.id) ?? []
    if (beside.length === 0) continue
    for (const second of movements.slice(i + 1)) {
      const others = opened.get(second.id) ?? []
      if (second.from === first.from || others.length === 0 || others.some((phase) => beside.includes(phase))) continue
      conflicts.push({ first: first.id, second: second.id, yields: null })
    }
  }
  return conflicts
}
