/** Who gets a phone signed in, for how long, and who is kept from guessing. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPhones, INVITATION_MS, type Phones, TOKEN_MS } from '../../gateway/phones.ts'

const CREW = 'd0/crew/crew-1'
const FROM = '192.0.2.7'
let directory: string
let file: string
let now: number
let phones: Phones

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'phones-'))
  file = join(directory, 'phones.json')
  now = 1_767_225_600_000
  phones = createPhones({ file, now: () => now })
})
afterEach(() => rmSync(directory, { recursive: true }))

function invite(crew = CREW) {
  const made = phones.invite(crew, 'ops')
  if (made === null || made.code === null) throw new Error('no invitation')
  return { ...made, code: made.code }
}
function signIn(given: Parameters<Phones['signIn']>[0], from = FROM) {
  const answer = phones.signIn(given, from)
  if ('why' in answer) throw new Error(answer.why)
  return answer
}
const wrongCode = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('an invitation', () => {
  it('signs one phone in, by its code or by its ticket, for its crew', () => {
    const { code, ticket } = invite()
    expect(code).toMatch(/^[0-9]{6}$/)
    const { token, id } = signIn({ code })
    expect(phones.verify(token)).toEqual({ name: `phone:${id}`, role: 'crew', phone: { id, crew: CREW } })
    expect(phones.signIn({ code }, FROM)).toEqual({ why: 'unknown' })
    expect(phones.signIn({ ticket }, FROM)).toEqual({ why: 'unknown' })
    const second = signIn({ ticket: invite('d0/crew/crew-2').ticket })
    expect(second.crew).toBe('d0/crew/crew-2')
    expect(phones.verify(`${second.token.slice(0, -1)}${second.token.endsWith('A') ? 'B' : 'A'}`)).toBeNull()
  })

  it('ends after ten minutes, and when a newer one is made for the crew', () => {
    const first = invite()
    const second = invite()
    expect(phones.signIn({ ticket: first.ticket }, FROM)).toEqual({ why: 'unknown' })
    now += INVITATION_MS
    expect(phones.signIn({ ticket: second.ticket }, FROM)).toEqual({ why: 'unknown' })
  })

  it('cannot be guessed: an address has five tries a minute', () => {
    const { code } = invite()
    for (let i = 0; i < 5; i++) expect(phones.signIn({ code: wrongCode(code) }, FROM)).toEqual({ why: 'unknown' })
    expect(phones.signIn({ code }, FROM)).toEqual({ why: 'too_many', wait_s: 60 })
    now += 60_000
    expect(signIn({ code }).crew).toBe(CREW)
  })

  it('is void as a code after twenty wrong tries from anywhere, and still good as a ticket', () => {
    const { code, ticket } = invite()
    for (let i = 0; i < 20; i++) phones.signIn({ code: wrongCode(code) }, `192.0.2.${i}`)
    expect(phones.signIn({ code }, FROM)).toEqual({ why: 'unknown' })
    expect(signIn({ ticket }, '198.51.100.1').crew).toBe(CREW)
  })
})

describe('a phone that is signed in', () => {
  it('stays so over a restart, for twelve hours, and its secret is nowhere on disk', async () => {
    const { token, id } = signIn({ code: invite().code })
    expect(readFileSync(file, 'utf8')).not.toContain(token.split('_')[2])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = createPhones({ file, now: () => now })
    await again.start()
    expect(again.verify(token)).toMatchObject({ phone: { id, crew: CREW } })
    now += TOKEN_MS
    expect(again.verify(token)).toBeNull()
    expect(again.list()).toEqual([])
  })

  it('is signed out for good', async () => {
    const { token, id } = signIn({ code: invite().code })
    expect(phones.end(id)).toBe(CREW)
    expect(phones.end(id)).toBeNull()
    expect(phones.verify(token)).toBeNull()
    const again = createPhones({ file, now: () => now })
    await again.start()
    expect(again.verify(token)).toBeNull()
  })

  it('is listed with when it was heard last and what it holds back', () => {
    const { token, id } = signIn({ code: invite().code })
    now += 5000
    phones.verify(token)
    phones.touch(id, 3)
    now += 60_000
    expect(phones.list()).toMatchObject([{ id, crew: CREW, invited_by: 'ops', synced: now - 60_000, waiting: 3, push: false }])
  })

  it('lets nobody in when its file is damaged', async () => {
    writeFileSync(file, '{"phones":[{"id":"x"}]}')
    await expect(createPhones({ file, now: () => now }).start()).rejects.toMatchObject({ code: 'phones_file' })
  })
})
