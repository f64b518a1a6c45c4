/**
 * Which camera looks where next. Each camera's own way through its presets (an orienteering problem with a submodular prize: turning costs time, what was just seen is worth little)
 * is searched with a beam over the next minutes. Cameras that look at the same places are planned one after another, the one that adds most first, each knowing what those before it
 * are going to see. With exact ways such a greedy plan is worth at least half of the best joint one (Fisher, Nemhauser and Wolsey 1978, part II: one way a camera is a partition
 * matroid; the better known 1 − 1/e holds for a plain limit on the number of looks). What a camera adds can only fall while others are planned, so the best of before is computed
 * again only when it comes to the front (lazy evaluation, Minoux 1978).
 */
import { type EpochMs, SECOND_MS } from '../../base/time.ts'
import { discounted_s, gain, type Need, type Planned, type Span } from './worth.ts'

export interface PresetOption {
  readonly id: string
  readonly needs: readonly Need[]
  /** No later than this it may be looked at. */
  readonly until: EpochMs
}

export interface TurningCamera {
  readonly key: string
  /** Preset at which it stands; null when that is not known. */
  readonly at: string | null
  readonly presets: readonly PresetOption[]
  readonly move_ms: number
  readonly dwell_ms: number
  /** Where it has to look first, because nobody has for too long. */
  readonly first: string | null
}

export interface PlannedLook extends Span {
  readonly preset: string
  /** From here on it sees: it has turned. */
  readonly settled: EpochMs
  readonly worth: number
}

export interface CameraPlan {
  readonly looks: readonly PlannedLook[]
  /** Worth a discounted second. */
  readonly rate: number
  /** Best plan that begins elsewhere. */
  readonly runner_up: { readonly preset: string; readonly rate: number } | null
}

const HORIZON_MS = 240 * SECOND_MS
const LOOKS_MAX = 8
const BEAM = 6
/** No more presets than looks fit into the horizon are worth a thought: those that a look now finds most at. */
const CANDIDATES = LOOKS_MAX

interface Way {
  readonly looks: readonly PlannedLook[]
  /** By number of the need: when this way has last seen it. */
  readonly seen: Float64Array
  readonly worth: number
}

/** A camera with its needs numbered, each once although several presets see it. */
interface Compiled {
  readonly camera: TurningCamera
  readonly presets: readonly { readonly option: PresetOption; readonly needs: readonly Numbered[] }[]
  readonly seen: Float64Array
}

interface Numbered {
  readonly n: number
  readonly need: Need
  /** Looks of others. */
  readonly planned: readonly Span[]
}

function compile(camera: TurningCamera, planned: Planned): Compiled {
  const numbers = new Map<string, Numbered>()
  const numbered = (need: Need): Numbered => {
    const known = numbers.get(need.key) ?? { n: numbers.size, need, planned: planned.get(need.key) ?? [] }
    numbers.set(need.key, known)
    return known
  }
  const presets = camera.presets.map((option) => ({ option, needs: option.needs.map(numbered) }))
  return { camera, presets, seen: Float64Array.from(numbers.values(), ({ need }) => need.seen) }
}

const endOf = ({ looks }: Way, now: EpochMs): EpochMs => looks.at(-1)?.until ?? now
const rateOf = (way: Way, now: EpochMs): number => way.worth / discounted_s(Math.max(1, endOf(way, now) - now))

/** The way with one look more; null where the preset may not be looked at for so long. */
function extended(
  { at, move_ms, dwell_ms }: TurningCamera,
  way: Way,
  { option, needs }: Compiled['presets'][number],
  now: EpochMs,
): Way | null {
  const from = endOf(way, now)
  const settled = (way.looks.at(-1)?.preset ?? at) === option.id ? from : from + move_ms
  const until = settled + dwell_ms
  if (until > option.until) return null
  const seen = way.seen.slice()
  let worth = 0
  for (const { n, need, planned } of needs) {
    worth += gain(need, way.seen[n], { from: settled, until }, planned, now)
    seen[n] = until
  }
  return { looks: [...way.looks, { preset: option.id, from, settled, until, worth }], seen, worth: way.worth + worth }
}

