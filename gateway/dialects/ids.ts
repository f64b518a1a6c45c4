/** Names of devices, folded: the same dev_eui comes in upper case through one network server and in lower case through another. */

const ID_MAX = 128

/**
 * What an id is compared by: NFKC, lower case, and for a EUI (16 hexadecimal digits, however they are grouped) without separators. Other
 * separators stay: `bin-1-2` and `bin-12` are two bins.
 * @returns null for what names nothing: empty, too long or with control characters
 */
export function foldId(id: string | number): string | null {
  if (typeof id === 'number') return Number.isFinite(id) ? String(id) : null
  if (PLAIN_ID.test(id)) return id.length === EUI_GROUPED && EUI.test(id) ? id.replace(SEPARATORS, '') : id
  const text = id.normalize('NFKC').trim().toLowerCase()
  if (text === '' || text.length > ID_MAX || /[\p{Cc}\p{Cs}]/u.test(text)) return null
  return EUI.test(text) ? text.replace(SEPARATORS, '') : text
}

/** Nothing to fold, which is the ordinary case. */
const PLAIN_ID = /^[a-z0-9_.:-]{1,128}$/
const EUI = /^[0-9a-f]{2}(?:[-:. ]?[0-9a-f]{2}){7}$/
const EUI_GROUPED = 23
const SEPARATORS = /[-:. ]/g

/** `{class}:{id}` for normal forms: the id as it came, a EUI folded. Null for what names nothing. */
export function entityOf(kind: string, id: string | number): string | null {
  const folded = foldId(id)
  if (folded === null) return null
  return `${kind}:${EUI_FOLDED.test(folded) ? folded : String(id).trim()}`
}

const EUI_FOLDED = /^[0-9a-f]{16}$/
