/**
 * Patrol plans beside a fixed round and a random one: 16 cameras whose views overlap, two hours with a storm in them. Counted is what a camera sees within five
 * and ten minutes of its beginning, and which doubts somebody looks at within three minutes. All three turn at the same speed and look for as long.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import { createRandom, type Random } from '../../engine/base/random.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { Doubt, SeenEvent } from '../../engine/camera/event.ts'
import { eventKind } from '../../engine/camera/kinds.ts'
import { decidePatrol } from '../../engine/camera/patrol/decide.ts'
import { countEvent } from '../../engine/camera/patrol/found.ts'
import { turningCameras } from '../../engine/camera/patrol/places.ts'
import { createCamera } from '../../engine/camera/state.ts'
import { seesPlace } from '../../engine/model/cameras.ts'
import type { City } from '../../engine/model/city.ts'
import { type Context, createContext } from '../../engine/model/context.ts'
import { emptyOutcome } from '../../engine/model/outcome.ts'
import { createSense } from '../../engine/sense/state.ts'
import { createQuarter, type Happening, playWorld, RUN_H, STORM_H, type World } from './patrol-world.ts'
import type { Bench, Figure } from './report.ts'

const START = 1_767_225_600_000
const STEP_S = 3
const MOVE_S = 6
const LOOK_S = 30
const SEEDS = [1, 2, 3]
/** Of each camera: a round of three minutes, and of eight. */
const PRESETS = [6, 16]

/** Where each camera looks now; null while it turns. Told what was seen. */
interface Policy {
  at(now: EpochMs, open: readonly Happening[]): ReadonlyMap<string, string | null>
  saw(camera: string, happening: Happening, now: EpochMs): void
}

function rounds(city: City, next: (camera: number, before: number, n: number) => number): Policy {
  const cameras = turningCameras(city)
  const state = cameras.map((_, i) => ({ preset: 0, since: START - (i % LOOK_S) * SECOND_MS, moved: true }))
  return {
    at(now) {
      return new Map(
        cameras.map(({ key, presets }, i) => {
          const own = state[i]
          if (now - own.since >= LOOK_S * SECOND_MS) {
            const preset = next(i, own.preset, presets.length)
            Object.assign(own, { preset, since: now, moved: preset !== own.preset })
          }
          const turning = own.moved && now - own.since < MOVE_S * SECOND_MS
          return [key, turning ? null : presets[own.preset].preset.id]
        }),
      )
    },
    saw() {},
  }
}

type Learned = ReadonlyMap<string, number>
/** Of happening that looks have covered at every place in some weeks. */
const LEARNED_H = 40

/** What they have found by then: Poisson, by counting exponential gaps. */
function learn({ rates }: World, random: Random): Learned {
  return new Map(
    [...rates].map(([key, per_h]) => {
      const draw = random.fork(key)
      let found = 0
      for (let at_h = draw.exponential(1 / per_h); at_h < LEARNED_H; at_h += draw.exponential(1 / per_h)) found++
      return [key, found]
    }),
  )
}

const doubtOf = ({ target, begins, doubt }: Happening, i: number): Doubt => ({
  key: `d0/camera/other e${i}`,
  device: 'd0/camera/other',
  type: target.kind,
  opened: begins,
  ts: begins,
  at: [target.at[0], target.at[1]],
  score: 0.5,
  media: null,
  probability: doubt ?? 0,
  evidence: [],
  raised: false,
  verdict: null,
  labels: new Map(),
})

/** @param learned what looks have found before these hours */
function planned(city: City, world: World, context: Context, learned: Learned, took: (ms: number) => void): Policy {
  const camera = createCamera()
  for (const [key, found] of learned) camera.patrol.places.set(key, { seen: START - HOUR_MS, found, exposure_h: LEARNED_H })
  const sense = createSense()
  return {
    at(now, open) {
      camera.doubts.clear()
      camera.events.clear()
      for (const [i, one] of open.entries()) {
        if (one.doubt === null) continue
        const doubt = doubtOf(one, i)
        camera.doubts.set(doubt.key, doubt)
        camera.events.set(doubt.key, eventOf(doubt.device, one, doubt.key))
      }
      const wet = now >= START + STORM_H.from * HOUR_MS && now < START + STORM_H.until * HOUR_MS
      if (wet) sense.rain.set('d0', { heard: now, damp: now, wet: { since: START, last: now } })
      const input = {
        sense,
        incidents: [],
        floods: world.forecastsAt(now),
        fills: new Map(),
        holdOf: () => null,
        statusOf: () => 'done' as const,
      }
      const began = performance.now()
      decidePatrol(camera, context, input, now, emptyOutcome())
      took(performance.now() - began)
      return new Map([...camera.patrol.cameras].map(([key, { preset, settled }]) => [key, now < settled ? null : preset]))
    },
    saw: (key, happening, now) => countEvent(camera.patrol, city, eventOf(key, happening, key), happening.target.at, 1, now),
  }
}

