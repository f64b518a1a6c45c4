/** What people see of the cameras that go round. */
import type { EpochMs } from '../../base/time.ts'
import type { Bilingual } from '../../model/bilingual.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Reason } from '../../model/incident.ts'
import { openPresets } from './options.ts'
import { turningCameras } from './places.ts'
import { presetName } from './reason.ts'
import type { NextLook, PatrolState } from './state.ts'

export interface NamedPreset {
  readonly id: string
  readonly name: Bilingual
}

export interface PatrolView {
  readonly device: DeviceKey
  readonly name: Bilingual
  /** Where it looks; null when nobody knows. */
  readonly preset: NamedPreset | null
  /** It has not arrived there yet, or has not said so. */
  readonly turning: boolean
  readonly until: EpochMs
  /** Who has taken it over. */
  readonly by: string | null
  readonly reason: Reason | null
  readonly next: readonly (Pick<NextLook, 'from' | 'until' | 'why'> & { readonly preset: NamedPreset })[]
  readonly presets: readonly (NamedPreset & { readonly why: Bilingual | null; readonly seen: EpochMs | null })[]
  /** Doubts that it sees now. */
  readonly doubts: readonly string[]
}

/** By key of the camera. Changes nothing. */
export function viewPatrols(state: PatrolState, context: Context, now: EpochMs): PatrolView[] {
  return turningCameras(context.city).flatMap((places): PatrolView[] => {
    const record = state.cameras.get(places.key)
    if (record === undefined) return []
    const named = (id: string): NamedPreset => ({ id, name: presetName(places, id) })
    const { closed } = openPresets(context, places, record, now)
    return [
      {
        device: places.key,
        name: places.device.name,
        preset: record.preset === null ? null : named(record.preset),
        turning: record.preset !== null && (!record.answered || now < record.settled),
        until: record.until,
        by: record.by,
        reason: record.reason,
        next: record.next.map(({ preset, from, until, why }) => ({ preset: named(preset), from, until, why })),
        presets: places.presets.map(({ preset: { id } }) => {
          const why = closed.find(({ preset }) => preset === id)
          return { ...named(id), why: why === undefined ? null : { en: why.en, zh: why.zh }, seen: record.seen.get(id) ?? null }
        }),
        doubts: record.told,
      },
    ]
  })
}
