/**
 * The rain field: cells that grow and fade while they cross the city. A function of place and time alone, so every gauge, low point and
 * forecast sees one sky.
 */
import type { RainCell } from '../../config/scenario.ts'
import type { Bounds, LonLat } from '../../engine/base/geo.ts'
import { localFrame } from '../../engine/base/geo.ts'
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'

export interface Rain {
  /** Rain rate at a place, mm/h. */
  rate_mm_h(at: LonLat, ts: EpochMs): number
  /** False when no cell is near its time: every place is dry. */
  isFalling(ts: EpochMs): boolean
  /** When the first rain began; never after the start. */
  readonly began: EpochMs
}

/** Below this a gauge shows nothing. */
const DRY_MM_H = 0.05

export function createRain(cells: readonly RainCell[], bounds: Bounds, start: EpochMs): Rain {
  const [west, south, east, north] = bounds
  const frame = localFrame([west, south])
  const place = ([x, y]: readonly [number, number]): [number, number] => frame.toXY([west + x * (east - west), south + y * (north - south)])
  const tracks = cells.map((cell) => ({ cell, from: place(cell.from), to: place(cell.to ?? cell.from) }))

  /** Share of a cell's life that has passed, or null outside it. */
  const life = (cell: RainCell, ts: EpochMs): number | null => {
    let minutes = (ts - start) / MINUTE_MS - cell.from_min
    if (cell.every_min !== undefined && minutes > 0) minutes %= cell.every_min
    return minutes < 0 || minutes >= cell.duration_min ? null : minutes / cell.duration_min
  }

  return {
    began: start + Math.min(0, ...cells.map(({ from_min }) => from_min)) * MINUTE_MS,
    isFalling: (ts) => cells.some((cell) => life(cell, ts) !== null),
    rate_mm_h(at, ts) {
      let rate = 0
      let x = Number.NaN
      let y = Number.NaN
      for (const { cell, from, to } of tracks) {
        const share = life(cell, ts)
        if (share === null) continue
        if (Number.isNaN(x)) [x, y] = frame.toXY(at)
        const dx = x - (from[0] + share * (to[0] - from[0]))
        const dy = y - (from[1] + share * (to[1] - from[1]))
        const nearness = Math.exp(-(dx * dx + dy * dy) / (2 * cell.radius_m * cell.radius_m))
        rate += cell.peak_mm_h * Math.sin(Math.PI * share) * nearness
      }
      return rate < DRY_MM_H ? 0 : rate
    },
  }
}