/** In the order of the presets. */
function mostWorth({ camera, presets, seen }: Compiled, now: EpochMs): Compiled['presets'] {
  if (presets.length <= CANDIDATES) return presets
  const start: Way = { looks: [], seen, worth: 0 }
  const worth = new Map(presets.map((preset) => [preset, extended(camera, start, preset, now)?.worth ?? 0]))
  const worthOf = (preset: Compiled['presets'][number]): number =>
    preset.option.id === camera.first ? Number.POSITIVE_INFINITY : (worth.get(preset) ?? 0)
  const chosen = new Set([...presets].sort((a, b) => worthOf(b) - worthOf(a)).slice(0, CANDIDATES))
  return presets.filter((preset) => chosen.has(preset))
}

/** The best way, and the best one that begins elsewhere; null when there is nowhere that it may look. */
export function planCamera(camera: TurningCamera, planned: Planned, now: EpochMs): CameraPlan | null {
  const compiled = compile(camera, planned)
  const candidates = mostWorth(compiled, now)
  const rate = (way: Way): number => rateOf(way, now)
  const extend = (way: Way): Way[] =>
    candidates.flatMap((preset) => {
      if (way.looks.length === 0 && camera.first !== null && preset.option.id !== camera.first) return []
      return extended(camera, way, preset, now) ?? []
    })
  /** Best whole way by its first preset. */
  const best = new Map<string, Way>()
  let beam: readonly Way[] = [{ looks: [], seen: compiled.seen, worth: 0 }]
  for (let depth = 0; depth < LOOKS_MAX && beam.length > 0; depth++) {
    const next: Way[] = []
    for (const way of beam) {
      const ways = endOf(way, now) - now >= HORIZON_MS ? [] : extend(way)
      next.push(...ways)
      if (ways.length === 0 && way.looks.length > 0) keepBetter(best, way, rate)
    }
    beam = widest(next, rate)
  }
  for (const way of beam) keepBetter(best, way, rate)
  const [first, second] = [...best.values()].sort((a, b) => rate(b) - rate(a))
  if (first === undefined) return null
  const runner_up = second === undefined ? null : { preset: second.looks[0].preset, rate: rate(second) }
  return { looks: first.looks, rate: rate(first), runner_up }
}

function keepBetter(best: Map<string, Way>, way: Way, rate: (way: Way) => number): void {
  const [{ preset }] = way.looks
  const known = best.get(preset)
  if (known === undefined || rate(way) > rate(known)) best.set(preset, way)
}

/** The best ways so far, and of every first preset at least the best one: the runner-up is told as well. Ties by the order of the presets. */
function widest(ways: readonly Way[], rate: (way: Way) => number): Way[] {
  const sorted = ways.map((way) => ({ way, rate: rate(way) })).sort((a, b) => b.rate - a.rate)
  const begun = new Set<string>()
  return sorted.flatMap(({ way }, i) => {
    const [{ preset }] = way.looks
    const news = !begun.has(preset)
    begun.add(preset)
    return i < BEAM || news ? [way] : []
  })
}

/** Plans for all of them together. `planned` holds what the others already look at, and afterwards what these do too. */
export function planTogether(
  cameras: readonly TurningCamera[],
  planned: Map<string, Span[]>,
  now: EpochMs,
): Map<string, CameraPlan | null> {
  const plans = new Map<string, CameraPlan | null>()
  const waiting = cameras.map((camera) => ({ camera, plan: planCamera(camera, planned, now), fixed: 0 }))
  let fixed = 0
  while (waiting.length > 0) {
    let front = 0
    for (const [i, { plan }] of waiting.entries()) if ((plan?.rate ?? 0) > (waiting[front].plan?.rate ?? 0)) front = i
    const one = waiting[front]
    if (one.fixed < fixed && one.plan !== null) {
      one.plan = planCamera(one.camera, planned, now)
      one.fixed = fixed
      continue
    }
    waiting.splice(front, 1)
    plans.set(one.camera.key, one.plan)
    for (const look of one.plan?.looks ?? []) addLook(planned, keysAt(one.camera, look.preset), look)
    fixed++
  }
  return plans
}

const keysAt = ({ presets }: TurningCamera, preset: string): readonly string[] =>
  (presets.find(({ id }) => id === preset)?.needs ?? []).map(({ key }) => key)

/** Takes a look into what is planned. @param keys of the needs that it sees */
export function addLook(
  planned: Map<string, Span[]>,
  keys: readonly string[],
  { settled, until }: Pick<PlannedLook, 'settled' | 'until'>,
): void {
  for (const key of keys) {
    const spans = planned.get(key) ?? []
    planned.set(key, spans)
    let at = spans.length
    while (at > 0 && spans[at - 1].from > settled) at--
    spans.splice(at, 0, { from: settled, until })
  }
}
