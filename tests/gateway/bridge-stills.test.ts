import { expect, it } from 'vitest'
import type { Doubt } from '../../engine/camera/event.ts'
import { createBridgeStills } from '../../gateway/bridge-stills.ts'
import { createPtz } from '../../gateway/ptz.ts'
import { STILL_BYTES_MAX } from '../../gateway/wire/cameras-api.ts'

const doubt = (key: string): Doubt => ({
  key,
  device: key.slice(0, key.indexOf(' ')),
  type: 'fire.smoke',
  opened: 0,
  ts: 0,
  at: [0, 0],
  score: 0.5,
  media: null,
  probability: 0.5,
  evidence: [],
  raised: false,
  verdict: null,
  labels: new Map(),
})

function build(fails = false) {
  const kept: (readonly [string, string, number])[] = []
  const told: string[] = []
  const run = { now: 0, doubts: [] as Doubt[], kept, told }
  const bridge = createBridgeStills({
    stills: {
      async put(device, event, _ts, body) {
        if (fails) throw new Error('no JPEG')
        kept.push([device, event, body.length])
        return 'abc'
      },
    },
    doubts: () => run.doubts,
    tell: (about) => void told.push(about),
    now: () => run.now,
    warn: () => {},
  })
  return { run, bridge }
}

it('keeps the newest picture of an event once the engine knows it, and writes that down', async () => {
  const { run, bridge } = build()
  bridge.offer({ events: ['d0/camera/C1 e1'], bytes: Buffer.alloc(1) })
  bridge.offer({ events: ['d0/camera/C1 e1'], bytes: Buffer.alloc(2) })
  await bridge.settle()
  expect(run.kept).toEqual([])
  run.doubts = [doubt('d0/camera/C1 e1')]
  await bridge.settle()
  await bridge.settle()
  expect(run.kept).toEqual([['d0/camera/C1', 'd0/camera/C1 e1', 2]])
  expect(run.told).toEqual(['d0/camera/C1 e1 sha256 abc'])
})

it('keeps none of an event that no person may judge, none that is too large, and no more than a few in memory', async () => {
  const { run, bridge } = build()
  bridge.offer({ events: ['d0/camera/C1 e1'], bytes: Buffer.alloc(STILL_BYTES_MAX + 1) })
  expect(bridge.counters.unfit).toBe(1)
  for (let i = 0; i < 40; i++) bridge.offer({ events: [`d0/camera/C1 e${i}`], bytes: Buffer.alloc(1) })
  expect(bridge.counters.unwanted).toBe(8)
  run.now = 60_000
  await bridge.settle()
  run.doubts = [doubt('d0/camera/C1 e39')]
  await bridge.settle()
  expect(run.kept).toEqual([])
  expect(bridge.counters.unwanted).toBe(40)
})

it('counts what is no picture, and goes on', async () => {
  const { run, bridge } = build(true)
  run.doubts = [doubt('d0/camera/C1 e1')]
  bridge.offer({ events: ['d0/camera/C1 e1'], bytes: Buffer.alloc(1) })
  await bridge.settle()
  expect(bridge.counters).toEqual({ taken: 0, unwanted: 0, unfit: 1 })
})

it('turns a camera in the words of its bridge, and others by the contract', () => {
  const ptzOf = createPtz(() => [
    { entity: 'camera:c1', device: 'd0/camera/C1', ptz: { topic: 'frigate/c1/ptz', presets: { gate: 'preset_Tor 1' } } },
    { entity: 'camera:c2', device: 'd0/camera/C2' },
  ])
  const reason = { policy: 'camera.patrol', text: '', text_zh: '', evidence: [] }
  const to = (device: string, preset: string) => ptzOf({ id: '1', device, ts: 0, expires: 1, reason, kind: 'camera.preset', preset })
  expect(to('d0/camera/C1', 'gate')).toEqual({ topic: 'frigate/c1/ptz', payload: 'preset_Tor 1' })
  expect(to('d0/camera/C1', 'toString')).toEqual({ topic: 'frigate/c1/ptz', payload: 'preset_toString' })
  expect(to('d0/camera/C2', 'gate')).toBeNull()
})
