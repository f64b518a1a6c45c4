/** City directories (docs/city-format.md): read and checked whole, written in one canonical form. */
import type { Problem } from '../engine/base/errors.ts'
import type { City } from '../engine/model/city.ts'

export interface LoadedCity {
  /** What could be read; use it only when there are no problems. */
  readonly city: City
  readonly problems: readonly Problem[]
}

export async function loadCity(_directory: string): Promise<LoadedCity> {
  throw new Error('being written')
}

/** Writes the directory; the same city gives the same bytes. */
export async function writeCity(_city: City, _directory: string): Promise<void> {
  throw new Error('being written')
}

/** `demo` is generated from the seed, without files; any other name is a directory. */
export async function loadCityByName(_name: string, _seed: number): Promise<LoadedCity> {
  throw new Error('being written')
}
