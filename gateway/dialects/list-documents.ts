/** The dialects of context brokers, other city systems and signed documents. */
import type { Dialect } from './dialect.ts'

export const DOCUMENT_DIALECTS: readonly Dialect[] = []
