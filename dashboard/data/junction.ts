/** What the junction card draws, from the document and the clock: stages around now, lanes by approach, one sentence. Pure. */
import type { JunctionDocument, LaneDocument } from '../../gateway/wire/junction.ts'
import type { CurvePoint } from './api.ts'

const SECOND_MS = 1000
/** Shown before and after now. */
export const SPAN_S = 60

export interface Stage {
  readonly phase: number
  /** Yellow and all-red before `phase` gets green. */
  readonly clearing: boolean
  readonly when: 'past' | 'now' | 'planned'
  readonly from: number
  readonly until: number
}

export type PastStage = Pick<Stage, 'phase' | 'clearing' | 'from' | 'until'>

const clearance_ms = ({ yellow_s, all_red_s }: Pick<JunctionDocument, 'yellow_s' | 'all_red_s'>): number =>
  (yellow_s + all_red_s) * SECOND_MS

/** Begins of one stage told by two messages differ by less than this. */
const SAME_MS = 2_500

/** What has been seen, with the stage of another document; a clearance that fell between two messages is put in. At most `SPAN_S` and a bit. */
export function notePast(past: readonly PastStage[], document: JunctionDocument): readonly PastStage[] {
  const { stage, now } = document
  if (stage === null) return past
  const phase = stage.clearing ? stage.target : stage.phase
  const from = stage.ts - stage.age_s * SECOND_MS
  const last = past[past.length - 1]
  const same = last !== undefined && last.phase === phase && last.clearing === stage.clearing && Math.abs(last.from - from) < SAME_MS
  const missed_ms = same || stage.clearing || last === undefined || last.clearing ? 0 : clearance_ms(document)
  const ended_by = from - missed_ms
  const ended = (same ? past.slice(0, -1) : past)
    .filter((one) => one.from < ended_by && one.until > now - (SPAN_S + 30) * SECOND_MS)
    .map((one) => ({ ...one, until: Math.min(one.until, ended_by) }))
  if (missed_ms > 0) ended.push({ phase, clearing: true, from: ended_by, until: from })
  return [...ended, { phase, clearing: stage.clearing, from: same ? last.from : from, until: Math.max(from, now) }]
}

/** Stages from the history of `phase`, which keeps its number until the next green: the clearance is the end of each. */
export function pastFromHistory(
  points: readonly CurvePoint[],
  timing: Pick<JunctionDocument, 'yellow_s' | 'all_red_s'>,
): readonly PastStage[] {
  const stages: PastStage[] = []
  const clearing_ms = clearance_ms(timing)
  for (const { ts, mean: phase } of points) {
    const last = stages[stages.length - 1]
    if (last === undefined || last.phase !== phase) {
      if (last !== undefined) {
        const green_until = Math.max(last.from, ts - clearing_ms)
        stages[stages.length - 1] = { ...last, until: green_until }
        stages.push({ phase, clearing: true, from: green_until, until: ts })
      }
      stages.push({ phase, clearing: false, from: ts, until: ts })
    } else stages[stages.length - 1] = { ...last, until: ts }
  }
  return stages
}

/** Least and longest green of a phase; of one that is not described nothing is known. */
export const greenOf = ({ phases }: JunctionDocument, index: number): { readonly green_s_min: number; readonly green_s_max: number } =>
  phases.find((phase) => phase.index === index) ?? { green_s_min: 0, green_s_max: 0 }

/** The stage that runs, as long as is known; null before the first count. */
export function runningStage(document: JunctionDocument, now: number): Stage | null {
  const { stage, plan } = document
  if (stage === null) return null
  const from = stage.ts - stage.age_s * SECOND_MS
  if (stage.clearing)
    return { phase: stage.target, clearing: true, when: 'now', from, until: Math.max(now, from + stage.clearance_s * SECOND_MS) }
  const planned = plan?.stages.find(({ phase, from: begins }) => phase === stage.phase && begins <= stage.ts + SAME_MS)
  return {
    phase: stage.phase,
    clearing: false,
    when: 'now',
    from,
    until: Math.max(now, planned?.until ?? from + greenOf(document, stage.phase).green_s_min * SECOND_MS),
  }
}

