/** The drift of Smart Data Models that is really sent: understood, normalised, counted. */
import { describe, expect, it } from 'vitest'
import type { DialectContext } from '../../../gateway/dialects/dialect.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import { byHttp, byMqtt, context, RECEIVED } from './fixtures.ts'

const post = (body: object, over: Partial<DialectContext> = {}) =>
  understand(byHttp({ path: '/ngsi-ld/v1/entities' }, body, 'application/ld+json'), context(over)).said

function one(body: object, over: Partial<DialectContext> = {}) {
  const said = post(body, over)
  return said.ok ? { form: said.forms[0], drift: said.drift } : { form: said, drift: [] }
}

const bin = { id: 'urn:ngsi-ld:WasteContainer:1', type: 'WasteContainer' }
const flood = { id: 'urn:ngsi-ld:FloodMonitoring:1', type: 'FloodMonitoring' }
const water = { id: 'urn:ngsi-ld:WaterObserved:1', type: 'WaterObserved', waterLevel: 3.4 }
const flow = { id: 'urn:ngsi-ld:TrafficFlowObserved:1', type: 'TrafficFlowObserved', intensity: 12 }

describe('an attribute', () => {
  it('may call itself a string where it should be a Property, and carry a format', () => {
    const status = { type: 'string', value: 'Danger' }
    const date = { type: 'string', format: 'date-time', value: '2026-07-18T14:30:15+08:00' }
    expect(one({ ...flood, floodLevelStatus: status, observationDateTime: date })).toMatchObject({
      form: { ts: Date.UTC(2026, 6, 18, 6, 30, 15), attributes: { floodLevelStatus: 'Danger' } },
      drift: [
        { field: 'floodLevelStatus', what: 'type' },
        { field: 'observationDateTime', what: 'type' },
        { field: 'observationDateTime', what: 'key' },
      ],
    })
  })

  it('may be of NGSIv2, concise, a number as text, or one of several instances', () => {
    expect(one({ ...flood, currentLevel: { type: 'Number', value: 0.3, metadata: {} } })).toMatchObject({
      form: { metrics: { level_m: 0.3 } },
      drift: [{ field: 'currentLevel', what: 'type' }],
    })
    expect(one({ ...flood, currentLevel: { value: 0.3 } })).toMatchObject({ form: { metrics: { level_m: 0.3 } }, drift: [] })
    expect(one({ ...flood, currentLevel: '0.3' }).drift).toEqual([{ field: 'currentLevel', what: 'type' }])
    const instances = [
      { type: 'Property', value: 0.3, datasetId: 'urn:a' },
      { type: 'Property', value: 0.9, datasetId: 'urn:b' },
    ]
    expect(one({ ...flood, currentLevel: instances })).toMatchObject({ form: { metrics: { level_m: 0.3 } }, drift: [] })
  })

  it('is in the unit of its unitCode, whatever the model says', () => {
    expect(one({ ...flood, currentLevel: { type: 'Property', value: 31, unitCode: 'CMT' } })).toMatchObject({
      form: { metrics: { level_m: 0.31 } },
      drift: [{ field: 'currentLevel', what: 'unit' }],
    })
    expect(one({ ...bin, temperature: { type: 'Property', value: 298.85, unitCode: 'KEL' } }).form).toMatchObject({
      metrics: { temperature_c: 25.7 },
    })
    expect(one({ ...bin, temperature: 298.85 })).toMatchObject({
      form: { metrics: { temperature_c: 25.7 } },
      drift: [{ field: 'temperature', what: 'unit' }],
    })
  })
})

describe('a share', () => {
  it.each([
    [0.8, 80, []],
    [1, 100, []],
    [80, 80, [{ field: 'fillingLevel', what: 'unit' }]],
    [0, 0, []],
  ])('of %s is %s percent full', (sent, fill_pct, drift) => {
    expect(one({ ...bin, fillingLevel: sent })).toMatchObject({ form: { metrics: { fill_pct } }, drift })
  })

  it('of a threshold is written in percent, of an occupancy from 0 to 1', () => {
    expect(one({ ...bin, binFullnessThreshold: 80 })).toMatchObject({ form: { metrics: { threshold_pct: 80 } }, drift: [] })
    expect(one({ ...bin, binFullnessThreshold: 0.8 })).toMatchObject({
      form: { metrics: { threshold_pct: 80 } },
      drift: [{ field: 'binFullnessThreshold', what: 'unit' }],
    })
    expect(one({ ...flow, occupancy: 0.76 })).toMatchObject({ form: { metrics: { occupancy_pct: 76 } }, drift: [] })
    expect(one({ ...flow, occupancy: 76 })).toMatchObject({
      form: { metrics: { occupancy_pct: 76 } },
      drift: [{ field: 'occupancy', what: 'unit' }],
    })
  })

  it('that cannot be is left out and counted', () => {
    const { form, drift } = one({ ...bin, fillingLevel: 7000, temperature: 20 })
    expect(form).toMatchObject({ metrics: { temperature_c: 20 } })
    expect(form).not.toHaveProperty('metrics.fill_pct')
    expect(drift).toContainEqual({ field: 'fillingLevel', what: 'range' })
  })
})

