/**
 * Tells the centre where the crew is, if the crew has chosen that and while it is on duty: the nearest crew is then really the nearest. A place is worth
 * something now or never, so nothing of it is kept or sent later.
 */
import { effect } from '@preact/signals'
import { distance_m } from '../../engine/base/geo.ts'
import { sendPlace } from './data/api.ts'
import type { Phone } from './phone.ts'
import { type OwnPlace, ownPlace, watchPlace } from './place.ts'
import { share } from './settings.ts'

/** Less is the noise of a phone that lies still. */
const MOVED_M = 25
const OFTEN_MS = 10_000
/** The centre takes a phone that was silent for ten minutes as lost. */
const SELDOM_MS = 120_000
/** A place worse than this says which quarter, not which street. */
const ACCURACY_M = 150

/** Whether this place is worth a message after the last one. */
export function isWorthTelling(last: OwnPlace | null, place: OwnPlace): boolean {
  if (place.accuracy_m > ACCURACY_M) return false
  if (last === null) return true
  const since_ms = place.ts - last.ts
  return since_ms >= SELDOM_MS || (since_ms >= OFTEN_MS && distance_m(last.at, place.at) >= MOVED_M)
}

/** A shift press that is on its way counts. */
export function isOnDuty(phone: Phone): boolean {
  const last = phone.presses.value.findLast(({ type, state }) => type.startsWith('shift.') && state !== 'refused')
  return last === undefined ? phone.view.value?.frame.view.crew.status !== 'off' : last.type === 'shift.start'
}

/** For as long as the page is open. */
export function startSharing(phone: Phone): void {
  let last: OwnPlace | null = null
  effect(() => {
    if (share.value !== 'yes' || phone.session.value === null || phone.view.value === null || !isOnDuty(phone)) return
    return watchPlace()
  })
  effect(() => {
    const place = ownPlace.value
    const session = phone.session.value
    if (place === null || session === null || share.value !== 'yes' || !isOnDuty(phone) || !phone.connected.value) return
    if (!isWorthTelling(last, place)) return
    last = place
    void sendPlace(phone.base, session, place, phone.brainNow() - Date.now())
  })
}
