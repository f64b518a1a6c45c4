import { describe, expect, it } from 'vitest'
import { createRandom } from '../../engine/base/random.ts'
import { MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { CityDevice } from '../../engine/model/city.ts'
import { createLink, type Envelope, type Link } from '../../simulators/link.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { scenarioOf } from './scenarios.ts'

const city = smallCity()
const device = (id: string): CityDevice => city.devices.find((one) => one.id === id) ?? fail()
const gauge = device('G1')
const scenario = scenarioOf()
const START = scenario.start

function linkWith(text: string): Link {
  return createLink({ scenario: scenarioOf(text), random: createRandom(9), start: START })
}

/** What arrives in twenty minutes of one reading a minute, level 0.10 rising by a centimetre each. */
function arrivals(link: Link, sender = gauge): { envelopes: Envelope[]; levels: (number | undefined)[] } {
  const key = `${sender.district}/${sender.domain}/${sender.id}`
  for (let minute = 0; minute < 20; minute++) {
    const ts = START + minute * MINUTE_MS
    link.send(sender, key, 'reading', ts, { ts, seq: minute, v: { level_m: (10 + minute) / 100 } })
  }
  const envelopes = link.take(Number.POSITIVE_INFINITY)
  return { envelopes, levels: envelopes.map(({ text }) => (JSON.parse(text) as { v: { level_m?: number } }).v.level_m) }
}

const FAULT = (rest: string): string => `faults: [{domain: flood, from_min: 5, until_min: 10, ${rest}}]`
const TRUE_LEVELS = Array.from({ length: 20 }, (_, minute) => (10 + minute) / 100)

describe('a faulty device', () => {
  it('without faults says what it measures', () => {
    expect(arrivals(linkWith('')).levels).toEqual(TRUE_LEVELS)
  })

  it('silent: nothing arrives while it lasts', () => {
    expect(arrivals(linkWith(FAULT('fault: silent'))).levels).toEqual([...TRUE_LEVELS.slice(0, 5), ...TRUE_LEVELS.slice(10)])
  })

  it('stuck: repeats its first value with new times', () => {
    const { levels, envelopes } = arrivals(linkWith(FAULT('fault: stuck')))
    expect(levels.slice(5, 10)).toEqual([0.15, 0.15, 0.15, 0.15, 0.15])
    expect(levels.slice(10)).toEqual(TRUE_LEVELS.slice(10))
    expect(JSON.parse(envelopes[8].text)).toMatchObject({ ts: START + 8 * MINUTE_MS, seq: 8 })
  })

  it('bias: adds the amount, to the named metric only', () => {
    expect(arrivals(linkWith(FAULT('fault: bias, amount: 0.5'))).levels[6]).toBeCloseTo(0.66, 9)
    expect(arrivals(linkWith(FAULT('fault: bias, amount: 0.5, metric: flow_m3_s'))).levels).toEqual(TRUE_LEVELS)
  })

  it('drift: adds the amount for every hour that it has lasted', () => {
    const { levels } = arrivals(linkWith(FAULT('fault: drift, amount: 6')))
    expect(levels.slice(0, 6)).toEqual(TRUE_LEVELS.slice(0, 6))
    expect(levels[8]).toBeCloseTo(TRUE_LEVELS[8] + 0.3, 9)
    expect(levels.slice(10)).toEqual(TRUE_LEVELS.slice(10))
  })

  it('power_cut: says nothing but its state, whatever a crew does', () => {
    const link = linkWith(FAULT('fault: power_cut'))
    link.repair('d0/flood/G1', START + 6 * MINUTE_MS)
    link.send(gauge, 'd0/flood/G1', 'state', START + 7 * MINUTE_MS, { online: false })
    expect(link.take(START + 7 * MINUTE_MS)).toHaveLength(1)
    expect(arrivals(link).levels).toHaveLength(15)
  })

  it('noise: scatters about the truth', () => {
    const { levels } = arrivals(linkWith(FAULT('fault: noise, amount: 0.05')))
    expect(levels.slice(0, 5)).toEqual(TRUE_LEVELS.slice(0, 5))
    expect(levels.slice(5, 10)).not.toEqual(TRUE_LEVELS.slice(5, 10))
    for (let minute = 5; minute < 10; minute++) expect(Math.abs((levels[minute] ?? 9) - TRUE_LEVELS[minute])).toBeLessThan(0.25)
  })

  it('crazy: says what cannot be', () => {
    expect(Math.abs(arrivals(linkWith(FAULT('fault: crazy'))).levels[7] ?? 0)).toBeGreaterThan(1000)
  })

  it('drop and duplicate: a share of the messages', () => {
    const count = (text: string): number => arrivals(linkWith(text)).envelopes.length
    expect(count(FAULT('fault: drop, amount: 1'))).toBe(15)
    expect(count(FAULT('fault: duplicate, amount: 1'))).toBe(25)
    expect(count(FAULT('fault: drop, amount: 0'))).toBe(20)
  })

  it('late: arrives after the amount of seconds', () => {
    const { envelopes } = arrivals(linkWith(FAULT('fault: late, amount: 600')))
    const late = envelopes.filter(({ due, text }) => due - (JSON.parse(text) as { ts: number }).ts === 600 * SECOND_MS)
    expect(late.length).toBe(5)
  })

  it('is the one that was named, or a share of its kind', () => {
    expect(arrivals(linkWith(FAULT('fault: silent, id: G2'))).levels).toEqual(TRUE_LEVELS)
    expect(arrivals(linkWith(FAULT('fault: silent, kind: rain_gauge'))).levels).toEqual(TRUE_LEVELS)
    expect(arrivals(linkWith(FAULT('fault: silent, share: 0'))).levels).toEqual(TRUE_LEVELS)
    expect(arrivals(linkWith(FAULT('fault: silent, place: LP2'))).levels).toEqual(TRUE_LEVELS)
    expect(arrivals(linkWith(FAULT('fault: silent, district: d9'))).levels).toEqual(TRUE_LEVELS)
    expect(arrivals(linkWith(FAULT('fault: silent, place: LP1, district: d0'))).levels).toHaveLength(15)
  })

  it('speaks again once a crew has repaired it', () => {
    const link = linkWith(FAULT('fault: silent'))
    link.repair('d0/flood/G1', START + 7 * MINUTE_MS)
    expect(arrivals(link).levels).toEqual(TRUE_LEVELS)
  })

  it('counts whole vehicles, never less than none', () => {
    const link = linkWith('faults: [{fault: bias, domain: traffic, amount: -2.4, from_min: 0, until_min: 9}]')
    const junction = device('J11')
    link.send(junction, 'd0/traffic/J11', 'reading', START, { ts: START, phase: 3, in: { a: [5, 1, 3] }, out: {} })
    expect(JSON.parse(link.take(START)[0].text)).toEqual({ ts: START, phase: 3, in: { a: [3, 0, 1] }, out: {} })
  })
})

describe('a bad network', () => {
  it('delays, lets messages overtake and delivers all of them', () => {
    const { envelopes, levels } = arrivals(linkWith('network: {delay_s: 120}'))
    expect(levels).not.toEqual(TRUE_LEVELS)
    expect([...levels].sort()).toEqual(TRUE_LEVELS)
    expect(envelopes.every(({ due, text }) => due >= (JSON.parse(text) as { ts: number }).ts)).toBe(true)
  })

  it('holds back what is not due', () => {
    const link = linkWith('network: {delay_s: 120}')
    link.send(gauge, 'd0/flood/G1', 'reading', START, { ts: START, v: {} })
    expect(link.take(START)).toEqual([])
    expect(link.take(START + 30 * MINUTE_MS)).toHaveLength(1)
    expect(link.take(START + 30 * MINUTE_MS)).toEqual([])
  })
})

function fail(): never {
  throw new Error('no such device')
}
