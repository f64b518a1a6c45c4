/** Crockford's base 32: readable aloud, sorts like the number (https://www.crockford.com/base32.html). */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A whole number from 0 to 2^53, at least `width` digits. */
export function base32(value: number, width = 1): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 32)) text = DIGITS[rest % 32] + text
  return text.padStart(width, '0')
}
