import { createECDH, createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVapidKeys, encryptPush, vapidHeader } from '../../../gateway/notify/web-push.ts'
import { decryptPush } from './decrypt-push.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

/** RFC 8291, appendix A. */
const EXAMPLE = {
  text: 'When I grow up, I want to be a watermelon',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  browser_public: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  browser_private: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
  server_private: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  message:
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
}

describe('a pushed text', () => {
  it('comes out as in the example of RFC 8291', () => {
    const key = createECDH('prime256v1')
    key.setPrivateKey(bytes(EXAMPLE.server_private))
    const own = { key, salt: bytes(EXAMPLE.salt) }
    const message = encryptPush(EXAMPLE.text, { p256dh: EXAMPLE.browser_public, auth: EXAMPLE.auth }, own)
    expect(message.toString('base64url')).toBe(EXAMPLE.message)
  })

  it('is read by its browser, and never looks the same twice', () => {
    const keys = { p256dh: EXAMPLE.browser_public, auth: EXAMPLE.auth }
    const [first, second] = [encryptPush('积水 0.31 m', keys), encryptPush('积水 0.31 m', keys)]
    expect(decryptPush(first, EXAMPLE.browser_private, EXAMPLE.browser_public, EXAMPLE.auth)).toBe('积水 0.31 m')
    expect(first.equals(second)).toBe(false)
  })
})

it('is signed by the server for one push service, for half a day', () => {
  const keys = createVapidKeys()
  const now = 1_767_225_600_000
  const header = vapidHeader(keys, new URL('https://push.example.net/send/abc'), 'mailto:duty@example.org', now)
  const [, jwt, public_key] = /^vapid t=(\S+), k=(\S+)$/.exec(header) ?? []
  expect(public_key).toBe(keys.public_key)
  const [head, claims, signature] = jwt.split('.')
  expect(JSON.parse(bytes(head).toString())).toEqual({ typ: 'JWT', alg: 'ES256' })
  expect(JSON.parse(bytes(claims).toString())).toEqual({
    aud: 'https://push.example.net',
    exp: now / 1000 + 12 * 3600,
    sub: 'mailto:duty@example.org',
  })
  const point = bytes(keys.public_key)
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  const key = createPublicKey({ format: 'jwk', key: jwk })
  expect(verify('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' }, bytes(signature))).toBe(true)
})
