/** Whether a camera may look at a preset: the last word before any command, whoever gives it, and what the planner goes by. */
import type { EpochMs } from '../base/time.ts'
import { allowedUntil, assessmentOf } from './assessment.ts'
import type { Bilingual } from './bilingual.ts'
import type { CameraPreset } from './cameras.ts'
import type { DeviceKey } from './city.ts'
import type { Context } from './context.ts'

/** `until`: no later than this. `kinds`: what may be looked for there; null for all, empty where a camera may only rest. */
export type PresetLaw = { readonly until: EpochMs; readonly kinds: readonly string[] | null } | { readonly why: Bilingual }

const NO_MASKS: Bilingual = { en: 'nobody has said what is masked there', zh: '未声明该预置位的隐私遮挡' }
const NO_ASSESSMENT: Bilingual = { en: 'no impact assessment covers the camera', zh: '摄像机未经个人信息保护影响评估' }

export function presetLaw(context: Context, device: DeviceKey, id: string, now: EpochMs): PresetLaw {
  const terms = context.devices.get(device)?.camera
  const preset = terms?.presets.find((one) => one.id === id)
  if (terms === undefined || preset === undefined) return { why: { en: `${device} has no preset ${id}`, zh: `${device} 没有预置位 ${id}` } }
  if (preset.masks === undefined) return { why: NO_MASKS }
  const assessment = assessmentOf(context.assessments, device)
  if (assessment === null) return { why: NO_ASSESSMENT }
  const kinds = bothOf(preset, assessment.kinds)
  const until = allowedUntil(assessment, context.localHour(now), now)
  if (terms.patrol?.home === id) return { until: Number.POSITIVE_INFINITY, kinds: until === null ? [] : kinds }
  if (kinds !== null && kinds.length === 0)
    return {
      why: { en: `what can be told there is not among the kinds of ${assessment.id}`, zh: `可识别的事项不在 ${assessment.id} 的用途之内` },
    }
  return until === null
    ? { why: { en: `${assessment.id} does not allow it at this hour`, zh: `${assessment.id} 不允许在此时段使用` } }
    : { until, kinds }
}

function bothOf({ kinds }: CameraPreset, allowed: readonly string[] | null): readonly string[] | null {
  if (kinds === undefined) return allowed
  return allowed === null ? kinds : kinds.filter((kind) => allowed.includes(kind))
}

/** Without purposes that are written down nobody sends a camera round by itself. */
export const mayPatrol = (context: Context, device: DeviceKey): boolean =>
  (assessmentOf(context.assessments, device)?.kinds ?? null) !== null
