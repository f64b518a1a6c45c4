import type { City } from '../../engine/model/city.ts'
import type { Imported } from './imported.ts'

/** Adds the features of a file to a city. */
export async function importGeojson(_file: string, _city: City): Promise<Imported> {
  throw new Error('being written')
}
