/**
 * The balance of a road: what its upstream junction lets in against what its own lanes say came in, and what a lane says it let go
 * against what came in behind. A lane that counts vehicles twice is in the wrong on both sides, its neighbours are not.
 */
import { MINUTE_MS } from '../../base/time.ts'
import type { Context } from '../../model/context.ts'
import type { Feeder, SignalJunction } from '../../model/signal-network.ts'
import type { Counted } from '../lane-track.ts'
import type { Doubt } from './judge.ts'
import { type BalanceWindow, CLOSE_S, type DetectorState, type LaneWatch } from './state.ts'

type LanePlace = Pick<Feeder, 'junction' | 'lane'>

export const WINDOW_MS = 5 * MINUTE_MS
/** Heard for less of the window, a lane says nothing of it. */
const HEARD_S_MIN = 270
/** Parked cars, side streets and vehicles that come and go within one second are not a fault, nor is chance: 4 √n, as counts scatter by √n. */
const EXCESS_VEH = 10
const EXCESS_SIGMA = 4
const BEHIND_EXCESS = 1.25
const BEHIND_EXCESS_VEH = 8
const UNBALANCED_WINDOWS = 2

export function countPassages(watch: LaneWatch, before: Counted | null, counted: Counted, index: number, dt_s: number): void {
  if (watch.window === null || watch.window.index !== index) {
    if (watch.window !== null) watch.closed.push(watch.window)
    if (watch.closed.length > 2) watch.closed.shift()
    watch.window = { index, entered: 0, left: 0, heard_s: 0 }
  }
  if (before === null || dt_s > CLOSE_S) return
  const change = counted.vehicles - before.vehicles
  if (change > 0) watch.window.entered += change
  else watch.window.left -= change
  watch.window.heard_s += dt_s
}

const closedAt = ({ closed }: LaneWatch, index: number): BalanceWindow | null =>
  closed.find((window) => window.index === index && window.heard_s >= HEARD_S_MIN) ?? null

/** Sum over lanes, null when one of them says nothing of that window or may lead elsewhere too. */
function sumOf(detectors: DetectorState, lanes: readonly LanePlace[], index: number, side: 'entered' | 'left'): number | null {
  let sum = 0
  for (const { junction, lane } of lanes) {
    const watch = detectors.junctions.get(junction)?.lanes[lane]
    const window = watch === undefined || (watch.fault !== null && watch.fault.cause !== 'overcount') ? null : closedAt(watch, index)
    if (window === null) return null
    sum += window[side]
  }
  return sum
}

/** What the road said in the window before the last one, which every junction has closed by now; by lane, null where all is well. */
export function balanceRoads(detectors: DetectorState, context: Context, junction: SignalJunction, index: number): (Doubt | null)[] {
  const watches = detectors.junctions.get(junction.id)?.lanes ?? []
  const doubts = junction.lanes.map((): Doubt | null => null)
  const done = new Set<number>()
  for (const [l, { siblings }] of junction.lanes.entries()) {
    if (done.has(l)) continue
    for (const sibling of siblings) done.add(sibling)
    const suspect = suspectOf(detectors, context, junction, l, index)
    for (const sibling of siblings) {
      const watch = watches[sibling]
      if (watch === undefined) continue
      watch.unbalanced = suspect?.lane === sibling ? watch.unbalanced + 1 : 0
      if (suspect !== null && watch.unbalanced >= UNBALANCED_WINDOWS) doubts[sibling] = suspect.doubt
    }
  }
  return doubts
}

function suspectOf(
  detectors: DetectorState,
  context: Context,
  junction: SignalJunction,
  lane: number,
  index: number,
): { readonly lane: number; readonly doubt: Doubt } | null {
  const { siblings, exclusive_feeders: feeders } = junction.lanes[lane]
  const sent = feeders.length === 0 ? null : sumOf(detectors, feeders, index, 'left')
  const entered = sumOf(
    detectors,
    siblings.map((one) => ({ junction: junction.id, lane: one })),
    index,
    'entered',
  )
  if (sent === null || entered === null || entered <= sent + Math.max(EXCESS_VEH, EXCESS_SIGMA * Math.sqrt(sent))) return null
  const behind = siblings.map((one) => ({ one, balanced: isBalancedBehind(detectors, context, junction, one, index) }))
  const wrong = behind.filter(({ balanced }) => balanced === false)
  const candidates = (wrong.length > 0 ? wrong : behind.filter(({ balanced }) => balanced === null)).map(({ one }) => one)
  if (candidates.length !== 1) return null
  const evidence = `${entered} vehicles came by the road's own counts, ${sent} by the junction before it, in 5 min / 5 分钟内本路段计入 ${entered} 辆，上游路口放行 ${sent} 辆`
  return { lane: candidates[0], doubt: { cause: 'overcount', evidence } }
}

/** Whether the road that the lane leads to has received what all lanes that lead there say they let go; null when that is not known. */
function isBalancedBehind(
  detectors: DetectorState,
  context: Context,
  junction: SignalJunction,
  lane: number,
  index: number,
): boolean | null {
  const next = followersOf(context, junction, lane)
  if (next === null) return null
  const received = sumOf(detectors, next.entering, index, 'entered')
  const sent = sumOf(detectors, next.feeders, index, 'left')
  return received === null || sent === null ? null : sent <= BEHIND_EXCESS * received + BEHIND_EXCESS_VEH
}

function followersOf(
  context: Context,
  junction: SignalJunction,
  lane: number,
): { readonly entering: readonly LanePlace[]; readonly feeders: readonly Feeder[] } | null {
  const exits = new Set(junction.lanes[lane].into.map(({ road }) => road))
  if (exits.size !== 1) return null
  for (const other of context.signal_network.values()) {
    const first = other.lanes.findIndex(({ feeders }) => feeders.some((one) => one.junction === junction.id && one.lane === lane))
    if (first < 0) continue
    const feeders = other.lanes[first].exclusive_feeders
    return feeders.length === 0
      ? null
      : { entering: other.lanes[first].siblings.map((one) => ({ junction: other.id, lane: one })), feeders }
  }
  return null
}
