/** What is wrong with the description of one junction: lanes, movements, conflicts and phases that do not fit each other. */
import type { Junction } from '../engine/model/city.ts'

export interface JunctionFault {
  /** Member of the junction as its file names it. */
  readonly member: keyof Junction
  /** Names what is wrong by its id or index. */
  readonly message: string
}

type Say = (member: keyof Junction, message: string) => void

export function junctionFaults(junction: Junction): JunctionFault[] {
  const faults: JunctionFault[] = []
  const say: Say = (member, message) => faults.push({ member, message })
  checkLanes(junction, say)
  checkMovements(junction, say)
  checkPhases(junction, say)
  checkConflicts(junction, say)
  return faults
}

function checkLanes({ entering, leaving }: Junction, say: Say): void {
  for (const [member, lanes] of [
    ['entering', entering],
    ['leaving', leaving],
  ] as const) {
    if (new Set(lanes.map(({ id }) => id)).size < lanes.length) say(member, 'a lane is listed twice, expected each once')
  }
  const out = new Set(leaving.map(({ id }) => id))
  for (const lane of entering) {
    for (const id of lane.into) if (!out.has(id)) say('entering', `lane ${lane.id} leads into ${id}, which is no leaving lane`)
  }
}

function checkMovements({ movements, entering, leaving }: Junction, say: Say): void {
  const roadOf = new Map(entering.map(({ id, road }) => [id, road]))
  const exits = new Set(leaving.map(({ road }) => road))
  const seen = new Set<string>()
  for (const { id, from, to, lanes } of movements) {
    if (seen.has(id)) say('movements', `movement ${id} is described twice, expected each once`)
    seen.add(id)
    if (!exits.has(to)) say('movements', `movement ${id} leads to ${to}, which is the road of no leaving lane`)
    for (const lane of lanes) {
      const road = roadOf.get(lane)
      if (road === undefined) say('movements', `movement ${id} is served by lane ${lane}, which is no entering lane`)
      else if (road !== from) say('movements', `movement ${id} is served by lane ${lane} of ${road}, expected a lane of ${from}`)
    }
  }
}

function checkPhases(junction: Junction, say: Say): void {
  const { phases } = junction
  const entering = new Set(junction.entering.map(({ id }) => id))
  const movements = new Set(junction.movements.map(({ id }) => id))
  const indices = new Set<number>()
  if (phases.length === 0) say('phases', 'describes no phase, expected at least one')
  if (junction.green_s_max < junction.green_s_min) say('green_s_max', 'is below green_s_min, expected at least that')
  for (const phase of phases) {
    const { index } = phase
    if (indices.has(index)) say('phases', `phase ${index} is described twice, expected each once`)
    indices.add(index)
    for (const id of phase.lanes) if (!entering.has(id)) say('phases', `phase ${index} gives green to ${id}, which is no entering lane`)
    for (const id of phase.movements) if (!movements.has(id)) say('phases', `phase ${index} gives green to ${id}, which is no movement`)
    if (phase.movements.length === 0) say('phases', `phase ${index} gives green to no movement, expected at least one`)
    if (phase.green_s_max < phase.green_s_min) say('phases', `green_s_max of phase ${index} is below its green_s_min`)
    if (phase.walk_s !== null && phase.walk_s > phase.green_s_max)
      say('phases', `people on foot need ${phase.walk_s} s in phase ${index}, which is longer than its green_s_max`)
  }
  for (const { from, to } of junction.intergreens)
    for (const index of [from, to]) if (!indices.has(index)) say('intergreens', `names phase ${index}, which is not described`)
}

function checkConflicts({ movements, conflicts, phases }: Junction, say: Say): void {
  const known = new Set(movements.map(({ id }) => id))
  for (const { first, second, yields } of conflicts) {
    for (const id of [first, second]) if (!known.has(id)) say('conflicts', `names ${id}, which is no movement`)
    if (yields !== null && yields !== first && yields !== second) say('conflicts', `${yields} gives way, expected ${first} or ${second}`)
  }
  const named = new Set(phases.flatMap((phase) => phase.movements))
  const always = movements.flatMap(({ id }) => (named.has(id) ? [] : [id]))
  for (const phase of phases) {
    const green = new Set([...phase.movements, ...always])
    for (const { first, second, yields } of conflicts) {
      if (yields === null && green.has(first) && green.has(second))
        say('phases', `phase ${phase.index} opens ${first} and ${second}, which conflict`)
    }
  }
}
