/** Measured history: the store and the queue that feeds it. A store that is away holds nothing up; the queue catches up from the log. */
import { UrbanError } from '../engine/base/errors.ts'
import { type EpochMs, HOUR_MS, SECOND_MS } from '../engine/base/time.ts'
import type { ReadingStore } from '../engine/ports.ts'
import type { Logger } from './parts.ts'
import { createWriteQueue, type WriteQueue, type WriteQueueOptions } from './store/write-queue.ts'

export interface HistoryOptions extends Omit<WriteQueueOptions, 'warn'> {
  readonly now: () => EpochMs
  readonly logger: Logger
}

/** What is written and what can be asked. */
export interface History extends WriteQueue, Pick<ReadingStore, 'history' | 'metrics'> {}

const RETRY_MS = 5 * SECOND_MS

export function createHistory({ now, logger, ...options }: HistoryOptions): History {
  const { store } = options
  const queue = createWriteQueue({ ...options, warn: (message) => logger.warn({}, message) })
  let opened = false
  let timers: NodeJS.Timeout[] = []

  /** @returns false while the store is away. @throws what its owner has to change: a wrong token, a directory that is not ours */
  async function open(): Promise<boolean> {
    try {
      await store.start()
      opened = true
    } catch (error) {
      if (!(error instanceof UrbanError) || error.code !== 'store_away') throw error
      if (timers.length === 0) logger.warn({ why: error.message }, 'history is away; readings wait in the log')
    }
    return opened
  }

  function openLater(): void {
    const timer = setInterval(() => {
      open()
        .then((done) => {
          if (!done) return
          clearInterval(timer)
          logger.info({}, 'history is back')
        })
        .catch((error: unknown) => logger.error({ error: String(error) }, 'history cannot be used'))
    }, RETRY_MS)
    timers.push(timer)
  }

  const away = (): UrbanError => new UrbanError('neighbour', 'store_away', 'the history store is away')

  return {
    async start() {
      if (!(await open())) openLater()
      await queue.start()
      timers.push(
        setInterval(() => {
          store.expire(now()).catch((error: unknown) => logger.warn({ error: String(error) }, 'old history could not be dropped'))
        }, HOUR_MS),
      )
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      timers = []
      await queue.stop()
      await store.stop()
    },
    take: (taken) => queue.take(taken),
    history: (query) => (opened ? store.history(query) : Promise.reject(away())),
    metrics: (device) => (opened ? store.metrics(device) : Promise.reject(away())),
    lag_ms: () => queue.lag_ms(),
    get stored() {
      return queue.stored
    },
    get ready() {
      return opened && queue.ready
    },
    get waiting() {
      return queue.waiting
    },
    get counters() {
      return queue.counters
    },
  }
}
