/** 128 random bits: names of presses and photos, which no two phones may share. `crypto.randomUUID` is missing without TLS. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
