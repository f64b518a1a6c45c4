import type { Setup } from '../device.ts'

/** A gauge or pump that names no low point belongs to the one it stands at. */
const NEAR_M = 300

/** Id of the low point that a device belongs to, or null. */
export function findLowPoint({ device, key, city, world }: Setup): string | null {
  if (city.low_points.some(({ id }) => id === device.place)) return device.place
  const owner = city.low_points.find(({ gauges, pumps }) => gauges.includes(key) || pumps.includes(key))
  return owner?.id ?? world.water.nearest(device.at, NEAR_M)?.id ?? null
}
