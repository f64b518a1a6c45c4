/** A camera that can turn, as it turns: to a preset until the command expires, then home; while it turns it makes nothing out. */
import type { LonLat } from '../../engine/base/geo.ts'
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import { DEFAULT_PATROL, seesPlace } from '../../engine/model/cameras.ts'
import { type Answer, rejected, type Setup, type WireCommand } from '../device.ts'

export interface PtzState {
  preset: string | null
  settled: EpochMs
  /** null: until it is told otherwise. */
  until: EpochMs | null
}

export interface Ptz {
  readonly state: PtzState
  /** @param until null for a camera that knows no expiry, as ONVIF presets do not */
  turn(preset: string, now: EpochMs, until: EpochMs | null): Answer
  obey(command: WireCommand, now: EpochMs): Answer
  sees(place: LonLat, now: EpochMs): boolean
}

export function createPtz({ device }: Setup): Ptz {
  const { presets = [], patrol = DEFAULT_PATROL } = device.camera ?? {}
  const home = patrol.home ?? presets[0]?.id ?? null
  const state: PtzState = { preset: home, settled: 0, until: null }

  const turn = (preset: string, now: EpochMs, until: EpochMs | null): Answer => {
    if (!presets.some(({ id }) => id === preset)) return rejected(`this camera has no preset ${preset}`)
    if (state.preset !== preset) state.settled = now + patrol.move_s * SECOND_MS
    Object.assign(state, { preset, until })
    return { status: 'done' }
  }
  return {
    state,
    turn,
    obey: ({ fields: { preset }, expires }, now) =>
      typeof preset === 'string' ? turn(preset, now, expires) : rejected('preset must be a text'),
    sees(place, now) {
      if (state.until !== null && now >= state.until && home !== null) turn(home, now, null)
      const view = presets.find(({ id }) => id === state.preset)
      return view === undefined || (now >= state.settled && seesPlace(view, device.at, place))
    },
  }
}
