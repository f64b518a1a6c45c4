/** The dialects of context brokers, other city systems and signed documents. */
import type { Dialect } from './dialect.ts'
import { ngsiEntities, ngsiNotification } from './ngsi.ts'

export const DOCUMENT_DIALECTS: readonly Dialect[] = [ngsiNotification, ngsiEntities]
