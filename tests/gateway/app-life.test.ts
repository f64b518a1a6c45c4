/** Parts begin in their order and end in the reverse one, whatever one of them does. */
import { afterEach, expect, it, vi } from 'vitest'
import { createLife, type NamedPart } from '../../gateway/app-life.ts'
import type { Logger } from '../../gateway/parts.ts'

afterEach(() => {
  vi.useRealTimers()
})

function partsOf(more: Readonly<Record<string, Partial<NamedPart[1]>>> = {}) {
  const said: string[] = []
  const hear = (fields: object, message: string): void => {
    said.push(`${'part' in fields ? fields.part : ''} ${message}`)
  }
  const logger: Logger = { info: hear, warn: hear, error: hear }
  const parts = ['a', 'b', 'c'].map((name): NamedPart => {
    const { start, stop } = more[name] ?? {}
    return [
      name,
      {
        async start() {
          said.push(`+${name}`)
          await start?.()
        },
        async stop() {
          said.push(`-${name}`)
          await stop?.()
        },
      },
    ]
  })
  return { life: createLife(parts, logger), said }
}

const fail = async (): Promise<void> => {
  throw new Error('broken')
}

it('starts from top to bottom and stops from bottom to top, once', async () => {
  const { life, said } = partsOf()
  await life.start()
  await life.stop()
  await life.stop()
  expect(said).toEqual(['+a', '+b', '+c', '-c', '-b', '-a'])
})

it('stops what it has begun when a part cannot start, that part too', async () => {
  const { life, said } = partsOf({ b: { start: fail } })
  await expect(life.start()).rejects.toThrow('broken')
  expect(said).toEqual(['+a', '+b', '-b', '-a'])
})

it('goes on stopping when a part throws or hangs, and says which', async () => {
  vi.useFakeTimers()
  const { life, said } = partsOf({ c: { stop: () => new Promise(() => {}) }, b: { stop: fail } })
  await life.start()
  const stopped = life.stop()
  await vi.advanceTimersByTimeAsync(10_000)
  await stopped
  expect(said.slice(3)).toEqual(['-c', 'c did not stop within 10 s', '-b', 'b did not stop cleanly', '-a'])
})
