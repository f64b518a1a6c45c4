/**
 * What was heard already: one radio frame through two gateways or network servers, an event that a camera server tells again, a delivery that is retried. One reading each.
 * What a state says (reports, warnings, faults, signals) is not held back here: it may go back to what it was, and taking it twice changes nothing.
 */
import { createHash } from 'node:crypto'
import { DAY_MS, type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import type { NormalForm } from './normal-form.ts'

export interface Repeats {
  /** The names of a form that was not heard before, now noted; null: it was. Empty: it has none by which it would be known again. */
  note(form: NormalForm, now: EpochMs): readonly string[] | null
  /** It could not be kept after all: sent again it is no repeat. */
  forget(names: readonly string[]): void
  readonly size: number
  /** Plain data for a file, oldest first. */
  save(): readonly (readonly [name: string, at: EpochMs])[]
  /** Whatever does not fit is left out. */
  restore(kept: unknown): void
}

const NAMES_MAX = 20_000
const KEPT_MS = DAY_MS
/** A frame counter starts again when a device joins anew, and so do the numbers that a device gives its own messages: only for so long the same number is the same message. */
const FRAME_MS = 5 * MINUTE_MS

const nameOf = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)

/** The name that the format gives, and the frame's own: two network servers have different names for one frame. */
function namesOf(form: NormalForm): readonly { readonly name: string; readonly kept_ms: number }[] {
  switch (form.kind) {
    case 'measurement': {
      const { entity, dedupeKey, seq, metrics, events, late, clock, ts } = form
      const said = [entity, metrics, events, late]
      const own = clock === 'device' ? ts : null
      return [
        // Delivered again, a message tells the same time; a counter that began anew does not.
        ...(dedupeKey === null
          ? []
          : [
              {
                name: nameOf(['key', dedupeKey, clock === 'arrival' ? null : ts, ...said]),
                kept_ms: clock === 'arrival' ? FRAME_MS : KEPT_MS,
              },
            ]),
        // Who does not count at all says 0.
        ...(seq === null || seq === 0 ? [] : [{ name: nameOf(['frame', seq, own, ...said]), kept_ms: FRAME_MS }]),
      ]
    }
    case 'entity': {
      const { entity, dedupeKey, ts, metrics } = form
      return dedupeKey === null ? [] : [{ name: nameOf(['entity', dedupeKey, entity, ts, metrics]), kept_ms: KEPT_MS }]
    }
    case 'camera.object':
    case 'camera.review':
    case 'camera.rule':
      // The key names what is followed, not the message: without a time of its own nothing tells a repeat from news.
      if (form.dedupeKey === null || form.clock !== 'device') return []
      return [{ name: nameOf([{ ...form, heard: null }]), kept_ms: KEPT_MS }]
    default:
      return []
  }
}

const isKept = (one: unknown): one is [string, EpochMs] =>
  Array.isArray(one) && typeof one[0] === 'string' && one[0].length <= 32 && Number.isSafeInteger(one[1])

export function createRepeats(): Repeats {
  /** By name: when it was heard, oldest first. */
  const heard = new Map<string, EpochMs>()

  function put(name: string, at: EpochMs): void {
    heard.delete(name)
    heard.set(name, at)
    for (const oldest of heard.keys()) {
      if (heard.size <= NAMES_MAX) break
      heard.delete(oldest)
    }
  }

  return {
    note(form, now) {
      const names = namesOf(form)
      const isKnown = names.some(({ name, kept_ms }) => {
        const at = heard.get(name)
        return at !== undefined && Math.abs(now - at) <= kept_ms
      })
      if (isKnown) return null
      for (const { name } of names) put(name, now)
      return names.map(({ name }) => name)
    },
    forget(names) {
      for (const name of names) heard.delete(name)
    },
    get size() {
      return heard.size
    },
    save: () => [...heard],
    restore(kept) {
      if (!Array.isArray(kept)) return
      for (const one of kept) if (isKept(one)) put(one[0], one[1])
    },
  }
}
