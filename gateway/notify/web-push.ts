/**
 * A Web Push message: its text encrypted for one browser (RFC 8291, with the content coding aes128gcm of RFC 8188), and the sender's signature
 * (VAPID, RFC 8292). Push services see who is told when, never what.
 */
import { createCipheriv, createECDH, createPrivateKey, type ECDH, hkdfSync, randomBytes, sign } from 'node:crypto'
import { type EpochMs, HOUR_MS } from '../../engine/base/time.ts'

export interface PushSubscriptionKeys {
  /** Public key of the browser, base64url of 65 bytes. */
  readonly p256dh: string
  /** Its secret, base64url of 16 bytes. */
  readonly auth: string
}

/** A P-256 key pair in base64url: the private number and the uncompressed public point. */
export interface VapidKeys {
  readonly private_key: string
  readonly public_key: string
}

/** RFC 8188: one record of 4096 bytes, less tag, padding mark and head. */
export const PUSH_TEXT_BYTES_MAX = 3800
const RECORD_BYTES = 4096
const SALT_BYTES = 16
const TAG_BYTES = 16
const CURVE = 'prime256v1'

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64url')
const derive = (secret: Buffer, salt: Buffer, info: Buffer | string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, bytes))

function freshKey(): ECDH {
  const key = createECDH(CURVE)
  key.generateKeys()
  return key
}

/**
 * @param own key and salt of this one message; given only by tests
 * @throws Error when the subscription's keys are none
 */
export function encryptPush(
  text: string,
  { p256dh, auth }: PushSubscriptionKeys,
  own: { readonly key: ECDH; readonly salt: Buffer } = { key: freshKey(), salt: randomBytes(SALT_BYTES) },
): Buffer {
  const theirs = fromBase64(p256dh)
  const public_key = own.key.getPublicKey()
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, public_key])
  const secret = derive(own.key.computeSecret(theirs), fromBase64(auth), info, 32)
  const content_key = derive(secret, own.salt, 'Content-Encoding: aes128gcm\0', 16)
  const nonce = derive(secret, own.salt, 'Content-Encoding: nonce\0', 12)
  const head = Buffer.alloc(SALT_BYTES + 5)
  own.salt.copy(head)
  head.writeUInt32BE(RECORD_BYTES, SALT_BYTES)
  head.writeUInt8(public_key.length, SALT_BYTES + 4)
  const cipher = createCipheriv('aes-128-gcm', content_key, nonce, { authTagLength: TAG_BYTES })
  // 2 marks the last record.
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.update(Buffer.from([2])), cipher.final()])
  return Buffer.concat([head, public_key, body, cipher.getAuthTag()])
}

export function createVapidKeys(): VapidKeys {
  const key = freshKey()
  return { private_key: key.getPrivateKey('base64url'), public_key: key.getPublicKey('base64url') }
}

/** A signature is good for half a day at most, so that one that is overheard is soon worth nothing. */
const SIGNED_MS = 12 * HOUR_MS

/** @param contact `mailto:` or `https:` address of who runs this server, which push services ask for */
export function vapidHeader(keys: VapidKeys, endpoint: URL, contact: string, now: EpochMs): string {
  const point = fromBase64(keys.public_key)
  const [x, y] = [point.subarray(1, 33), point.subarray(33, 65)].map((part) => part.toString('base64url'))
  const key = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d: keys.private_key, x, y } })
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { aud: endpoint.origin, exp: Math.floor((now + SIGNED_MS) / 1000), sub: contact }
  const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  return `vapid t=${signed}.${signature}, k=${keys.public_key}`
}
