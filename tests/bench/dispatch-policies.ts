/** Policies for the stream of calls: the opponents as dispatch_world.mjs has them, and the engine's own choice of crews. */
import { expectCalls, type Call as HeardCall, noteCall } from '../../engine/dispatch/demand.ts'
import { DEFAULT_DISPATCH } from '../../engine/model/dispatch-policy.ts'
import { chooseCrews } from '../../engine/solve/choose-crews.ts'
import { type Call, type Crew, type Lap, type Moment, type Place, type Policy, TARGET_S, travel_s } from './dispatch-world.ts'

const WEIGHT: Readonly<Record<1 | 2 | 3, number>> = { 1: 8, 2: 3, 3: 1 }
const CALLS_MAX = 300
const SOON_S = 900
const suits = (crew: { readonly skill: number }, call: { readonly skill: number }): boolean => (crew.skill & call.skill) !== 0

/** First come, first served, by the nearest idle crew. */
export const nearestFirst = (): Policy => ({
  decide({ crews, open, go }) {
    for (const call of [...open]) {
      const [best] = crews.filter((crew) => crew.idle && suits(crew, call)).sort((a, b) => travel_s(a, call) - travel_s(b, call))
      if (best !== undefined) go(best, call)
    }
  },
})

/** The best pair of idle crew and call first, by weight, age and distance, again and again. */
export const pairGreedy = (): Policy => ({
  decide({ now, crews, open, go }) {
    const left = [...open]
    for (;;) {
      let best: { crew: Crew; call: Call; score: number } | null = null
      for (const crew of crews) {
        if (!crew.idle) continue
        for (const call of left) {
          if (!suits(crew, call)) continue
          const score = (WEIGHT[call.prio] * (now - call.t + 300)) / (travel_s(crew, call) + 300)
          if (best === null || score > best.score) best = { crew, call, score }
        }
      }
      if (best === null) return
      go(best.crew, best.call)
      left.splice(left.indexOf(best.call), 1)
    }
  },
})

/** One assignment of the crews that are idle, or will be within `look_s`. */
export const plainAssignment = (lap: Lap, look_s: number) => (): Policy => ({
  decide({ now, crews, open, go }) {
    const candidates = crews.filter((crew) => crew.idle || (crew.free > now && crew.free <= now + look_s))
    if (!candidates.some(({ idle }) => idle)) return
    const queue = [...open].sort((a, b) => a.prio - b.prio || a.t - b.t).slice(0, CALLS_MAX)
    const cost = (crew: Crew, call: Call): number => {
      if (!suits(crew, call)) return 1e7
      const arrival_s = Math.max(0, crew.free - now) + travel_s(crew, call)
      return WEIGHT[call.prio] * (arrival_s + Math.max(0, now - call.t + arrival_s - TARGET_S)) + (crew.skill === 3 ? 60 : 0)
    }
    const byCall = queue.length <= candidates.length
    const costs = byCall
      ? queue.map((call) => candidates.map((crew) => cost(crew, call)))
      : candidates.map((crew) => queue.map((call) => cost(crew, call) - WEIGHT[call.prio] * (now - call.t + TARGET_S) + 1e6))
    lap(costs).a.forEach((column, row) => {
      const [crew, call] = byCall ? [candidates[column], queue[row]] : [candidates[row], queue[column]]
      if (crew?.idle && call !== undefined && suits(crew, call)) go(crew, call)
    })
  },
})

/** What the engine does: its choice of crews, its look ahead, its memory of where calls come from. @param turns crews on their way may be turned */
export const engine = (turns: boolean) => (): Policy => {
  const calls: HeardCall[] = []
  return {
    heard: ({ t, x, y, skill, prio }) => noteCall(calls, { ts: 1000 * t, at: [x, y], skill: String(skill), urgent: prio === 1 }),
    decide: (moment) => decide(moment, calls, turns),
  }
}

function decide({ now, crews, open, go }: Moment, heard: readonly HeardCall[], turns: boolean): void {
  const urgent = open.some(({ prio }) => prio === 1)
  const turned = (crew: Crew): boolean => turns && urgent && crew.heads !== null && crew.heads.prio !== 1
  const candidates = crews.filter((crew) => crew.idle || turned(crew) || (crew.free > now && crew.free <= now + SOON_S))
  if (!candidates.some((crew) => crew.idle || turned(crew))) return
  const queue = [...open].sort((a, b) => a.prio - b.prio || a.t - b.t).slice(0, CALLS_MAX)
  const wait_s = candidates.map((crew) => (crew.idle || turned(crew) ? 0 : Math.max(0, crew.free - now)))
  const stands = candidates.map((crew) => (turned(crew) ? { ...crew.here, skill: crew.skill } : crew))
  const expected = expectCalls(heard, 1000 * now)
  const places = expected.map(({ at: [x, y], skill }) => ({ x, y, skill: Number(skill) }))
  const chosen = chooseCrews({
    tasks: queue.map(({ prio, t }) => ({ priority: prio, age_s: now - t, due_s: t + TARGET_S - now })),
    crews: candidates.map((crew, j) => ({
      wait_s: wait_s[j],
      spare_skills: crew.skill === 3 ? 1 : 0,
      ...(turned(crew) && crew.heads !== null ? { holds: crew.heads.prio } : {}),
    })),
    travel_s: between(queue, stands, () => 0),
    cover: {
      expected: expected.map((call) => call.expected),
      reach_s: between(places, stands, (j) => wait_s[j]),
      within_s: 60 * DEFAULT_DISPATCH.cover_min,
    },
  })
  const pairs = queue.flatMap((call, i) => (chosen[i] >= 0 ? [{ call, crew: candidates[chosen[i]] }] : []))
  for (const { call, crew } of pairs) if (crew.idle || turned(crew)) go(crew, call)
}

interface Stand extends Place {
  readonly skill: number
}

function between(places: readonly Stand[], crews: readonly Stand[], wait_s: (crew: number) => number): Float64Array {
  return Float64Array.from({ length: places.length * crews.length }, (_, at) => {
    const [place, j] = [places[Math.floor(at / crews.length)], at % crews.length]
    return suits(crews[j], place) ? wait_s(j) + travel_s(crews[j], place) : Number.POSITIVE_INFINITY
  })
}
