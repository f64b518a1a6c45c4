/** Where a camera may look now, and why not elsewhere. */
import { type EpochMs, MINUTE_MS } from '../../base/time.ts'
import type { Bilingual } from '../../model/bilingual.ts'
import type { Context } from '../../model/context.ts'
import { mayPatrol, presetLaw } from '../../model/preset-law.ts'
import { type Concerns, needsAt, type Wish } from './needs.ts'
import type { TurningPlaces } from './places.ts'
import type { PresetOption } from './plan.ts'
import type { CameraPatrol, PatrolState } from './state.ts'

export interface Option extends PresetOption {
  readonly needs: readonly Wish[]
}

export interface Closed extends Bilingual {
  readonly preset: string
}

const NO_PURPOSE: Bilingual = { en: 'its impact assessment names no kinds of events', zh: '影响评估未列明可识别的事项' }
const REST: Bilingual = { en: 'it may only rest there', zh: '目前仅可停留' }
const DEAF: Bilingual = { en: 'the camera did not turn there a moment ago', zh: '摄像机刚才未转到该预置位' }

/** Presets by whether automation may look there now. */
export function openPresets(context: Context, { key, presets }: TurningPlaces, record: CameraPatrol, now: EpochMs) {
  const open: { readonly id: string; readonly until: EpochMs; readonly kinds: readonly string[] | null }[] = []
  const closed: Closed[] = []
  for (const {
    preset: { id },
  } of presets) {
    const law = presetLaw(context, key, id, now)
    if ('why' in law) closed.push({ preset: id, ...law.why })
    else if (!mayPatrol(context, key)) closed.push({ preset: id, ...NO_PURPOSE })
    else if (law.kinds?.length === 0) closed.push({ preset: id, ...REST })
    else if ((record.refused.get(id) ?? 0) > now) closed.push({ preset: id, ...DEAF })
    else open.push({ id, ...law })
  }
  return { open, closed }
}

/** With what speaks for each. */
export function optionsOf(
  state: PatrolState,
  context: Context,
  places: TurningPlaces,
  record: CameraPatrol,
  concerns: Concerns,
  now: EpochMs,
) {
  const { open, closed } = openPresets(context, places, record, now)
  const options = open.flatMap(({ id, until, kinds }): Option[] => {
    const view = places.presets.find(({ preset }) => preset.id === id)
    return view === undefined ? [] : [{ id, until, needs: needsAt(state, places, view, kinds, concerns, now) }]
  })
  return { options, closed }
}

/** When a preset was seen last; the moment the city began to be watched before that. */
const seenAt = (state: PatrolState, record: CameraPatrol, preset: string): EpochMs => record.seen.get(preset) ?? state.since

/** The preset that has been left alone for too long, the longest first; null when none has. */
export function overdueOf(
  state: PatrolState,
  record: CameraPatrol,
  options: readonly Option[],
  revisit_min: number,
  now: EpochMs,
): string | null {
  const late = options.map(({ id }) => ({ id, at: seenAt(state, record, id) })).filter(({ at }) => now - at > revisit_min * MINUTE_MS)
  if (late.length === 0) return null
  return late.reduce((oldest, one) => (one.at < oldest.at ? one : oldest)).id
}
