/** CAP 1.2 in and out: what we write we read as the same, what others write is checked, and nothing they send makes us work or fall. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CAP_CERTAINTIES, CAP_SEVERITIES, CAP_URGENCIES, WARNING_LEVELS, type WarningMessage } from '../../../engine/model/warning.ts'
import { type CapAnswer, readCap } from '../../../gateway/cap/read.ts'
import { atomFeed, capXml } from '../../../gateway/cap/write.ts'

const FIXTURE = readFileSync(join(import.meta.dirname, '../../fixtures/cap/rain-orange.xml'), 'utf8')
const SHARED = join(import.meta.dirname, '../../../../shared/formats/cap12_rain_orange.json')

const words = fc
  .array(fc.constantFrom('暴雨', 'rain', ' ', '&', '<', '>', '"', "'", ']]>', '🌧', 'é', '\n'), { minLength: 1, maxLength: 8 })
  .map((parts) => `x${parts.join('')}x`)
const bilingual = fc.record({ zh: words, en: words })
const second = fc.integer({ min: 0, max: 2_000_000_000 }).map((s) => s * 1000)
const name = fc.stringMatching(/^[A-Za-z0-9_.:@-]{1,40}$/)
const reference = fc.record({ sender: name, identifier: name, sent: second })
const lonLat = fc
  .tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))
  .map(([lon, lat]) => [lon + 0, lat + 0] as const)
const ring = fc.array(lonLat, { minLength: 3, maxLength: 6 }).map((points) => [...points, points[0]])
const area = fc.record({
  name: bilingual,
  polygons: fc.array(ring, { maxLength: 2 }),
  circles: fc.array(fc.record({ at: lonLat, radius_km: fc.double({ min: 0, max: 100, noNaN: true }) }), { maxLength: 1 }),
  geocodes: fc.array(fc.record({ name: words, value: words }), { maxLength: 2 }),
})

const message: fc.Arbitrary<WarningMessage> = fc
  .record({
    first: reference,
    status: fc.constantFrom('Actual', 'Exercise'),
    type: fc.constantFrom('Alert', 'Update', 'Cancel'),
    scope: fc.constantFrom('Public', 'Restricted'),
    references: fc.array(reference, { minLength: 1, maxLength: 3 }),
    hazard: fc.constantFrom(
      { hazard: 'rain', event: { zh: '暴雨', en: 'Rainstorm' } } as const,
      { hazard: 'flood', event: { zh: '内涝', en: 'Flood' } } as const,
      { hazard: 'other', event: { zh: '大风', en: 'Gale' } } as const,
    ),
    level: fc.constantFrom(...WARNING_LEVELS),
    urgency: fc.constantFrom(...CAP_URGENCIES),
    severity: fc.constantFrom(...CAP_SEVERITIES),
    certainty: fc.constantFrom(...CAP_CERTAINTIES),
    effective: second,
    expires: second,
    sender_name: bilingual,
    headline: bilingual,
    description: bilingual,
    instruction: bilingual,
    areas: fc.array(area, { maxLength: 2 }),
  })
  .map(({ first, hazard, ...more }) => ({
    ...first,
    ...more,
    ...hazard,
    references: more.type === 'Alert' ? [] : more.references,
    restriction: more.scope === 'Restricted' ? 'staff' : null,
  }))

const problemsOf = (answer: CapAnswer): string[] =>
  answer.ok ? [] : answer.problems.map(({ where, message: text }) => `${where}: ${text}`)

describe('round trip', () => {
  it('reads what it wrote as the same message', () => {
    fc.assert(
      fc.property(message, (given) => {
        const answer = readCap(capXml(given))
        expect(problemsOf(answer)).toEqual([])
        if (answer.ok) expect(answer.message).toEqual(given)
      }),
      { numRuns: 200 },
    )
  })

  it('writes latitude first, UTC as -00:00, both languages and no character that XML cannot hold', () => {
    const [given] = fc.sample(message, { numRuns: 1, seed: 1 })
    const square = [
      [120, 30],
      [121, 30],
      [121, 31],
    ] as const
    const xml = capXml({
      ...given,
      sent: Date.UTC(2026, 6, 18, 6, 5),
      headline: { zh: '甲\u0000\uD800乙', en: 'a' },
      areas: [{ name: { zh: '区', en: 'District' }, polygons: [square], circles: [], geocodes: [] }],
    })
    expect(xml).toContain('<polygon>30,120 30,121 31,121 30,120</polygon>')
    expect(xml).toContain('<sent>2026-07-18T06:05:00-00:00</sent>')
    expect(xml).toContain('<headline>甲乙</headline>')
    expect([...xml.matchAll(/<language>([^<]+)</g)].map(([, language]) => language)).toEqual(['zh-CN', 'en-US'])
  })

  it('lists messages as Atom', () => {
    const [given] = fc.sample(message, { numRuns: 1, seed: 1 })
    const warning = { id: 'w&1', origin: 'own', issued: 0, message: given, districts: [], reason: null } as const
    const feed = atomFeed('small', '小城 & co', [warning], 0, (id) => `/cap/${id}.xml`)
    expect(feed).toContain('<title>小城 &amp; co</title>')
    expect(feed).toContain('href="/cap/w&amp;1.xml"')
    expect(atomFeed('small', 'x', [], 0, String)).toContain('<updated>1970-01-01T00:00:00.000Z</updated>')
  })
})

describe('messages of others', () => {
  it('reads a weather service’s alert', () => {
    const answer = readCap(FIXTURE)
    expect(problemsOf(answer)).toEqual([])
    expect(answer).toMatchObject({
      message: {
        identifier: 'SC-2026-0001',
        sent: Date.UTC(2026, 0, 1, 0, 5),
        expires: Date.UTC(2026, 0, 1, 3, 5),
        hazard: 'rain',
        level: 'orange',
        severity: 'Severe',
        sender_name: { zh: '小城气象台', en: '小城气象台' },
        areas: [{ name: { zh: '零区', en: '零区' }, geocodes: [{ name: 'GB2260', value: '330102' }] }],
      },
    })
    if (answer.ok) expect(answer.message.areas[0].polygons[0][0]).toEqual([120.1, 30.22])
  })

  it.skipIf(!existsSync(SHARED))('reads the sample of ../shared/formats as it expects', () => {
    const { payload, expect: wanted } = JSON.parse(readFileSync(SHARED, 'utf8'))
    const answer = readCap(payload)
    expect(problemsOf(answer)).toEqual([])
    if (!answer.ok) return
    const { hazard, level, severity, areas, expires } = answer.message
    expect({ event: hazard, level, severity, area: areas.flatMap(({ geocodes }) => geocodes.map(({ value }) => value)) }).toEqual({
      event: wanted.event,
      level: wanted.level,
      severity: wanted.severity,
      area: wanted.area,
    })
    expect(expires).toBe(Date.parse(wanted.expires))
  })

  it('takes the colour from code, headline or severity', () => {
    const bare = FIXTURE.replace(/<eventCode>.*<\/eventCode>/, '')
    expect(readCap(bare)).toMatchObject({ message: { level: 'orange' } })
    expect(readCap(bare.replace('橙色', '').replace('Severe', 'Extreme'))).toMatchObject({ message: { level: 'red' } })
    expect(readCap(FIXTURE.replace('ORANGE', 'Blue'))).toMatchObject({ message: { level: 'blue' } })
  })

  it('leaves out what is of other namespaces, as a signature', () => {
    const signed = FIXTURE.replace(
      '</alert>',
      '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><a><sender>x</sender></a></Signature></alert>',
    )
    expect(readCap(signed)).toEqual(readCap(FIXTURE))
    const prefixed = FIXTURE.replace('<alert xmlns=', '<c:alert xmlns:c=').replace(/<(\/?)(?!c:|\?)/g, '<$1c:')
    expect(readCap(prefixed)).toEqual(readCap(FIXTURE))
  })

  it.each([
    [
      'another version',
      (xml: string) => xml.replace('cap:1.2', 'cap:1.1'),
      'line 2: <alert> is of namespace "urn:oasis:names:tc:emergency:cap:1.1"',
    ],
    ['no namespace', (xml: string) => xml.replace(/ xmlns="[^"]*"/, ''), 'line 2: <alert> is of namespace ""'],
    ['another document', (xml: string) => xml.replace('<alert', '<alarm').replace('</alert', '</alarm'), 'expected <alert>'],
    ['no status', (xml: string) => xml.replace(/<status>.*<\/status>/, ''), '<status> is missing'],
    ['unknown status', (xml: string) => xml.replace('>Actual<', '>Real<'), 'Real: expected one of Actual, Exercise'],
    ['unknown msgType', (xml: string) => xml.replace('<msgType>Alert', '<msgType>Warn'), 'Warn: expected one of Alert'],
    ['an update of nothing', (xml: string) => xml.replace('<msgType>Alert', '<msgType>Update'), 'msgType Update needs <references>'],
    [
      'broken references',
      (xml: string) => xml.replace('<info>', '<references>a,b</references><info>'),
      'a,b: expected sender,identifier,sent',
    ],
    ['Private without addresses', (xml: string) => xml.replace('Public', 'Private'), 'needs <addresses>'],
    ['Restricted to nobody', (xml: string) => xml.replace('Public', 'Restricted'), 'needs <restriction>'],
    ['twice the same', (xml: string) => xml.replace('<scope>', '<sender>other</sender><scope>'), 'line 8 alert/sender: comes twice'],
    ['a foreign element', (xml: string) => xml.replace('<scope>', '<mood>bad</mood><scope>'), 'alert/mood: is no element of CAP 1.2 here'],
    ['a name with a comma', (xml: string) => xml.replace('SC-2026', 'SC,2026'), 'without space, comma'],
    ['Z for UTC', (xml: string) => xml.replace('08:05:00+08:00</sent>', '00:05:00Z</sent>'), 'Z is not allowed'],
    ['a 30th of February', (xml: string) => xml.replace('2026-01-01T11', '2026-02-30T11'), '2026-02-30T11:05:00+08:00: expected a time'],
    ['longitude first', (xml: string) => xml.replace('30.22,120.10 30.22,120.24', '120.10,30.22 120.24,30.22'), 'lat,lon'],
    ['an open polygon', (xml: string) => xml.replace(' 30.22,120.10</polygon>', '</polygon>'), 'the last as the first'],
    [
      'an unknown code in the second language',
      (xml: string) => xml.replace(/<info>.*<\/info>/s, (info) => info + info.replace('zh-CN', 'en-US').replace('Immediate', 'Soon')),
      'alert/info/urgency: Soon: expected one of Immediate',
    ],
    ['no info', (xml: string) => xml.replace(/<info>.*<\/info>/s, ''), 'needs <info>'],
    ['no category', (xml: string) => xml.replace('<category>Met</category>', ''), '<category> is missing'],
    ['cut off', (xml: string) => xml.slice(0, 700), 'Unclosed root tag'],
    ['no XML', () => 'hello', 'line 1'],
    ['nothing', () => '', 'no element'],
    ['another encoding', (xml: string) => xml.replace('UTF-8', 'GB18030'), 'encoding GB18030: expected UTF-8'],
    [
      'an entity bomb',
      (xml: string) => xml.replace('<alert', '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><alert').replace('暴雨<', '&c;<'),
      'a DOCTYPE is not taken',
    ],
    ['an unknown entity', (xml: string) => xml.replace('暴雨<', '&bomb;<'), 'line 12: Invalid character entity'],
    ['depth without end', (xml: string) => xml.replace('<info>', '<info>'.repeat(100)), 'within each other'],
    ['elements without end', (xml: string) => xml.replace('<info>', `${'<code>a</code>'.repeat(6000)}<info>`), 'more than 5000 elements'],
  ])('refuses %s', (_name, change, why) => {
    expect(problemsOf(readCap(change(FIXTURE))).join('\n')).toContain(why)
  })

  it('answers whatever comes', () => {
    fc.assert(
      fc.property(fc.nat(FIXTURE.length), fc.nat(FIXTURE.length), fc.string(), (from, to, put) => {
        const answer = readCap(FIXTURE.slice(0, from) + put + FIXTURE.slice(to))
        expect(answer.ok || answer.problems.length > 0).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
