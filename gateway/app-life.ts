/** How the program begins and ends: its parts are started in their order and stopped in the reverse one. */
import { SECOND_MS } from '../engine/base/time.ts'
import type { Logger, Part } from './parts.ts'

export type NamedPart = readonly [name: string, part: Part]

/** Time allowed to each part to stop. */
const STOP_MS_MAX = 10 * SECOND_MS

/** All parts as one. When one cannot start, those before it are stopped again. */
export function createLife(parts: readonly NamedPart[], logger: Logger): Part {
  let started: NamedPart[] = []

  async function stop(): Promise<void> {
    const stopping = started.reverse()
    started = []
    for (const [name, part] of stopping) await stopInTime(name, part, logger)
  }

  return {
    stop,
    async start() {
      try {
        for (const [name, part] of parts) {
          // A part that failed half-way is stopped too.
          started.push([name, part])
          await part.start()
        }
      } catch (error) {
        await stop()
        throw error
      }
    },
  }
}

/** One part that hangs or throws must not keep the others from stopping. */
async function stopInTime(name: string, part: Part, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), STOP_MS_MAX)
  })
  try {
    if ((await Promise.race([part.stop(), late])) === 'late')
      logger.error({ part: name }, `did not stop within ${STOP_MS_MAX / SECOND_MS} s`)
  } catch (error) {
    logger.error({ part: name, error: String(error) }, 'did not stop cleanly')
  } finally {
    clearTimeout(timer)
  }
}
