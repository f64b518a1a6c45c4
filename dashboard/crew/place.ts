/** Where this phone is, while somebody is on the way; asked for when a crew sets out, never sent anywhere. */
import { type Signal, signal } from '@preact/signals'
import type { LonLat } from '../../engine/base/geo.ts'

export interface OwnPlace {
  readonly at: LonLat
  readonly accuracy_m: number
}

export const ownPlace: Signal<OwnPlace | null> = signal(null)

let watching: number | null = null

export function watchPlace(wanted: boolean): void {
  if (!('geolocation' in navigator) || wanted === (watching !== null)) return
  if (watching !== null) {
    navigator.geolocation.clearWatch(watching)
    watching = null
    return
  }
  watching = navigator.geolocation.watchPosition(
    ({ coords }) => {
      ownPlace.value = { at: [coords.longitude, coords.latitude], accuracy_m: coords.accuracy }
    },
    () => {
      ownPlace.value = null
    },
    { enableHighAccuracy: true, maximumAge: 10_000 },
  )
}
