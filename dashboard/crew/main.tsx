/** Where the phone is put together: what was kept, settings, sign-in by link, clock, screen, the worker that opens it without network. */
import { render } from 'preact'
import '../tokens.css'
import './crew.css'
import { soundOffers, unlockSound } from './alarm.ts'
import { CrewApp, NoStore } from './app.tsx'
import { openCrewStore } from './data/store.ts'
import { createPhone, type Phone, PhoneProvider } from './phone.ts'
import { startSettings } from './settings.ts'
import { startSharing } from './sharing.ts'

/** The ticket of a QR code is in the fragment, which no server ever sees; it is good once and goes out of the address at once. */
function takeTicket(): string | null {
  const ticket = new URLSearchParams(location.hash.slice(1)).get('ticket')
  if (ticket !== null) history.replaceState(null, '', location.pathname + location.search)
  return ticket
}

function tick(phone: Phone): void {
  phone.second.value = Date.now()
  setTimeout(() => tick(phone), 1000 - (Date.now() % 1000))
}

async function main(): Promise<void> {
  const base = new URL('..', location.href)
  base.search = ''
  base.hash = ''
  startSettings(new URLSearchParams(location.search))
  const root = document.getElementById('crew')
  if (root === null) throw new Error('index.html has no #crew')
  const store = await openCrewStore().catch(() => null)
  if (store === null) {
    // A private window: what cannot be kept must not be promised.
    render(<NoStore />, root)
    return
  }
  const phone = createPhone(base, store)
  await phone.restore()
  const ticket = takeTicket()
  tick(phone)
  soundOffers(phone)
  startSharing(phone)
  addEventListener('pointerdown', unlockSound)
  addEventListener('online', phone.wake)
  addEventListener('offline', phone.lost)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') phone.wake()
  })
  render(
    <PhoneProvider value={phone}>
      <CrewApp ticket={ticket} />
    </PhoneProvider>,
    root,
  )
  // Asked for so that what waits here is not thrown away when the phone's memory is short.
  void navigator.storage?.persist?.()
  if ('serviceWorker' in navigator && !import.meta.env.DEV) await navigator.serviceWorker.register(new URL('crew/worker.js', base))
}

void main()
