/**
 * Where the wall's data comes from. Live and recorded data enter by this one interface and the panels cannot tell them apart
 * (after streetscape.gl's loaders).
 */
import type { CityDocument } from '../../gateway/wire/city.ts'
import type { LiveFrame } from '../../gateway/wire/frames.ts'

export type Connection = 'connecting' | 'open' | 'waiting'

export interface SourceListener {
  city(city: CityDocument): void
  frame(frame: LiveFrame): void
  connection(state: Connection): void
  /** The city could not be read; the source keeps trying. */
  cityFailed(): void
}

export interface Source {
  start(listener: SourceListener): void
  stop(): void
}
