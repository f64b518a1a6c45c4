/** What the phone knows, as signals, and what follows from it. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { CrewJob, CrewMessage } from '../../gateway/wire/phone.ts'
import { currentJob, type Press, type ShownJob } from './data/queue.ts'
import type { CrewStore, Draft, LastView, Photo, Session } from './data/store.ts'

export type Tab = 'jobs' | 'map' | 'me'
/** Something could not be kept or read on this phone itself. */
export type Trouble = 'storage' | 'picture'

export interface PhoneState {
  readonly base: URL
  readonly store: CrewStore
  readonly session: Signal<Session | null>
  readonly view: Signal<LastView | null>
  readonly presses: Signal<readonly Press[]>
  readonly photos: Signal<readonly Photo[]>
  readonly drafts: Signal<Readonly<Record<string, Draft>>>
  /** Jobs whose end the crew has seen. */
  readonly put_away: Signal<ReadonlySet<string>>
  /** Messages up to this time (the brain's) were read. */
  readonly read_until: Signal<number>
  readonly connected: Signal<boolean>
  /** This phone's clock, whole seconds. */
  readonly second: Signal<number>
  readonly tab: Signal<Tab>
  readonly trouble: Signal<Trouble | null>
  /** The brain's clock as far as it is known; drawn again every second. */
  readonly now: ReadonlySignal<number>
  readonly timezone: ReadonlySignal<string>
  readonly jobs: ReadonlySignal<readonly CrewJob[]>
  readonly current: ReadonlySignal<ShownJob | null>
  /** Of this crew: presses and photos that are not sent. */
  readonly waiting: ReadonlySignal<{ readonly presses: number; readonly photos: number }>
  readonly refused: ReadonlySignal<readonly Press[]>
  /** Recalls and notices that nobody has read. */
  readonly unread: ReadonlySignal<readonly CrewMessage[]>
  /** A change that must not be lost; false, and said, when this phone could not keep it. */
  keep(change: () => Promise<void>): Promise<boolean>
  /** The brain's clock at this moment. */
  brainNow(): number
}

export function createPhoneState(base: URL, store: CrewStore): PhoneState {
  const session = signal<Session | null>(null)
  const view = signal<LastView | null>(null)
  const presses = signal<readonly Press[]>([])
  const photos = signal<readonly Photo[]>([])
  const put_away = signal<ReadonlySet<string>>(new Set())
  const read_until = signal(0)
  const second = signal(Date.now())
  const trouble = signal<Trouble | null>(null)
  const jobs = computed(() => [...(view.value?.frame.view.jobs ?? []), ...(view.value?.kept ?? [])])
  const own = computed(() => presses.value.filter((press) => press.crew === session.value?.crew))
  return {
    base,
    store,
    session,
    view,
    presses,
    photos,
    drafts: signal({}),
    put_away,
    read_until,
    connected: signal(false),
    second,
    tab: signal<Tab>('jobs'),
    trouble,
    now: computed(() => second.value + (view.value?.ahead_ms ?? 0)),
    timezone: computed(() => view.value?.frame.timezone ?? 'Asia/Shanghai'),
    jobs,
    current: computed(() => currentJob(jobs.value, own.value, view.value?.frame.now ?? 0, put_away.value)),
    waiting: computed(() => ({
      presses: own.value.filter(({ state }) => state === 'waiting').length,
      photos: photos.value.filter(({ state, crew }) => state === 'waiting' && crew === session.value?.crew).length,
    })),
    refused: computed(() => own.value.filter(({ state }) => state === 'refused')),
    // What became of a press is told with the press.
    unread: computed(() => (view.value?.frame.view.messages ?? []).filter(({ ts, kind }) => ts > read_until.value && kind !== 'conflict')),
    async keep(change) {
      try {
        await change()
        trouble.value = null
        return true
      } catch {
        trouble.value = 'storage'
        return false
      }
    },
    brainNow: () => Date.now() + (view.peek()?.ahead_ms ?? 0),
  }
}
