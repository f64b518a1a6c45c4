/** Everything the phone knows, as signals, and what its buttons do. Built once in main.tsx. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { CrewFrame, CrewJob, CrewView, PhotoStage } from '../../gateway/wire/phone.ts'
import { sendPhoto, sendPress, signIn, signOut } from './data/api.ts'
import { newId } from './data/id.ts'
import { type Link, openLink } from './data/link.ts'
import { currentJob, jobsToKeep, type NewPress, nextToSend, type Press, type PressType, type ShownJob, settledOf } from './data/queue.ts'
import { shrinkPhoto } from './data/shrink.ts'
import { type CrewStore, type Draft, EMPTY_DRAFT, type LastView, type Photo, type Session } from './data/store.ts'
import { alone, createSender, type Sender } from './data/sync.ts'

export type Tab = 'jobs' | 'map' | 'me'
/** Something could not be kept or read on this phone itself. */
export type Trouble = 'storage' | 'picture'

export interface Phone {
  readonly base: URL
  readonly store: CrewStore
  readonly session: Signal<Session | null>
  readonly view: Signal<LastView | null>
  readonly presses: Signal<readonly Press[]>
  readonly photos: Signal<readonly Photo[]>
  readonly drafts: Signal<Readonly<Record<string, Draft>>>
  readonly put_away: Signal<ReadonlySet<string>>
  readonly connected: Signal<boolean>
  /** This phone's clock, whole seconds. */
  readonly second: Signal<number>
  /** The brain's clock as far as it is known. */
  readonly now: ReadonlySignal<number>
  readonly timezone: ReadonlySignal<string>
  readonly jobs: ReadonlySignal<readonly CrewJob[]>
  readonly current: ReadonlySignal<ShownJob | null>
  /** Of this crew: presses and photos that are not sent. */
  readonly waiting: ReadonlySignal<{ readonly presses: number; readonly photos: number }>
  readonly refused: ReadonlySignal<readonly Press[]>
  readonly tab: Signal<Tab>
  readonly trouble: Signal<Trouble | null>
  signIn(given: { readonly code: string } | { readonly ticket: string }): Promise<'code' | 'wait' | 'away' | null>
  signOut(): Promise<void>
  press(type: PressType, more?: Partial<Pick<NewPress, 'task' | 'note' | 'delay_min' | 'need' | 'photo'>>): Promise<boolean>
  takePhoto(task: string, stage: PhotoStage, file: Blob): Promise<void>
  dropPhoto(photo: Photo): Promise<void>
  setDraft(task: string, draft: Draft): void
  /** The crew has seen the end of a job. */
  putAway(task: string): void
  /** To look at it again, and correct it. */
  takeOut(task: string): void
  /** The crew has read why these presses were refused. */
  understood(presses: readonly Press[]): Promise<void>
  /** The network may be back, or somebody looks at the phone again. */
  wake(): void
  /** The network is gone. */
  lost(): void
  /** What was kept on this phone, once, before anything is drawn. */
  restore(): Promise<void>
}

const PUT_AWAY_MAX = 50
/** A photo that was sent stays visible on the phone so long, and no longer: people may be on it. */
const SENT_PHOTO_MS = 3_600_000

