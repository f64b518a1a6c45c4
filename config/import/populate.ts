import type { City } from '../../engine/model/city.ts'

/** Adds plausible depots, crews, grids, bins, cameras, gauges, pumps, low points and detectors to a city that has only streets. */
export function populate(_city: City, _seed: number): City {
  throw new Error('being written')
}
