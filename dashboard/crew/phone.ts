/** The phone: what it knows (state.ts) and what its buttons do. Built once in main.tsx. */
import { batch } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { PhotoStage } from '../../gateway/wire/phone.ts'
import { signIn, signOut } from './data/api.ts'
import { newId } from './data/id.ts'
import type { NewPress, Press, PressType } from './data/queue.ts'
import { shrinkPhoto } from './data/shrink.ts'
import { type CrewStore, type Draft, EMPTY_DRAFT, type Photo } from './data/store.ts'
import { createExchange, type Exchange } from './exchange.ts'
import { createPhoneState, type PhoneState } from './state.ts'

type Details = Partial<Pick<NewPress, 'task' | 'note' | 'delay_min' | 'need' | 'photo' | 'stop'>>

export interface Phone extends PhoneState {
  /** What was kept on this phone, once, before anything is drawn. */
  restore(): Promise<void>
  signIn(given: { readonly code: string } | { readonly ticket: string }): Promise<'code' | 'wait' | 'away' | null>
  signOut(): Promise<void>
  press(type: PressType, more?: Details): Promise<void>
  takePhoto(task: string, stage: PhotoStage, file: Blob): Promise<void>
  dropPhoto(photo: Photo): Promise<void>
  setDraft(task: string, draft: Draft): void
  /** The crew has seen the end of a job. */
  putAway(task: string): void
  /** To look at it again, and correct it. */
  takeOut(task: string): void
  /** The crew has read why these presses were refused. */
  understood(presses: readonly Press[]): Promise<void>
  /** The crew has read what was said to it. */
  readMessages(): void
  wake(): void
  lost(): void
}

const PUT_AWAY_MAX = 50
/** A second tap of a wet finger is not a second press. */
const TAP_MS = 1000

type Actions<K extends keyof Phone> = Pick<Phone, K>

function signing(state: PhoneState, exchange: Exchange): Actions<'restore' | 'signIn' | 'signOut'> {
  const { base, store, session, view } = state
  return {
    async restore() {
      const [was, last, queued, taken, drafted, away, read] = await Promise.all([
        store.read('session'),
        store.read('view'),
        store.presses(),
        store.photos(),
        store.read('drafts'),
        store.read('put_away'),
        store.read('read_until'),
      ])
      batch(() => {
        view.value = last
        state.presses.value = queued
        state.photos.value = taken
        state.drafts.value = drafted ?? {}
        state.put_away.value = new Set(away)
        state.read_until.value = read ?? 0
      })
      if (was !== null) exchange.begin(was)
    },
    async signIn(given) {
      const answer = await signIn(base, given)
      if ('why' in answer) return answer.why
      const before = session.peek()
      if (before !== null) void signOut(base, before)
      if (view.peek()?.frame.view.crew.id !== answer.session.crew) view.value = null
      await state.keep(() => store.write('session', answer.session))
      exchange.begin(answer.session)
      return null
    },
    async signOut() {
      const before = session.peek()
      exchange.end()
      if (before !== null) await signOut(base, before)
    },
  }
}

function pressing({ store, session, presses, view, keep, brainNow }: PhoneState, exchange: Exchange): Actions<'press' | 'understood'> {
  const tapped = new Map<string, number>()
  return {
    async press(type, more = {}) {
      const tap = `${more.task} ${type}`
      if (performance.now() - (tapped.get(tap) ?? Number.NEGATIVE_INFINITY) < TAP_MS) return
      tapped.set(tap, performance.now())
      const press: NewPress = { id: newId(), crew: session.peek()?.crew ?? '', type, task: null, ts: brainNow(), ...more }
      const kept = await keep(async () => {
        const added = await store.addPress(press)
        presses.value = [...presses.peek(), added]
      })
      if (kept) exchange.changed()
      else tapped.delete(tap)
    },
    async understood(read) {
      presses.value = presses.peek().filter((press) => !read.includes(press))
      const last = view.peek()
      const still = new Set(presses.peek().map(({ task }) => task))
      if (last !== null) view.value = { ...last, kept: last.kept.filter(({ id }) => still.has(id)) }
      await keep(() => store.removePresses(read))
    },
  }
}

function photographing(state: PhoneState, exchange: Exchange): Actions<'takePhoto' | 'dropPhoto'> {
  const { store, session, photos, trouble, keep, brainNow } = state
  return {
    async takePhoto(task, stage, file) {
      const blob = await shrinkPhoto(file)
      if (blob === null) {
        trouble.value = 'picture'
        return
      }
      const crew = session.peek()?.crew ?? ''
      const photo: Photo = { id: newId(), crew, task, stage, ts: brainNow(), blob, state: 'waiting', why: null }
      if (!(await keep(() => store.putPhoto(photo)))) return
      photos.value = [...photos.peek(), photo]
      exchange.changed()
    },
    async dropPhoto(photo) {
      photos.value = photos.peek().filter(({ id }) => id !== photo.id)
      await keep(() => store.removePhotos([photo]))
      exchange.changed()
    },
  }
}

function reading({
  store,
  drafts,
  put_away,
  read_until,
  unread,
  keep,
}: PhoneState): Actions<'setDraft' | 'putAway' | 'takeOut' | 'readMessages'> {
  const keepPutAway = (tasks: readonly string[]): void => {
    put_away.value = new Set(tasks)
    void keep(() => store.write('put_away', tasks))
  }
  const keepDrafts = (next: Readonly<Record<string, Draft>>): void => {
    drafts.value = next
    void keep(() => store.write('drafts', next))
  }
  return {
    setDraft: (task, draft) => keepDrafts({ ...drafts.peek(), [task]: draft }),
    putAway(task) {
      const { [task]: _over, ...others } = drafts.peek()
      keepDrafts(others)
      keepPutAway([...put_away.peek(), task].slice(-PUT_AWAY_MAX))
    },
    takeOut: (task) => keepPutAway([...put_away.peek()].filter((one) => one !== task)),
    readMessages() {
      const newest = unread.peek().at(-1)
      if (newest === undefined) return
      read_until.value = newest.ts
      void keep(() => store.write('read_until', newest.ts))
    },
  }
}

export function createPhone(base: URL, store: CrewStore): Phone {
  const state = createPhoneState(base, store)
  const exchange = createExchange(state)
  const { wake, lost } = exchange
  return {
    ...state,
    ...signing(state, exchange),
    ...pressing(state, exchange),
    ...photographing(state, exchange),
    ...reading(state),
    wake,
    lost,
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
