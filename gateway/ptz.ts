/**
 * Cameras that hang on a bridge are turned in the bridge's words: what `ptz` of their binding says, for Frigate `preset_<name>` on `{prefix}/{camera}/ptz`, which it hands to the
 * camera as an ONVIF preset. Such a bridge answers nothing: that it was handed over is all that is known.
 */
import type { Binding } from '../config/dialects.ts'
import type { Command } from '../engine/model/command.ts'

export interface PtzMessage {
  readonly topic: string
  readonly payload: string
}

/** Null for what goes to the device itself. */
export type PtzOf = (command: Command) => PtzMessage | null

/** @param bindings those in force now */
export function createPtz(bindings: () => readonly Binding[]): PtzOf {
  return (command) => {
    if (command.kind !== 'camera.preset') return null
    const ptz = bindings().find(({ device, ptz: own }) => device === command.device && own !== undefined)?.ptz
    if (ptz === undefined) return null
    const { presets = {} } = ptz
    const { preset } = command
    return { topic: ptz.topic, payload: Object.hasOwn(presets, preset) ? presets[preset] : `preset_${preset}` }
  }
}
