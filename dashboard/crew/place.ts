/** Where this phone is. Known only while a screen or the sharing asks for it, and sent only by `sharing.ts`. */
import { type Signal, signal } from '@preact/signals'
import type { LonLat } from '../../engine/base/geo.ts'

export interface OwnPlace {
  readonly at: LonLat
  readonly accuracy_m: number
  readonly speed_mps: number | null
  readonly heading_deg: number | null
  /** This phone's clock. */
  readonly ts: number
}

export const ownPlace: Signal<OwnPlace | null> = signal(null)
/** The browser, or the person who was asked, does not allow it. */
export const placeDenied: Signal<boolean> = signal(false)

let watching: number | null = null
let askers = 0

/** @returns ends the watch of this asker; the phone listens on for the others */
export function watchPlace(): () => void {
  if (!('geolocation' in navigator)) {
    placeDenied.value = true
    return () => undefined
  }
  askers++
  watching ??= navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const { longitude, latitude, accuracy, speed, heading } = coords
      placeDenied.value = false
      ownPlace.value = { at: [longitude, latitude], accuracy_m: accuracy, speed_mps: speed, heading_deg: heading, ts: timestamp }
    },
    ({ code, PERMISSION_DENIED }) => {
      placeDenied.value = code === PERMISSION_DENIED
      ownPlace.value = null
    },
    { enableHighAccuracy: true, maximumAge: 10_000 },
  )
  let asking = true
  return () => {
    if (!asking) return
    asking = false
    askers--
    if (askers > 0 || watching === null) return
    navigator.geolocation.clearWatch(watching)
    watching = null
    ownPlace.value = null
  }
}
