/** What every simulated cabinet reads in a junction's description for itself; nothing of it comes from the engine. */
import type { Junction, SignalPhase } from '../../engine/model/city.ts'

/** Phases in which two movements are open, always running ones included, of which neither gives way to the other. */
export function unsafePhases({ movements, phases, conflicts }: Junction): ReadonlySet<number> {
  const controlled = new Set(phases.flatMap((phase) => phase.movements))
  const opens = (phase: SignalPhase, movement: string): boolean => phase.movements.includes(movement) || !controlled.has(movement)
  const known = new Set(movements.map(({ id }) => id))
  const never = conflicts.filter(({ first, second, yields }) => yields === null && known.has(first) && known.has(second))
  return new Set(
    phases.flatMap((phase) => (never.some(({ first, second }) => opens(phase, first) && opens(phase, second)) ? [phase.index] : [])),
  )
}

/** Yellow and all-red between the greens of two phases. */
export function clearance_s({ intergreens, yellow_s, all_red_s }: Junction, from: number, to: number): number {
  const own = intergreens.find((one) => one.from === from && one.to === to)
  return own === undefined ? yellow_s + all_red_s : own.yellow_s + own.all_red_s
}

/** Shortest green of a phase, with the time that people on foot need. */
export function shortest_s({ phases, green_s_min }: Junction, index: number): number {
  const phase = phases.find((one) => one.index === index)
  return phase === undefined ? green_s_min : Math.max(phase.green_s_min, phase.walk_s ?? 0)
}

/** Phases of a local plan: greedily the one that serves most lanes still unserved, so that overlapping phases are not run twice. */
export function localPhases(phases: readonly SignalPhase[]): SignalPhase[] {
  const unserved = new Set(phases.flatMap(({ lanes }) => lanes))
  const chosen: SignalPhase[] = []
  const gain = ({ lanes }: SignalPhase): number => lanes.filter((lane) => unserved.has(lane)).length
  while (unserved.size > 0) {
    const best = phases.reduce((a, b) => (gain(b) > gain(a) ? b : a))
    for (const lane of best.lanes) unserved.delete(lane)
    chosen.push(best)
  }
  return chosen.sort((a, b) => a.index - b.index)
}
