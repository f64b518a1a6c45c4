/** What comes twice is one reading: whatever order, whichever gateway, over a restart, in bounded memory. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CameraObject, NormalForm } from '../../../gateway/dialects/normal-form.ts'
import { measurement } from '../../../gateway/dialects/normal-form.ts'
import { createRepeats } from '../../../gateway/dialects/repeats.ts'

const T0 = Date.UTC(2026, 6, 18)

const uplink = (frame: number, way: number, more: object = {}): NormalForm =>
  measurement({
    entity: 'bin:24e124713b492114',
    ts: T0 + way * 137,
    clock: 'gateway',
    dedupeKey: `way-${way}-frame-${frame}`,
    seq: frame,
    metrics: { distance_mm: 240 },
    ...more,
  })

const seen = (more: Partial<CameraObject> = {}): CameraObject => ({
  kind: 'camera.object',
  entity: 'camera:c1',
  ts: T0,
  clock: 'device',
  heard: T0 + 100,
  dedupeKey: '1784356215.1-abc',
  trackId: '1784356215.1-abc',
  phase: 'end',
  label: 'car',
  score: 0.9,
  zones: [],
  entered: [],
  stationary: false,
  speed_kmh: null,
  false_positive: false,
  subject: null,
  ...more,
})

describe('what was heard already', () => {
  it('is one frame through two network servers, and two frames that say the same', () => {
    const repeats = createRepeats()
    expect(repeats.note(uplink(1, 0), T0)).toHaveLength(2)
    expect(repeats.note(uplink(1, 1), T0 + 200)).toBeNull()
    expect(repeats.note(uplink(2, 0), T0 + 400)).not.toBeNull()
    // Two devices.
    expect(repeats.note(uplink(1, 0, { entity: 'bin:1', dedupeKey: null }), T0)).not.toBeNull()
  })

  it('is the same delivery a day later, but not the same frame number after a device joined anew', () => {
    const repeats = createRepeats()
    repeats.note(uplink(1, 0), T0)
    expect(repeats.note(uplink(1, 0), T0 + 20 * 3_600_000)).toBeNull()
    expect(repeats.note(uplink(1, 1), T0 + 3_600_000)).not.toBeNull()
  })

  it('is no reading of a device that does not count, or counts anew', () => {
    const repeats = createRepeats()
    const other = { clock: 'gateway', dedupeKey: 'AX/0', seq: 0 }
    expect(repeats.note(uplink(0, 0, other), T0)).not.toBeNull()
    expect(repeats.note(uplink(0, 1, other), T0 + 60_000)).not.toBeNull()
    // The same delivery once more.
    expect(repeats.note(uplink(0, 1, other), T0 + 61_000)).toBeNull()
  })

  it('is an end that a camera server tells again, not the update before it', () => {
    const repeats = createRepeats()
    expect(repeats.note(seen({ phase: 'update' }), T0)).not.toBeNull()
    expect(repeats.note(seen(), T0)).not.toBeNull()
    expect(repeats.note(seen({ heard: T0 + 900 }), T0)).toBeNull()
    // Standing, driving, standing again: each at its own time.
    for (const [i, stationary] of [true, false, true].entries())
      expect(repeats.note(seen({ phase: 'update', stationary, ts: T0 + i + 1 }), T0)).not.toBeNull()
  })

  it('is never a state that goes back to what it was', () => {
    const repeats = createRepeats()
    const fault = (state: boolean): NormalForm => ({
      kind: 'device.fault',
      entity: 'camera:c1',
      ts: T0,
      clock: 'device',
      heard: null,
      dedupeKey: 'lens',
      fault: 'lens',
      state,
    })
    for (const state of [true, false, true]) expect(repeats.note(fault(state), T0)).toEqual([])
  })

  it('can be heard again when it could not be kept', () => {
    const repeats = createRepeats()
    repeats.forget(repeats.note(uplink(1, 0), T0) ?? [])
    expect(repeats.note(uplink(1, 0), T0)).not.toBeNull()
  })

  it('takes whatever a file holds', () => {
    const repeats = createRepeats()
    for (const kept of [null, 'x', {}, [1, ['a'], ['a', 'b'], [1, 2], ['a', Number.NaN]]]) repeats.restore(kept)
    expect(repeats.size).toBe(0)
  })
})

it('each frame is read once, in whatever order and over however many ways and restarts it comes', () => {
  const delivery = fc.record({ frame: fc.integer({ min: 1, max: 40 }), way: fc.integer({ min: 0, max: 3 }), restart: fc.boolean() })
  fc.assert(
    fc.property(fc.array(delivery, { maxLength: 200 }), (deliveries) => {
      let repeats = createRepeats()
      const read: number[] = []
      for (const [i, { frame, way, restart }] of deliveries.entries()) {
        if (restart) {
          const kept: unknown = JSON.parse(JSON.stringify(repeats.save()))
          repeats = createRepeats()
          repeats.restore(kept)
        }
        if (repeats.note(uplink(frame, way), T0 + i * 1_000) !== null) read.push(frame)
      }
      expect(read).toEqual([...new Set(deliveries.map(({ frame }) => frame))])
    }),
  )
})

it('remembers no more than it may', () => {
  const repeats = createRepeats()
  for (let frame = 0; frame < 25_000; frame++) repeats.note(uplink(frame, 0), T0)
  expect(repeats.size).toBeLessThanOrEqual(20_000)
  expect(repeats.note(uplink(24_999, 1), T0)).toBeNull()
})