describe('a place', () => {
  const nice = { type: 'Point', coordinates: [43.66, 7.19] }
  it('with latitude first is turned round where that brings it into the city', () => {
    const turned = { ...water, location: { type: 'Point', coordinates: [30.25102, 120.17401] } }
    expect(one(turned)).toMatchObject({ form: { at: [120.17401, 30.25102] }, drift: [{ field: 'location', what: 'position' }] })
    expect(one({ ...water, location: { type: 'Point', coordinates: [120.17401, 30.25102] } }).drift).toEqual([])
  })

  it('outside of the city is no place, and flagged', () => {
    expect(one({ ...water, location: nice })).toMatchObject({ form: { at: null }, drift: [{ field: 'location', what: 'position' }] })
  })

  it('is not judged without a city, unless it is none on earth as it stands', () => {
    expect(one({ ...water, location: nice }, { box: null })).toMatchObject({ form: { at: [43.66, 7.19] }, drift: [] })
    expect(one({ ...water, location: { type: 'Point', coordinates: [30.2, 120.1] } }, { box: null }).form).toMatchObject({
      at: [120.1, 30.2],
    })
  })

  it('of a line or a surface is its middle', () => {
    const ring = [
      [120.1, 30.1],
      [120.2, 30.1],
      [120.2, 30.2],
      [120.1, 30.2],
      [120.1, 30.1],
    ]
    const { form } = one({ ...water, location: { type: 'Polygon', coordinates: [ring] } })
    expect(form).toMatchObject({ at: [expect.closeTo(120.15, 9), expect.closeTo(30.15, 9)] })
  })
})

describe('a time', () => {
  it('may be an interval without a zone, which is local time', () => {
    expect(one({ ...flow, dateObserved: '2026-07-18T14:25:00/2026-07-18T14:30:00' })).toMatchObject({
      form: { ts: Date.UTC(2026, 6, 18, 6, 30), from: Date.UTC(2026, 6, 18, 6, 25), clock: 'device' },
      drift: [{ field: 'dateObserved', what: 'time' }],
    })
  })

  it('may stand at the attribute, or nowhere', () => {
    const level = { type: 'Property', value: 0.3, observedAt: '2026-07-18T06:30:15.123Z' }
    expect(one({ ...flood, currentLevel: level }).form).toMatchObject({ ts: Date.UTC(2026, 6, 18, 6, 30, 15, 123), clock: 'device' })
    expect(one({ ...flood, currentLevel: 0.3 }).form).toMatchObject({ ts: RECEIVED, clock: 'arrival' })
  })
})

describe('an entity', () => {
  it('may have the id of another type', () => {
    expect(one({ ...flood, id: 'urn:ngsi-ld:NoiseLevelObserved:X', currentLevel: 0.1 })).toMatchObject({
      form: { type: 'FloodMonitoring', entity: 'urn:ngsi-ld:NoiseLevelObserved:X' },
      drift: [{ field: 'id', what: 'id' }],
    })
  })

  it('has its level from the reference where it sends no other', () => {
    expect(one({ ...flood, referenceLevel: 4.2, measuredDistance: 3.89 }).form).toMatchObject({ metrics: { level_m: 0.31 } })
    expect(
      one({ ...flood, referenceLevel: { type: 'Relationship', object: 'urn:ngsi-ld:4.2' }, measuredDistance: 3.89 }).form,
    ).toMatchObject({
      metrics: { level_m: 0.31 },
    })
  })

  it('may be written with full names', () => {
    const full = {
      '@id': flood.id,
      '@type': ['https://smartdatamodels.org/dataModel.Environment/FloodMonitoring'],
      'https://smartdatamodels.org/dataModel.Environment/currentLevel': { value: 0.3 },
    }
    expect(one(full).form).toMatchObject({ type: 'FloodMonitoring', metrics: { level_m: 0.3 } })
  })

  it.each([
    ['no object', []],
    ['an unknown type', { id: 'urn:x:1', type: 'AirQualityObserved', pm25: 3 }],
    ['no id', { type: 'FloodMonitoring', currentLevel: 1 }],
    ['nothing in it', { ...flood }],
    ['members of Object only', JSON.parse('{"id":"urn:x:1","type":"constructor","__proto__":{"currentLevel":1}}')],
  ])('is refused when it is %s', (_name, body) => {
    expect(post(body)).toMatchObject({ ok: false, kind: 'schema' })
  })

  it('in a batch stands for itself', () => {
    const said = post([{ ...flood, currentLevel: 0.1 }, { type: 'FloodMonitoring' }, { ...bin, fillingLevel: 0.5 }])
    expect(said).toMatchObject({ ok: true, forms: [{ type: 'FloodMonitoring' }, { type: 'WasteContainer' }] })
    expect(said.ok && said.drift).toEqual([{ field: 'entities.1', what: 'syntax' }])
    expect(post(Array.from({ length: 1001 }, () => flood))).toMatchObject({ ok: false, kind: 'size' })
  })
})

describe('a notification', () => {
  const notification = {
    id: 'urn:ngsi-ld:Notification:1',
    type: 'Notification',
    notifiedAt: '2026-07-18T06:30:15.000Z',
    data: [{ ...bin, fillingLevel: { type: 'Property', value: 0.8 } }],
  }
  const expected = {
    ok: true,
    forms: [
      { metrics: { fill_pct: 80 }, heard: Date.UTC(2026, 6, 18, 6, 30, 15), clock: 'gateway', dedupeKey: 'urn:ngsi-ld:Notification:1 0' },
    ],
  }
  it('comes over HTTP, and over MQTT wrapped with its headers', () => {
    expect(understand(byHttp({ path: '/notify' }, notification), context()).said).toMatchObject(expected)
    const wrapped = { metadata: { Link: '<x>' }, body: notification }
    expect(understand(byMqtt('orion/notify', wrapped), context()).said).toMatchObject(expected)
  })
})