export function createPhone(base: URL, store: CrewStore): Phone {
  const session = signal<Session | null>(null)
  const view = signal<LastView | null>(null)
  const presses = signal<readonly Press[]>([])
  const photos = signal<readonly Photo[]>([])
  const drafts = signal<Readonly<Record<string, Draft>>>({})
  const put_away = signal<ReadonlySet<string>>(new Set())
  const connected = signal(false)
  const second = signal(Date.now())
  const trouble = signal<Trouble | null>(null)
  const crew = (): string => session.peek()?.crew ?? ''
  const viewNow = (): number => view.value?.frame.now ?? 0
  const brainNow = (): number => Date.now() + (view.peek()?.ahead_ms ?? 0)
  let link: Link | null = null

  const jobs = computed(() => [...(view.value?.frame.view.jobs ?? []), ...(view.value?.kept ?? [])])
  const own = computed(() => presses.value.filter((press) => press.crew === session.value?.crew))
  const waiting = computed(() => ({
    presses: own.value.filter(({ state }) => state === 'waiting').length,
    photos: photos.value.filter(({ state, crew }) => state === 'waiting' && crew === session.value?.crew).length,
  }))

  /** A change that must not be lost; false when this phone could not keep it. */
  async function kept(change: () => Promise<void>): Promise<boolean> {
    try {
      await change()
      trouble.value = null
      return true
    } catch {
      trouble.value = 'storage'
      return false
    }
  }
  const replacePress = (press: Press): void => {
    presses.value = presses.value.map((one) => (one.n === press.n ? press : one))
  }
  const replacePhoto = (photo: Photo): void => {
    photos.value = photos.value.map((one) => (one.id === photo.id ? photo : one))
  }

  const pressSender: Sender = createSender<Press>(
    {
      next: () => (session.peek() === null ? null : nextToSend(presses.peek(), crew())),
      async send(press) {
        const by = session.peek()
        return by === null ? { outcome: 'signed_out' } : sendPress(base, by, press)
      },
      async settled(press, sent) {
        if (sent.outcome === 'signed_out') ended()
        const answered: Press | null =
          sent.outcome === 'taken'
            ? { ...press, state: 'sent', seen_from: sent.now }
            : sent.outcome === 'refused'
              ? { ...press, state: 'refused', why: sent.why }
              : null
        if (answered === null) return
        await kept(() => store.putPress(answered))
        replacePress(answered)
        dropSettled()
        tellWaiting()
      },
    },
    alone('presses'),
  )
  const photoSender: Sender = createSender<Photo>(
    {
      next: () => photos.peek().find((photo) => photo.state === 'waiting' && photo.crew === crew()) ?? null,
      async send(photo) {
        const by = session.peek()
        return by === null ? { outcome: 'signed_out' } : sendPhoto(base, by, photo)
      },
      async settled(photo, sent) {
        if (sent.outcome === 'signed_out') ended()
        if (sent.outcome !== 'taken' && sent.outcome !== 'refused') return
        const answered: Photo = { ...photo, state: sent.outcome === 'taken' ? 'sent' : 'refused', why: 'why' in sent ? sent.why.en : null }
        await kept(() => store.putPhoto(answered))
        replacePhoto(answered)
        tellWaiting()
      },
    },
    alone('photos'),
  )

  const tellWaiting = (): void => link?.tell(waiting.peek().presses + waiting.peek().photos)

  /** Nothing depends any more on presses that the server's view has in it. */
  function dropSettled(): void {
    const settled = settledOf(presses.peek(), view.peek()?.frame.now ?? 0)
    if (settled.length === 0) return
    presses.value = presses.peek().filter((press) => !settled.includes(press))
    void kept(() => store.removePresses(settled))
  }

  function dropOldPhotos(): void {
    const old = photos.peek().filter(({ state, ts }) => state === 'sent' && brainNow() - ts > SENT_PHOTO_MS)
    if (old.length === 0) return
    photos.value = photos.peek().filter((photo) => !old.includes(photo))
    void kept(() => store.removePhotos(old))
  }

  function takeFrame(frame: CrewFrame): void {
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
      kept: jobsToKeep(frame.view.jobs, known, pending).slice(frame.view.jobs.length),
    }
    batch(() => {
      view.value = next
      dropSettled()
    })
    void kept(() => store.write('view', next))
    dropOldPhotos()
  }

  function takeView(seen: CrewView): void {
    const before = view.peek()
    if (before !== null) takeFrame({ ...before.frame, now: brainNow(), view: seen })
  }

  function ended(): void {
    link?.stop()
    link = null
    connected.value = false
    session.value = null
    void kept(() => store.write('session', null))
  }

  function begin(next: Session): void {
    link?.stop()
    session.value = next
    link = openLink(base, next, {
      frame: takeFrame,
      view: takeView,
      connected: (open) => {
        connected.value = open
        if (open) {
          pressSender.kick()
          photoSender.kick()
        }
      },
      signedOut: ended,
    })
    tellWaiting()
    pressSender.kick()
    photoSender.kick()
  }

  return {
    base,
    store,
    session,
    view,
    presses,
    photos,
    drafts,
    put_away,
    connected,
    second,
    now: computed(() => second.value + (view.value?.ahead_ms ?? 0)),
    timezone: computed(() => view.value?.frame.timezone ?? 'Asia/Shanghai'),
    jobs,
    current: computed(() => currentJob(jobs.value, own.value, viewNow(), put_away.value)),
    waiting,
    refused: computed(() => own.value.filter(({ state }) => state === 'refused')),
    tab: signal<Tab>('jobs'),
    trouble,
    async signIn(given) {
      const answer = await signIn(base, given)
      if ('why' in answer) return answer.why
      const before = session.peek()
      if (before !== null) void signOut(base, before)
      if (view.peek()?.frame.view.crew.id !== answer.session.crew) view.value = null
      await kept(() => store.write('session', answer.session))
      begin(answer.session)
      return null
    },
    async signOut() {
      const before = session.peek()
      ended()
      if (before !== null) await signOut(base, before)
    },
    async press(type, more = {}) {
      const press: NewPress = { id: newId(), crew: crew(), type, task: null, ts: brainNow(), ...more }
      const done = await kept(async () => {
        const added = await store.addPress(press)
        presses.value = [...presses.peek(), added]
      })
      tellWaiting()
      pressSender.kick()
      return done
    },
    async takePhoto(task, stage, file) {
      const blob = await shrinkPhoto(file)
      if (blob === null) {
        trouble.value = 'picture'
        return
      }
      const photo: Photo = { id: newId(), crew: crew(), task, stage, ts: brainNow(), blob, state: 'waiting', why: null }
      await kept(() => store.putPhoto(photo))
      photos.value = [...photos.peek(), photo]
      tellWaiting()
      photoSender.kick()
    },
    async dropPhoto(photo) {
      photos.value = photos.peek().filter(({ id }) => id !== photo.id)
      await kept(() => store.removePhotos([photo]))
      tellWaiting()
    },
    setDraft(task, draft) {
      drafts.value = { ...drafts.peek(), [task]: draft }
      void kept(() => store.write('drafts', drafts.peek()))
    },
    putAway(task) {
      put_away.value = new Set([...put_away.peek(), task].slice(-PUT_AWAY_MAX))
      const { [task]: _done, ...others } = drafts.peek()
      drafts.value = others
      void kept(() => store.write('put_away', [...put_away.peek()]))
      void kept(() => store.write('drafts', others))
    },
    takeOut(task) {
      put_away.value = new Set([...put_away.peek()].filter((one) => one !== task))
      void kept(() => store.write('put_away', [...put_away.peek()]))
    },
    async understood(read) {
      presses.value = presses.peek().filter((press) => !read.includes(press))
      const last = view.peek()
      const still = new Set(presses.peek().map(({ task }) => task))
      if (last !== null) view.value = { ...last, kept: last.kept.filter(({ id }) => still.has(id)) }
      await kept(() => store.removePresses(read))
    },
    wake() {
      link?.retry()
      pressSender.kick()
      photoSender.kick()
    },
    lost() {
      link?.drop()
    },
    async restore() {
      const [was, last, queued, taken, drafted, away] = await Promise.all([
        store.read('session'),
        store.read('view'),
        store.presses(),
        store.photos(),
        store.read('drafts'),
        store.read('put_away'),
      ])
      batch(() => {
        view.value = last
        presses.value = queued
        photos.value = taken
        drafts.value = drafted ?? {}
        put_away.value = new Set(away)
      })
      if (was !== null) begin(was)
    },
  }
}

export const draftOf = (phone: Phone, task: string): Draft => phone.drafts.value[task] ?? EMPTY_DRAFT

const PhoneContext = createContext<Phone | null>(null)
export const PhoneProvider = PhoneContext.Provider

export function usePhone(): Phone {
  const phone = useContext(PhoneContext)
  if (phone === null) throw new Error('a screen outside of the phone')
  return phone
}
