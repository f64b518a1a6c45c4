/** What a person has chosen, as it stands in the address: `sel=incident:i-17`. */
export const SELECTABLE = ['incident', 'device', 'crew', 'low_point', 'junction', 'depot', 'grid', 'district', 'road'] as const
export type SelectionKind = (typeof SELECTABLE)[number]

export interface Selection {
  readonly kind: SelectionKind
  readonly id: string
}

const isKind = (text: string): text is SelectionKind => (SELECTABLE as readonly string[]).includes(text)

export const selectionText = ({ kind, id }: Selection): string => `${kind}:${id}`

export function parseSelection(text: string | null): Selection | null {
  if (text === null) return null
  const colon = text.indexOf(':')
  const kind = text.slice(0, colon)
  const id = text.slice(colon + 1)
  return colon > 0 && id !== '' && isKind(kind) ? { kind, id } : null
}
