import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto'
import { expect } from 'vitest'

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

/** As a browser reads it; shares nothing with what writes it but the RFC. */
export function decryptPush(message: Buffer, private_key: string, public_key: string, auth: string): string {
  const key = createECDH('prime256v1')
  key.setPrivateKey(bytes(private_key))
  const salt = message.subarray(0, 16)
  const sender = message.subarray(21, 21 + message[20])
  const hkdf = (secret: Buffer, with_salt: Buffer, info: Buffer, n: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, with_salt, info, n))
  const secret = hkdf(
    key.computeSecret(sender),
    bytes(auth),
    Buffer.concat([Buffer.from('WebPush: info\0'), bytes(public_key), sender]),
    32,
  )
  const body = message.subarray(21 + message[20])
  const decipher = createDecipheriv(
    'aes-128-gcm',
    hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16),
    hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12),
  )
  decipher.setAuthTag(body.subarray(-16))
  const plain = Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()])
  expect(plain.at(-1)).toBe(2)
  return plain.subarray(0, -1).toString()
}
