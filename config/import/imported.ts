import type { Problem } from '../../engine/base/errors.ts'
import type { City } from '../../engine/model/city.ts'

export interface Imported {
  /** Use it only when there are no problems. */
  readonly city: City
  readonly problems: readonly Problem[]
  /** What was left out or guessed, to be shown and no reason to stop. */
  readonly notes: readonly Problem[]
  /** Files to be written beside those of the city, by name: what only a bridge to the source needs. */
  readonly files?: ReadonlyMap<string, string>
}
