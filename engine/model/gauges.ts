/** Level gauges that stand over streets and rivers, each with those that can speak for or against it. Nodes of the drain network are no such gauges: sewers fill within one report. */
import { distance_m } from '../base/geo.ts'
import type { City, CityDevice, DeviceKey } from './city.ts'
import { deviceKey } from './city.ts'

export interface GaugePlace {
  /** At a low point: dry is zero. Elsewhere, as in a river, nothing is known of dry weather. */
  readonly dry_is_zero: boolean
  /** Other gauges in the same water. */
  readonly twins: readonly DeviceKey[]
  /** Gauges under the same cloud, twins left out. */
  readonly near: readonly DeviceKey[]
}

const KINDS: ReadonlySet<string> = new Set(['level_gauge', 'river_gauge'])
/** The core of a convective cell is one to two kilometres wide. */
const NEAR_M = 1_500

/** Cells of at least `NEAR_M` up to 70° of latitude, so that neighbours lie in the nine cells around. */
const CELL_DEG = { lon: 0.04, lat: 0.014 }

interface Placed {
  readonly key: DeviceKey
  readonly device: CityDevice
}

export function placeGauges(city: City, lowPointOf: (key: DeviceKey) => string | null): Map<DeviceKey, GaugePlace> {
  const { drainage } = city
  const inDrains = new Set(drainage?.nodes.map(({ id }) => deviceKey(drainage.district, 'flood', id)))
  const gauges: Placed[] = []
  const cells = new Map<string, Placed[]>()
  const cellOf = ({ at: [lon, lat] }: CityDevice): [number, number] => [Math.floor(lon / CELL_DEG.lon), Math.floor(lat / CELL_DEG.lat)]
  for (const device of city.devices) {
    const key = deviceKey(device.district, device.domain, device.id)
    if (device.domain !== 'flood' || !KINDS.has(device.kind) || inDrains.has(key)) continue
    const placed = { key, device }
    gauges.push(placed)
    const cell = cellOf(device).join()
    cells.set(cell, [...(cells.get(cell) ?? []), placed])
  }
  const around = ({ device }: Placed): Placed[] => {
    const [x, y] = cellOf(device)
    const nine = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get([x + dx, y + dy].join()) ?? []))
    // A street does not vouch for a river.
    return nine.filter(
      (other) => other.device !== device && other.device.kind === device.kind && distance_m(other.device.at, device.at) <= NEAR_M,
    )
  }
  return new Map(
    gauges.map((placed): [DeviceKey, GaugePlace] => {
      const point = lowPointOf(placed.key)
      const others = around(placed).map(({ key }) => key)
      const isTwin = (key: DeviceKey): boolean => point !== null && lowPointOf(key) === point
      return [placed.key, { dry_is_zero: point !== null, twins: others.filter(isTwin), near: others.filter((key) => !isTwin(key)) }]
    }),
  )
}
