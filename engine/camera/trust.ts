/**
 * How far a camera is believed for one type of event. Its precision, the share of its detections that people found true, has a Beta prior of four true and one false: it begins
 * at 0.8 and moves with every verdict (Gelman and others, Bayesian Data Analysis, section 2.4). The score from which its word alone suffices moves against it.
 */
import type { DeviceKey } from '../model/city.ts'
import { eventKind } from './kinds.ts'

export interface Verdicts {
  true_count: number
  false_count: number
}

/** By `<device> <type>`. */
export type Trust = Map<string, Verdicts>

const PRIOR_TRUE = 4
const PRIOR_FALSE = 1
const PRIOR = PRIOR_TRUE / (PRIOR_TRUE + PRIOR_FALSE)
/** A camera that is half wrong has to be 0.15 surer of itself. */
const SHIFT = 0.5
const SCORE_MIN = 0.4
const SCORE_MAX = 0.97
/** Verdicts older than this many weigh no more: a camera that was cleaned gets better. */
const VERDICTS_MAX = 200

const keyOf = (device: DeviceKey, type: string): string => `${device} ${type}`

export function precisionOf(trust: Trust, device: DeviceKey, type: string): number {
  const { true_count, false_count } = trust.get(keyOf(device, type)) ?? { true_count: 0, false_count: 0 }
  return (PRIOR_TRUE + true_count) / (PRIOR_TRUE + PRIOR_FALSE + true_count + false_count)
}

/** Least score with which the camera's word alone makes an incident. */
export function thresholdOf(trust: Trust, device: DeviceKey, type: string): number {
  const { score_min } = eventKind(type)
  if (!trust.has(keyOf(device, type))) return score_min
  return Math.min(SCORE_MAX, Math.max(SCORE_MIN, score_min + SHIFT * (PRIOR - precisionOf(trust, device, type))))
}

export function noteVerdict(trust: Trust, device: DeviceKey, type: string, verdict: boolean): void {
  const key = keyOf(device, type)
  const known = trust.get(key) ?? { true_count: 0, false_count: 0 }
  trust.set(key, known)
  if (verdict) known.true_count++
  else known.false_count++
  if (known.true_count + known.false_count <= VERDICTS_MAX) return
  known.true_count /= 2
  known.false_count /= 2
}
