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

/** What came of asking for a document: itself, a refusal with its HTTP status, or nothing because nobody answered. */
export type Answer = { readonly document: unknown } | { readonly status: number } | { readonly away: true }

export interface Source {
  start(listener: SourceListener): void
  /**
   * A document of the API that is wanted only while somebody looks: told now, and again `every_ms` after each answer.
   * @param path below the wall's own address, as `api/v1/signals/J1`
   * @returns ends it
   */
  watch(path: string, every_ms: number, told: (answer: Answer) => void): () => void
  stop(): void
}
