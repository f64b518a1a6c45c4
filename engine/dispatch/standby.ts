/**
 * Idle crews wait where urgent calls are to be expected: when the cover of a skill is thin, one of them is asked to wait at another
 * depot. The gain is that of the maximal expected covering location model (Daskin 1983), as in solve/cover.ts, with travel as the crow
 * flies: a standing place is no appointment. One move at a time and none twice in half an hour, so that nobody drives to and fro.
 */
import { distance_m, type LonLat } from '../base/geo.ts'
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import type { Depot } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import { expectedCover } from '../solve/cover.ts'
import { isUnheard } from './crews.ts'
import { type ExpectedCall, expectCalls } from './demand.ts'
import { type CrewRecord, type DispatchState, isFree } from './record.ts'

const EVERY_MS = 10 * MINUTE_MS
const REST_MS = 30 * MINUTE_MS
const NOTICE_S = 600
/** A move has to win so many urgent calls covered while a crew that is sent is away, for each hour of driving. */
const GAIN_PER_H = 0.2
/** Town driving as the crow flies. */
const CROW_MPS = 7

interface Move {
  readonly record: CrewRecord
  readonly depot: Depot
  readonly gain: number
  readonly drive_s: number
}

/** Asks one crew to wait elsewhere, where that is worth its drive. */
export function relocate(state: DispatchState, context: Context, now: EpochMs, out: Outcome): void {
  if (context.dispatch.cover_min === 0 || now < state.standby_at) return
  state.standby_at = now + EVERY_MS
  const idle = [...state.crews.values()].filter(isFree)
  const calls = expectCalls(state.calls, now)
  if (calls.length === 0 || [...state.open.values()].some(({ task }) => task.status === 'waiting')) return
  const best = bestMove(context, idle, calls, now)
  if (best === null) return
  best.record.moved = now
  ask(best, now, out)
}

function bestMove(context: Context, idle: readonly CrewRecord[], calls: readonly ExpectedCall[], now: EpochMs): Move | null {
  const reach_m = 60 * context.dispatch.cover_min * CROW_MPS
  const reaches = (from: LonLat): boolean[] => calls.map(({ at }) => distance_m(from, at) <= reach_m)
  const depots = context.city.depots.map((depot) => ({ depot, near: reaches(depot.at) }))
  const crews = idle.map((record) => ({ record, near: reaches(record.crew.at) }))
  const suits = ({ crew }: CrewRecord, call: number): boolean => crew.skills.includes(calls[call].skill)
  const covering = calls.map((_, call) => crews.filter(({ record, near }) => near[call] && suits(record, call)).length)

  let best: Move | null = null
  for (const { record, near } of crews) {
    if (isUnheard(record, now) || (record.moved !== null && now - record.moved < REST_MS)) continue
    for (const there of depots) {
      const drive_s = distance_m(record.crew.at, there.depot.at) / CROW_MPS
      let gain = 0
      calls.forEach(({ expected }, call) => {
        if (near[call] === there.near[call] || !suits(record, call)) return
        const crews_n = covering[call]
        gain += expected * (expectedCover(crews_n + (near[call] ? -1 : 1)) - expectedCover(crews_n))
      })
      if (gain > (GAIN_PER_H * drive_s) / 3600 && gain > (best?.gain ?? 0)) best = { record, depot: there.depot, gain, drive_s }
    }
  }
  return best
}

function ask({ record: { crew }, depot, gain, drive_s }: Move, now: EpochMs, out: Outcome): void {
  const min = Math.max(1, Math.round(drive_s / 60))
  const text = `Please wait at ${depot.name.en} (about ${min} min): few crews are near there`
  const text_zh = `请到${depot.name.zh}待命（约 ${min} 分钟）：该处附近班组不足`
  out.proposals.push({
    kind: 'command',
    slot: `${crew.id} notice standby`,
    device: crew.id,
    body: { kind: 'notice', to: 'standby', text, text_zh, at: depot.at },
    expires_s: NOTICE_S,
    reason: {
      policy: 'standby',
      text,
      text_zh,
      evidence: [`depot ${depot.id} at ${now}: ${gain.toFixed(3)} more urgent calls covered within 25 min`],
    },
  })
}
