/** From an unknown message to a mapping in force: the desk with a real file. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMappingDesk, type MappingDesk } from '../../../gateway/mappings/desk.ts'
import { type RefusalKind, redact } from '../../../gateway/mqtt/quarantine.ts'
import { context, RECEIVED } from '../dialects/fixtures.ts'

let directory: string
let file: string
let desk: MappingDesk
let said: string[]

async function open(reload = false): Promise<MappingDesk> {
  const hear = (_fields: object, message: string) => void said.push(message)
  const fresh = createMappingDesk({
    file,
    groups_file: join(directory, 'quarantine.json'),
    context: () => context(),
    reload,
    redact,
    logger: { info: hear, warn: hear, error: hear },
  })
  await fresh.start()
  return fresh
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mappings-'))
  file = join(directory, 'mappings.yaml')
  said = []
  desk = await open()
})
afterEach(async () => {
  await desk.stop()
  rmSync(directory, { recursive: true })
})

const refuse = (topic: string, payload: unknown, kind: RefusalKind = 'dialect', at = RECEIVED) =>
  desk.note({
    at,
    topic,
    from: 'bridge/acme',
    kind,
    reason: 'no dialect',
    payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  })

const level = { ts: RECEIVED, level_mm: 310 }
const only = () => {
  const [group] = desk.groups()
  if (group?.suggestion == null) throw new Error('no suggestion')
  return { group, draft: group.suggestion.mapping }
}

describe('refused messages', () => {
  it('are grouped by the shape of their topic and the kind of reason', () => {
    for (let i = 0; i < 5; i++) refuse(`acme/A${i}/up`, level, 'dialect', RECEIVED + i)
    refuse('acme/A1/up', '{', 'json')
    refuse('city/v1/d0/flood/G1/reading', { ts: 1 }, 'schema')
    const groups = desk.groups()
    expect(groups.map(({ topic, kind, count }) => `${topic} ${kind} ${count}`)).toEqual([
      'city/v1/+/flood/+/reading schema 1',
      'acme/+/up json 1',
      'acme/+/up dialect 5',
    ])
    expect(groups[2]).toMatchObject({ first: RECEIVED, last: RECEIVED + 4, suggestion: { mapping: { entity: 'acme:{topic.2}' } } })
    // What is wrong on our own topics is the device's to mend.
    expect(groups[0].suggestion).toBeNull()
  })

  it('are the same after a restart, and what is no group of them is left out', async () => {
    refuse('acme/A1/up', level)
    refuse('acme/A2/up', '{', 'json')
    const before = desk.groups()
    await desk.stop()
    desk = await open()
    expect(desk.groups()).toEqual(before)
    refuse('acme/A3/up', level, 'dialect', RECEIVED + 5)
    expect(desk.groups()[0]).toMatchObject({ id: before[1].id, count: 2, first: RECEIVED, last: RECEIVED + 5 })
    await desk.stop()
    writeFileSync(join(directory, 'quarantine.json'), JSON.stringify([{ id: 'x' }, 7, before[0]]))
    desk = await open()
    expect(desk.groups().map(({ id }) => id)).toEqual([before[0].id])
    await desk.stop()
    writeFileSync(join(directory, 'quarantine.json'), '[{"id":')
    desk = await open()
    expect(desk.groups()).toEqual([])
  })

  it('are bounded', () => {
    for (let i = 0; i < 700; i++)
      refuse(
        `maker${'x'.repeat(i % 7)}/${'abcdefghijklmnopqrstuvwxyz'[i % 26]}${String.fromCharCode(97 + (Math.floor(i / 26) % 26))}/up`,
        level,
      )
    expect(desk.groups().length).toBeLessThanOrEqual(500)
  })
})

describe('an accepted mapping', () => {
  it('is in force at once, in the file with the sample as its test, and read again by the next process', async () => {
    writeFileSync(file, '# by hand\nmappings: []\n')
    refuse('acme/A1/up', level)
    const { group, draft } = only()
    expect(await desk.attempt(group, draft)).toMatchObject({
      forms: [{ entity: 'acme:A1', ts: RECEIVED, metrics: { level_m: 0.31 } }],
      faults: [],
    })
    expect(desk.mappings).toEqual([])
    await desk.accept(group, draft)
    expect(desk.mappings.map(({ id }) => id)).toEqual(['acme-up'])
    expect(desk.groups()).toEqual([])
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('# by hand')
    expect(text).toContain('level_m: 0.31')
    expect(readdirSync(directory)).toEqual(['mappings.yaml'])
    const again = await open()
    expect(again.problems).toEqual([])
    expect(again.mappings.map(({ id }) => id)).toEqual(['acme-up'])
    await again.stop()
  })

  it('gives something of the sample, has a name of its own, and can be withdrawn', async () => {
    refuse('acme/A1/up', level)
    const { group, draft } = only()
    await expect(desk.accept(group, { ...draft, metrics: [{ path: 'nowhere', metric: 'level_m' }] })).rejects.toThrow(/none of the paths/)
    await expect(desk.accept(group, { ...draft, topic: 'other/+/up' })).rejects.toThrow(/does not take/)
    await desk.accept(group, draft)
    refuse('acme/A1/up', level)
    await expect(desk.accept(only().group, draft)).rejects.toThrow(/stands already/)
    expect(await desk.withdraw('acme-up')).toBe(true)
    expect(await desk.withdraw('acme-up')).toBe(false)
    expect(desk.mappings).toEqual([])
    expect(readFileSync(file, 'utf8')).not.toContain('acme-up')
  })

  it('may be an expression', async () => {
    refuse('acme/A1/up', { lists: [{ n: 'A', v: 3 }] })
    const [group] = desk.groups()
    const jsonata = 'lists.{"entity": "flood:" & n, "metrics": {"level_m": v / 10}}'
    await desk.accept(group, { id: 'lists', topic: 'acme/+/up', jsonata })
    expect(desk.written[0].tests[0].expect).toEqual([{ kind: 'measurement', entity: 'flood:A', metrics: { level_m: 0.3 } }])
  })

  it('never overwrites a file that somebody broke', async () => {
    refuse('acme/A1/up', level)
    const { group, draft } = only()
    writeFileSync(file, 'mappings: [')
    await expect(desk.accept(group, draft)).rejects.toThrow(/mend it first/)
    expect(readFileSync(file, 'utf8')).toBe('mappings: [')
  })
})

describe('an ignored topic', () => {
  it('stays refused, says why, and can wait again', async () => {
    refuse('acme/A1/debug', { x: 1 })
    await desk.ignore(desk.groups()[0], 'chatter')
    refuse('acme/A2/debug', { x: 1 })
    expect(desk.groups()).toMatchObject([{ topic: 'acme/+/debug', count: 2, ignored: 'chatter' }])
    expect(await desk.heed('acme/+/debug')).toBe(true)
    expect(desk.groups()[0].ignored).toBeNull()
    expect(await desk.heed('acme/+/debug')).toBe(false)
  })
})

describe('the file', () => {
  it('takes effect when somebody changes it, and a broken one leaves in force what is', async () => {
    await desk.stop()
    desk = await open(true)
    refuse('acme/A1/up', level)
    await desk.accept(only().group, only().draft)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('acme-up', 'acme-two'))
    await expect.poll(() => desk.mappings.map(({ id }) => id), { timeout: 5000 }).toEqual(['acme-two'])
    writeFileSync(file, 'mappings: [')
    await expect.poll(() => desk.problems.length, { timeout: 5000 }).toBeGreaterThan(0)
    expect(desk.mappings.map(({ id }) => id)).toEqual(['acme-two'])
  })
})
