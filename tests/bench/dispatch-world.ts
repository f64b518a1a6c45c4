/**
 * The stream of calls of ../shared/bench/dispatch_world.mjs, played by a loop that takes any policy, that can let every duration be
 * other than believed, and in which a crew on its way can be turned. Without either it does what the world's own loop does, to the second.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Random } from '../../engine/base/random.ts'

export interface Place {
  readonly x: number
  readonly y: number
}

export interface WorldCrew extends Place {
  readonly skill: number
  readonly free: number
}

export interface WorldCall extends Place {
  readonly t: number
  readonly skill: number
  readonly prio: 1 | 2 | 3
  readonly svc: number
}

export interface World {
  readonly crews: readonly WorldCrew[]
  readonly inc: readonly WorldCall[]
}

/** What the world's own loop answers: shares in per cent, times in seconds. */
export interface Outcome {
  readonly p1late: number
  readonly p1mean: number
  readonly wmean: number
  readonly mean: number
}

interface WorldModule {
  scenario(seed: number, crews: number, rate: number, hours: number): World
  run(world: World, policy: string): Outcome
  /** Its assignment: where several are equally good, another solver may choose another. */
  readonly lap: Lap
}

/** The column of each row, −1 for none. */
export type Lap = (costs: readonly (readonly number[])[]) => { readonly a: Int32Array }

const BENCH = join(process.cwd(), '../shared/bench')
/** Where its functions end and its own comparison begins. */
const MAIN = '\nfor(const[nc,rate,h]of'

/** The functions alone: importing the file as it is would play its own comparison first. Null where the file is missing. */
export async function loadWorld(): Promise<WorldModule | null> {
  const source = await readFile(join(BENCH, 'dispatch_world.mjs'), 'utf8').catch(() => null)
  if (source === null) return null
  const end = source.indexOf(MAIN)
  if (end < 0) throw new Error('dispatch_world.mjs no longer ends with its comparison: look where its functions end')
  const directory = await mkdtemp(join(tmpdir(), 'bench-dispatch-'))
  try {
    const file = join(directory, 'world.mjs')
    const lap = pathToFileURL(join(BENCH, 'lap.mjs')).href
    await writeFile(file, source.slice(0, end).replace("'./lap.mjs'", `'${lap}'`))
    return { ...(await import(pathToFileURL(file).href)), lap: (await import(lap)).lap }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A crew as a policy knows it: where it will be free again and when, which may turn out otherwise. */
export interface Crew {
  x: number
  y: number
  /** Where it is now. */
  here: Place
  readonly skill: number
  /** Believed. */
  free: number
  /** Nothing holds it now. */
  idle: boolean
  /** The call it is on its way to, not yet there. */
  heads: Call | null
}

export interface Call extends WorldCall {
  start: number
  /** How many times longer the way to it takes than believed. */
  readonly slow: number
}

export interface Moment {
  readonly now: number
  readonly crews: readonly Crew[]
  /** Calls that nobody goes to yet, oldest first. */
  readonly open: readonly Call[]
  go(crew: Crew, call: Call): void
}

export interface Policy {
  /** A call has come. */
  heard?(call: Call): void
  decide(moment: Moment): void
}

const SPEED_MPS = 8.33
const TICK_S = 15
export const TARGET_S = 1200
/** Mean of the world's service times, which is all that a policy knows of them when durations are uncertain. */
const SERVICE_S = 1690
/** Spread of travel about what is believed, as the standard deviation of its logarithm. */
const TRAVEL_SIGMA = 0.3

export const travel_s = (a: Place, b: Place): number => (Math.abs(a.x - b.x) + Math.abs(a.y - b.y)) / SPEED_MPS

const WEIGHT: Readonly<Record<1 | 2 | 3, number>> = { 1: 8, 2: 3, 3: 1 }

interface Trip {
  readonly from: Place
  readonly began: number
  readonly there: number
  readonly done: number
}

/** @param noise where given, travel and service are drawn about what policies believe */
export function play(world: World, policy: Policy, noise: Random | null): Outcome {
  const crews = world.crews.map(({ x, y, skill }): Crew => ({ x, y, here: { x, y }, skill, free: 0, idle: true, heads: null }))
  const slow = (i: number): number =>
    noise === null ? 1 : Math.exp(noise.fork(`call/${i}`).normal(-(TRAVEL_SIGMA ** 2) / 2, TRAVEL_SIGMA))
  const calls = world.inc.map((call, i): Call => ({ ...call, start: -1, slow: slow(i) }))
  const trips = new Map<Crew, Trip>()
  let open: Call[] = []
  let next = 0
  for (let now = 0; ; now += TICK_S) {
    for (; next < calls.length && calls[next].t <= now; next++) {
      open.push(calls[next])
      policy.heard?.(calls[next])
    }
    if (next >= calls.length && open.length === 0) break
    for (const [crew, trip] of trips) followTrip(crew, trip, now, trips)
    const go = (crew: Crew, call: Call): void => {
      const left = crew.heads
      if (left !== null) {
        left.start = -1
        open.push(left)
        open.sort((a, b) => a.t - b.t)
      }
      const from = left === null ? crew : crew.here
      const believed_s = travel_s(from, call)
      call.start = now + believed_s * call.slow
      trips.set(crew, { from: { x: from.x, y: from.y }, began: now, there: call.start, done: call.start + call.svc })
      crew.free = now + believed_s + (noise === null ? call.svc : SERVICE_S)
      crew.x = call.x
      crew.y = call.y
      crew.idle = false
      crew.heads = call
      open = open.filter((other) => other !== call)
    }
    if (open.length > 0) policy.decide({ now, crews, open, go })
  }
  return summary(calls)
}

function followTrip(crew: Crew, { from, began, there, done }: Trip, now: number, trips: Map<Crew, Trip>): void {
  const call = crew.heads
  if (call !== null) {
    const share = there <= began ? 1 : Math.min(1, (now - began) / (there - began))
    crew.here = { x: from.x + share * (call.x - from.x), y: from.y + share * (call.y - from.y) }
    if (now >= there) crew.heads = null
  }
  if (now < done) return
  crew.idle = true
  crew.free = Math.min(crew.free, now)
  trips.delete(crew)
}

function summary(calls: readonly Call[]): Outcome {
  const waits = calls.map(({ start, t }) => start - t)
  const urgent = calls.flatMap(({ prio, start, t }) => (prio === 1 ? [start - t] : []))
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const weight = calls.reduce((sum, { prio }) => sum + WEIGHT[prio], 0)
  return {
    p1late: 100 * mean(urgent.map((wait) => (wait > TARGET_S ? 1 : 0))),
    p1mean: mean(urgent),
    wmean: calls.reduce((sum, { prio, start, t }) => sum + WEIGHT[prio] * (start - t), 0) / weight,
    mean: mean(waits),
  }
}
