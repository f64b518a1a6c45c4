/** Between phone and server while somebody is signed in: what waits goes out, the crew's view comes in. */
import { batch } from '@preact/signals'
import type { CrewFrame } from '../../gateway/wire/phone.ts'
import { type Sent, sendPhoto, sendPress } from './data/api.ts'
import { type Link, openLink } from './data/link.ts'
import { jobsToKeep, nextToSend, type Press, settledOf } from './data/queue.ts'
import type { LastView, Photo, Session } from './data/store.ts'
import { alone, createSender } from './data/sync.ts'
import type { PhoneState } from './state.ts'

export interface Exchange {
  begin(session: Session): void
  /** Signed out here or there; what waits stays. */
  end(): void
  /** Something new waits, or no longer does. */
  changed(): void
  /** The network may be back. */
  wake(): void
  /** The network is gone. */
  lost(): void
}

/** A photo that was sent stays visible on the phone so long, and no longer: people may be on it. */
const SENT_PHOTO_MS = 3_600_000

/** What an answer makes of a press; null leaves it as it is. */
function answeredPress(press: Press, sent: Sent): Press | null {
  if (sent.outcome === 'taken') return { ...press, state: 'sent', seen_from: sent.now }
  return sent.outcome === 'refused' ? { ...press, state: 'refused', why: sent.why } : null
}

function answeredPhoto(photo: Photo, sent: Sent): Photo | null {
  if (sent.outcome === 'taken') return { ...photo, state: 'sent' }
  return sent.outcome === 'refused' ? { ...photo, state: 'refused', why: sent.why } : null
}

/** Nothing depends any more on presses that the server's view has in it. */
function dropSettled({ presses, view, keep, store }: PhoneState): void {
  const settled = settledOf(presses.peek(), view.peek()?.frame.now ?? 0)
  if (settled.length === 0) return
  presses.value = presses.peek().filter((press) => !settled.includes(press))
  void keep(() => store.removePresses(settled))
}

function dropOldPhotos({ photos, brainNow, keep, store }: PhoneState): void {
  const old = photos.peek().filter(({ state, ts }) => state === 'sent' && brainNow() - ts > SENT_PHOTO_MS)
  if (old.length === 0) return
  photos.value = photos.peek().filter((photo) => !old.includes(photo))
  void keep(() => store.removePhotos(old))
}

function takeFrame(phone: PhoneState, frame: CrewFrame): void {
  const { view, presses, photos, keep, store } = phone
  const before = view.peek()
  const pending = new Set<string>()
  for (const { task, state } of presses.peek()) if (task !== null && state !== 'sent') pending.add(task)
  for (const { task, state } of photos.peek()) if (state === 'waiting') pending.add(task)
  const known = before === null ? [] : [...before.frame.view.jobs, ...before.kept]
  const received = Date.now()
  const next: LastView = {
    frame,
    received,
    ahead_ms: frame.now - received,
    kept: jobsToKeep(frame.view.jobs, known, pending),
  }
  batch(() => {
    view.value = next
    dropSettled(phone)
  })
  void keep(() => store.write('view', next))
  dropOldPhotos(phone)
}

export function createExchange(phone: PhoneState): Exchange {
  const { base, store, session, presses, photos, waiting, connected, keep } = phone
  let link: Link | null = null
  const crew = (): string => session.peek()?.crew ?? ''
  const bySession = (send: (by: Session) => Promise<Sent>): Promise<Sent> => {
    const by = session.peek()
    return by === null ? Promise.resolve({ outcome: 'signed_out' }) : send(by)
  }

  const pressSender = createSender<Press>(
    {
      next: () => nextToSend(presses.peek(), crew()),
      send: (press) => bySession((by) => sendPress(base, by, press)),
      async settled(press, sent) {
        if (sent.outcome === 'signed_out') end()
        const answered = answeredPress(press, sent)
        if (answered === null) return
        await keep(() => store.putPress(answered))
        presses.value = presses.peek().map((one) => (one.n === answered.n ? answered : one))
        dropSettled(phone)
        tellWaiting()
      },
    },
    alone('presses'),
  )
  const photoSender = createSender<Photo>(
    {
      next: () => photos.peek().find((photo) => photo.state === 'waiting' && photo.crew === crew()) ?? null,
      send: (photo) => bySession((by) => sendPhoto(base, by, photo)),
      async settled(photo, sent) {
        if (sent.outcome === 'signed_out') end()
        const answered = answeredPhoto(photo, sent)
        // Deleted on this phone while it was on its way.
        if (answered === null || !photos.peek().some(({ id }) => id === photo.id)) return
        await keep(() => store.putPhoto(answered))
        photos.value = photos.peek().map((one) => (one.id === answered.id ? answered : one))
        tellWaiting()
      },
    },
    alone('photos'),
  )

  const tellWaiting = (): void => link?.tell(waiting.peek().presses + waiting.peek().photos)
  function changed(): void {
    tellWaiting()
    pressSender.kick()
    photoSender.kick()
  }

  function end(): void {
    link?.stop()
    link = null
    connected.value = false
    session.value = null
    void keep(() => store.write('session', null))
  }

  return {
    begin(next) {
      link?.stop()
      session.value = next
      link = openLink(base, next, {
        frame: (frame) => takeFrame(phone, frame),
        connected: (open) => {
          connected.value = open
          if (open) changed()
        },
        signedOut: end,
      })
      changed()
    },
    end,
    changed,
    wake() {
      link?.retry()
      changed()
    },
    lost: () => link?.drop(),
  }
}
