/** Every dialect that is understood, in the order in which they are asked: the first that recognises a message decodes it. */
import { refusal } from '../mqtt/form.ts'
import type { Dialect, DialectContext, Envelope, Heard, Refused } from './dialect.ts'
import { DEVICE_DIALECTS } from './list-devices.ts'
import { DOCUMENT_DIALECTS } from './list-documents.ts'

export const DIALECTS: readonly Dialect[] = [...DEVICE_DIALECTS, ...DOCUMENT_DIALECTS]

export const recognise = (envelope: Envelope, context: DialectContext): Dialect | null =>
  DIALECTS.find((dialect) => dialect.recognise(envelope, context)) ?? null

export type Understanding =
  | { readonly dialect: Dialect; readonly said: Heard }
  | { readonly dialect: Dialect | null; readonly said: Refused }

/** What a foreign message says, or why nobody understands it. Never throws. */
export function understand(envelope: Envelope, context: DialectContext): Understanding {
  const dialect = recognise(envelope, context)
  if (dialect === null) return { dialect, said: refusal('dialect', 'no dialect recognises this topic and payload') }
  const said = dialect.decode(envelope, context)
  return said.ok ? { dialect, said } : { dialect, said }
}
