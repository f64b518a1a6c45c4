import type { City } from '../../engine/model/city.ts'

/** The demo: a river city, the same for the same seed. */
export function generateCity(_seed: number): City {
  throw new Error('being written')
}