const eventOf = (device: string, { target, begins }: Happening, id: string): SeenEvent => ({
  device,
  id,
  type: target.kind,
  ts: begins,
  score: 1,
  at: [target.at[0], target.at[1]],
  media: null,
  over: null,
  signalled: true,
  verdict: null,
})

interface Seen {
  readonly in5: number
  readonly in10: number
  readonly grave10: number
  readonly doubts3: number
}

const GRAVE: Readonly<Record<string, number>> = { watch: 1, warning: 3, critical: 9 }

function run(city: City, { happenings }: World, policy: Policy): Seen {
  const views = new Map(
    turningCameras(city).flatMap(({ key, device, presets }) =>
      presets.map(({ preset }) => [`${key} ${preset.id}`, (at: LonLat) => seesPlace(preset, device.at, at)] as const),
    ),
  )
  const first = new Map<Happening, EpochMs>()
  const byTime = [...happenings].sort((a, b) => a.begins - b.begins)
  let next = 0
  let open: Happening[] = []
  for (let now = START; now < START + RUN_H * HOUR_MS; now += STEP_S * SECOND_MS) {
    while (next < byTime.length && byTime[next].begins <= now) open.push(byTime[next++])
    open = open.filter(({ ends }) => ends > now)
    for (const [camera, preset] of policy.at(now, open)) {
      const sees = preset === null ? undefined : views.get(`${camera} ${preset}`)
      for (const one of open) {
        if (first.has(one) || sees?.(one.target.at) !== true) continue
        first.set(one, now)
        if (one.doubt === null) policy.saw(camera, one, now)
      }
    }
  }
  return sumUp(happenings, first)
}

function sumUp(happenings: readonly Happening[], first: ReadonlyMap<Happening, EpochMs>): Seen {
  const within = (list: readonly Happening[], minutes: number, weigh: (one: Happening) => number): number => {
    const seen = list.filter((one) => (first.get(one) ?? Number.POSITIVE_INFINITY) - one.begins <= minutes * MINUTE_MS)
    const sum = (all: readonly Happening[]): number => all.reduce((total, one) => total + weigh(one), 0)
    return sum(seen) / sum(list)
  }
  const plain = happenings.filter(({ doubt }) => doubt === null)
  const doubts = happenings.filter(({ doubt }) => doubt !== null)
  const one = (): number => 1
  const grave = ({ target }: Happening): number => GRAVE[eventKind(target.kind).severity]
  return { in5: within(plain, 5, one), in10: within(plain, 10, one), grave10: within(plain, 10, grave), doubts3: within(doubts, 3, one) }
}

const FIGURES: readonly (readonly [keyof Seen, string])[] = [
  ['in5', 'seen within 5 min'],
  ['in10', 'seen within 10 min'],
  ['grave10', 'seen within 10 min, weighed by severity'],
  ['doubts3', 'doubts looked at within 3 min'],
]

const NAMES = ['plan', 'plan after some weeks', 'fixed round', 'random'] as const
type Name = (typeof NAMES)[number]

/** One quarter and what happens in it, looked at in three ways. */
function compare(presets: number, seed: number, took: (ms: number) => void): Record<Name, Seen> {
  const random = createRandom(`patrol/${seed}`)
  const city = createQuarter(random.fork('city'), presets)
  const world = playWorld(city, random.fork('world'), START)
  const dice: Random = random.fork('dice')
  const context = createContext(city, 'bench', seed)
  return {
    plan: run(city, world, planned(city, world, context, new Map(), took)),
    'plan after some weeks': run(
      city,
      world,
      planned(city, world, context, learn(world, random.fork('learned')), () => {}),
    ),
    'fixed round': run(
      city,
      world,
      rounds(city, (_, before, n) => (before + 1) % n),
    ),
    random: run(
      city,
      world,
      rounds(city, (_camera, _before, n) => dice.integer(0, n - 1)),
    ),
  }
}

export const bench: Bench = async () => {
  const figures: Figure[] = []
  for (const presets of PRESETS) {
    let spent_ms = 0
    const runs = SEEDS.map((seed) =>
      compare(presets, seed, (ms) => {
        spent_ms += ms
      }),
    )
    for (const [key, title] of FIGURES) {
      const mean = (name: Name): number => (runs.reduce((sum, seen) => sum + seen[name][key], 0) / runs.length) * 100
      const against = { name: 'fixed round', value: mean('fixed round') }
      for (const name of NAMES) {
        const each = runs.map((seen) => (seen[name][key] * 100).toFixed(1)).join(' ')
        figures.push({
          name: `${presets} presets, ${title}, ${name} (${each})`,
          value: mean(name),
          unit: '%',
          ...(name === 'fixed round' ? {} : { against }),
        })
      }
    }
    figures.push({
      name: `${presets} presets, planning for 16 cameras, a second of the city`,
      value: spent_ms / SEEDS.length / (RUN_H * 3600),
      unit: 'ms',
    })
  }
  return figures
}
