/** How each sample message arrives: the list that says which of them have their dialect. Two sections, one for each list of dialects. */
import type { Envelope } from '../../../gateway/dialects/dialect.ts'
import { DEVICE_CASES } from './fixture-cases-devices.ts'
import { DOCUMENT_CASES } from './fixture-cases-documents.ts'
import type { Fixture } from './fixtures.ts'

export interface FixtureCase {
  readonly name: string
  /** Id of the dialect that has to recognise the last one. */
  readonly dialect: string
  /** The messages in the order in which they come; the forms of all of them are compared. */
  readonly envelopes: (fixture: Fixture) => readonly Envelope[]
  /** What the values of `expect` are in contract units, or what its sentences mean, where they do not stand there literally; undefined: nowhere else than in what stands beside it. */
  readonly means?: Readonly<Record<string, unknown>>
  /** Which of the forms `expect` describes. */
  readonly about?: number
}

export const FIXTURE_CASES: readonly FixtureCase[] = [...DEVICE_CASES, ...DOCUMENT_CASES]
