/**
 * Pictures that a camera's bridge sends over MQTT. One belongs to the event of the same camera and label that was spoken of last, and is kept only when that event is one that a person
 * may judge, as over HTTP: what lay in a mask, or was of no account, has no picture. Until the engine has taken the event in, the picture waits in memory, and not for long.
 */
import { type EpochMs, SECOND_MS } from '../engine/base/time.ts'
import type { Doubt } from '../engine/camera/event.ts'
import type { StillPort } from './http/parts.ts'
import { STILL_BYTES_MAX } from './wire/cameras-api.ts'

export interface BridgeStill {
  /** `<device> <id>` of the events that it may belong to. */
  readonly events: readonly string[]
  readonly bytes: Buffer
}

export interface BridgeStillsOptions {
  readonly stills: Pick<StillPort, 'put'>
  readonly doubts: () => readonly Doubt[]
  /** Into the audit trail. */
  readonly tell: (about: string) => void
  readonly now: () => EpochMs
  readonly warn: (message: string) => void
}

export type BridgeStillCounter = 'taken' | 'unwanted' | 'unfit'

export interface BridgeStills {
  offer(still: BridgeStill): void
  /** After each step: keeps those whose event is known by now. */
  settle(): Promise<void>
  readonly counters: Readonly<Record<BridgeStillCounter, number>>
}

const WAITING_MAX = 32
const WAIT_MS = 30 * SECOND_MS

export function createBridgeStills({ stills, doubts, tell, now, warn }: BridgeStillsOptions): BridgeStills {
  const counters: Record<BridgeStillCounter, number> = { taken: 0, unwanted: 0, unfit: 0 }
  let waiting: (BridgeStill & { readonly since: EpochMs })[] = []

  async function keep(doubt: Doubt, bytes: Buffer): Promise<void> {
    try {
      const sha256 = await stills.put(doubt.device, doubt.key, now(), bytes)
      counters.taken++
      tell(`${doubt.key} sha256 ${sha256}`)
    } catch (error) {
      counters.unfit++
      warn(`stills: a picture over MQTT was not kept: ${String(error)}`)
    }
  }

  return {
    offer({ events, bytes }) {
      if (bytes.length > STILL_BYTES_MAX) {
        counters.unfit++
        return
      }
      // The newest of an event counts.
      waiting = waiting.filter((one) => !one.events.some((event) => events.includes(event)))
      waiting.push({ events, bytes, since: now() })
      if (waiting.length > WAITING_MAX) {
        waiting.shift()
        counters.unwanted++
      }
    },
    async settle() {
      if (waiting.length === 0) return
      const known = new Map(doubts().map((doubt) => [doubt.key, doubt]))
      const wanted = waiting.flatMap(({ events, bytes }) =>
        events.flatMap((event) => known.get(event) ?? []).map((doubt) => ({ doubt, bytes })),
      )
      const left = waiting.filter(({ events }) => !events.some((event) => known.has(event)))
      waiting = left.filter(({ since }) => now() - since < WAIT_MS)
      counters.unwanted += left.length - waiting.length
      for (const { doubt, bytes } of wanted) await keep(doubt, bytes)
    },
    counters,
  }
}
