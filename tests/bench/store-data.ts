/**
 * A day of a city for the store benchmark: 2,000 devices with 4,500 series, slow signals with measuring noise rounded as sensors round, counts, switches
 * and positions. Every other device stamps with a jitter of some milliseconds, as devices with their own clocks do.
 */
import { createRandom, type Random } from '../../engine/base/random.ts'
import { DAY_MS, type EpochMs } from '../../engine/base/time.ts'
import type { ReadingRow } from '../../engine/ports.ts'

type Signal = (random: Random) => (at_ms: number) => number

/** A random walk seen through noise, never negative. */
const walk = (start: number, step: number, noise: number): Signal => {
  return (random) => {
    let level = start * random.next()
    return () => {
      level += random.normal(0, step)
      return Math.abs(level + random.normal(0, noise))
    }
  }
}
/** Off for long, then a value with noise. */
const bursts =
  (value: number, noise: number): Signal =>
  (random) => {
    let on = false
    return () => {
      if (random.chance(0.005)) on = !on
      return on ? Math.abs(random.normal(value, noise)) : 0
    }
  }
const daily =
  (mean: number, swing: number, noise: number): Signal =>
  (random) =>
  (at_ms) =>
    mean + swing * Math.sin((at_ms / DAY_MS) * 2 * Math.PI) + random.normal(0, noise)
const vehicles: Signal = (random) => (at_ms) => Math.max(0, 8 + 6 * Math.sin(at_ms / 90_000) + random.normal(0, 3))
const phase: Signal = () => (at_ms) => Math.floor(at_ms / 30_000) % 8
const position =
  (degrees: number): Signal =>
  (random) => {
    let at = degrees + random.next() / 10
    return () => {
      at += random.normal(0, 0.00003)
      return at
    }
  }

interface Kind {
  readonly domain: string
  readonly devices: number
  readonly every_ms: number
  readonly metrics: readonly (readonly [name: string, decimals: number, signal: Signal])[]
}

const KINDS: readonly Kind[] = [
  {
    domain: 'flood',
    devices: 600,
    every_ms: 20_000,
    metrics: [
      ['level_m', 3, walk(1, 0.0005, 0.003)],
      ['flow_m3_s', 3, walk(2, 0.002, 0.01)],
    ],
  },
  { domain: 'flood', devices: 200, every_ms: 120_000, metrics: [['rain_mm_h', 1, bursts(8, 3)]] },
  {
    domain: 'waste',
    devices: 500,
    every_ms: 120_000,
    metrics: [
      ['fill_pct', 1, walk(100, 0.02, 0.3)],
      ['temperature_c', 1, daily(15, 8, 0.2)],
    ],
  },
  {
    domain: 'drain',
    devices: 100,
    every_ms: 20_000,
    metrics: [
      ['setting', 2, bursts(1, 0)],
      ['power_w', 0, bursts(2200, 20)],
      ['flow_m3_s', 3, walk(2, 0.002, 0.01)],
    ],
  },
  {
    domain: 'traffic',
    devices: 400,
    every_ms: 20_000,
    metrics: [
      ['vehicles_veh', 0, vehicles],
      ['queued_veh', 0, vehicles],
      ['phase', 0, phase],
    ],
  },
  {
    domain: 'crew',
    devices: 100,
    every_ms: 10_000,
    metrics: [
      ['lon', 6, position(121.4)],
      ['lat', 6, position(31.2)],
      ['speed_mps', 1, walk(3, 0.1, 1)],
    ],
  },
  {
    domain: 'weather',
    devices: 100,
    every_ms: 120_000,
    metrics: [
      ['temperature_c', 2, daily(15, 8, 0.2)],
      ['wind_mps', 1, walk(5, 0.1, 1)],
      ['humidity_pct', 1, daily(60, 20, 1)],
    ],
  },
]

interface Device {
  readonly key: string
  readonly every_ms: number
  readonly jitter_ms: number
  readonly random: Random
  readonly metrics: readonly { readonly name: string; readonly factor: number; readonly next: (at_ms: number) => number }[]
  due: number
}

function createDevices(): Device[] {
  const random = createRandom('store bench')
  return KINDS.flatMap(({ domain, devices, every_ms, metrics }, kind) =>
    Array.from({ length: devices }, (_, i) => {
      const own = random.fork(`${kind}/${i}`)
      return {
        key: `d${i % 4}/${domain}/${domain}-${kind}-${i}`,
        every_ms,
        jitter_ms: i % 2 === 1 ? 5 : 0,
        random: own,
        metrics: metrics.map(([name, decimals, signal]) => ({ name, factor: 10 ** decimals, next: signal(own.fork(name)) })),
        due: own.integer(0, every_ms / 1000 - 1) * 1000,
      }
    }),
  )
}

export const SERIES = KINDS.reduce((sum, kind) => sum + kind.devices * kind.metrics.length, 0)
export const DEVICES = KINDS.reduce((sum, kind) => sum + kind.devices, 0)

/** Batches of rows in the order of time, as the write queue hands them over. */
export function* cityRows(from: EpochMs, hours: number, batch_rows: number): Generator<ReadingRow[]> {
  const devices = createDevices()
  let batch: ReadingRow[] = []
  for (let at_ms = 0; at_ms < hours * 3_600_000; at_ms += 1000) {
    for (const device of devices) {
      if (device.due !== at_ms) continue
      device.due += device.every_ms
      const ts = from + at_ms + (device.jitter_ms === 0 ? 0 : Math.abs(Math.round(device.random.normal(0, device.jitter_ms))))
      for (const { name, factor, next } of device.metrics)
        batch.push({ device: device.key, metric: name, ts, value: Math.round(next(at_ms) * factor) / factor })
    }
    if (batch.length >= batch_rows) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