/** Past, running and planned stages in order, each clearance a stage of its own. */
export function stagesAround(document: JunctionDocument, past: readonly PastStage[], now: number): Stage[] {
  const running = runningStage(document, now)
  if (running === null) return []
  const stages: Stage[] = past
    .filter(({ from }) => from < running.from - SAME_MS)
    .map((one) => ({ ...one, until: Math.min(one.until, running.from), when: 'past' }))
  // A message may come a little after the change that it tells.
  const last = stages[stages.length - 1]
  if (last !== undefined && running.from - last.until < 2 * SAME_MS) stages[stages.length - 1] = { ...last, until: running.from }
  stages.push(running)
  let free = running.until
  for (const { phase, from, until } of document.plan?.stages ?? []) {
    if (until <= free || (phase === running.phase && from < running.until)) continue
    const begins = Math.max(from, free)
    const cleared = running.clearing && free === running.until
    if (begins > free && !cleared) stages.push({ phase, clearing: true, when: 'planned', from: free, until: begins })
    stages.push({ phase, clearing: false, when: 'planned', from: cleared ? free : begins, until })
    free = until
  }
  return stages
}

/** Planned greens that begin or go on after now, with seconds from now. */
export function plannedGreens(stages: readonly Stage[], now: number): { phase: number; from_s: number; until_s: number }[] {
  return stages
    .filter(({ when, clearing, until }) => when !== 'past' && !clearing && until > now)
    .map(({ phase, from, until }) => ({
      phase,
      from_s: Math.max(0, Math.round((from - now) / SECOND_MS)),
      until_s: Math.round((until - now) / SECOND_MS),
    }))
    .filter(({ from_s }) => from_s < SPAN_S)
}

export interface ApproachSum {
  readonly queued_veh: number
  /** Null where no lane tells. */
  readonly approaching_veh: number | null
  readonly waited_s: number
  /** Every lane is silent. */
  readonly silent: boolean
}

export function sumApproach(lanes: readonly LaneDocument[]): ApproachSum {
  const told = lanes.flatMap(({ approaching_veh }) => approaching_veh ?? [])
  return {
    queued_veh: lanes.reduce((sum, { queued_veh }) => sum + queued_veh, 0),
    approaching_veh: told.length === 0 ? null : told.reduce((sum, veh) => sum + veh, 0),
    waited_s: Math.max(0, ...lanes.map(({ waited_s }) => waited_s)),
    silent: lanes.every(({ vehicles_veh }) => vehicles_veh === null),
  }
}

export const COMPASS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export type Compass = (typeof COMPASS)[number]

export const compassOf = (bearing_deg: number): Compass => COMPASS[Math.round((((bearing_deg % 360) + 360) % 360) / 45) % 8]

/** A movement as two bearings: where it comes from and where it leads. */
export interface Movement {
  readonly from_deg: number
  readonly to_deg: number
}

/** What a phase lets go, one movement per pair of roads; lanes that may always go are left out. */
export function movementsOf({ approaches, exits, phases }: JunctionDocument, index: number): Movement[] {
  const lanes = new Set(phases.find((phase) => phase.index === index)?.lanes)
  const bearing = new Map(exits.map(({ road, bearing_deg }) => [road, bearing_deg]))
  const found = new Map<string, Movement>()
  for (const { road, bearing_deg, lanes: all } of approaches)
    for (const lane of all) {
      if (!lanes.has(lane.id)) continue
      for (const exit of lane.exits) {
        const to_deg = bearing.get(exit)
        if (to_deg !== undefined) found.set(`${road} ${exit}`, { from_deg: bearing_deg, to_deg })
      }
    }
  return [...found.values()]
}
