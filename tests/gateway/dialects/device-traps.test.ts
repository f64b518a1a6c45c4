/** The traps that the notes of ../shared/formats and its formats.md name, each with messages made up here. */
import { describe, expect, it } from 'vitest'
import type { DialectContext } from '../../../gateway/dialects/dialect.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import type { NormalForm } from '../../../gateway/dialects/normal-form.ts'
import { byMqtt, chirpStackUp, context, FORMATS_MISSING, fixture, RECEIVED } from './fixtures.ts'

const NOW = Date.UTC(2026, 6, 18, 6, 30, 15)

function formsOf(envelope: ReturnType<typeof byMqtt>, memory: DialectContext = context()): readonly NormalForm[] {
  const { said } = understand(envelope, memory)
  expect(said).toMatchObject({ ok: true })
  return said.ok ? said.forms : []
}
const said = (topic: string, body: Parameters<typeof byMqtt>[1]) => understand(byMqtt(topic, body), context()).said
const forms = (topic: string, body: Parameters<typeof byMqtt>[1]) => formsOf(byMqtt(topic, body))
const base64 = (hex: string): string => Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64')

describe('Frigate', () => {
  const event = (over: object, type = 'update') => ({
    type,
    after: { id: '1-a', camera: 'c1', frame_time: NOW / 1000 + 0.4567, label: 'car', ...over },
  })

  it('has times as epoch seconds with fractions', () => {
    expect(forms('frigate/events', event({}))).toMatchObject([{ ts: NOW + 457 }])
  })

  it('repeats one id from new to end: the key stays, the phase moves', () => {
    const phases = ['new', 'update', 'end'].map((type) => forms('frigate/events', event({ end_time: NOW / 1000 + 9 }, type))[0])
    expect(phases.map((form) => form.dedupeKey)).toEqual(['1-a', '1-a', '1-a'])
    expect(phases).toMatchObject([{ phase: 'new' }, { phase: 'update' }, { phase: 'end', ts: NOW + 9000 }])
  })

  it.each([null, 'Bob', ['Bob', 0.8]])('takes a sub_label of any version (%j) and never shows it', (sub_label) => {
    const [form] = forms('frigate/events', event({ sub_label }))
    expect(form).toMatchObject({ subject: sub_label === null ? null : 'p:3-letters' })
    expect(JSON.stringify(form)).not.toContain('Bob')
  })

  it('may carry a thumbnail of any size up to the cap', () => {
    expect(forms('frigate/events', event({ thumbnail: 'A'.repeat(200_000) }))).toHaveLength(1)
    expect(said('frigate/events', event({ thumbnail: 'A'.repeat(2_000_000) }))).toMatchObject({ ok: false, kind: 'size' })
  })

  it('has a prefix for each installation, also one that nobody configured', () => {
    expect(forms('site2/nvr/events', event({}))).toMatchObject([{ kind: 'camera.object' }])
    const memory = context({ frigate_prefixes: ['frigate', 'site2/nvr'] })
    expect(formsOf(byMqtt('site2/nvr/c1/car', '3'), memory)).toMatchObject([{ kind: 'camera.count', entity: 'camera:c1', value: 3 }])
  })

  it('sends JPEG where JSON is near', () => {
    expect(forms('frigate/c1/car/snapshot', Uint8Array.of(0xff, 0xd8, 0xff, 0))).toMatchObject([
      { kind: 'camera.still', entity: 'camera:c1', label: 'car' },
    ])
    expect(said('frigate/events', Uint8Array.of(0xff, 0xd8, 0xff, 0))).toMatchObject({ ok: false, kind: 'json' })
    expect(said('frigate/c1/car', Uint8Array.of(0xff, 0xd8, 0xff, 0))).toMatchObject({ ok: false, kind: 'schema' })
  })
})

describe('ONVIF', () => {
  const EVENT = 'a/b/onvif-ej/Device/HardwareFailure/FanFailure/&1'

  it.each([true, 'true', 1, '1'])('values come quoted or bare: %j', (Failed) => {
    expect(forms(EVENT, { UtcTime: '2026-07-18T06:30:15Z', Data: { Failed } })).toMatchObject([
      { kind: 'device.fault', entity: 'camera:a/b', fault: 'fan', state: true },
    ])
  })

  it('takes a zero-byte retained payload for a deletion', () => {
    expect(forms(EVENT, '')).toMatchObject([{ kind: 'deleted', topicPath: 'Device/HardwareFailure/FanFailure' }])
  })

  it("is strict about a missing quote, though the standard's own sample misses one", () => {
    expect(said(EVENT, '{"UtcTime":"2026-07-18T06:30:15Z","Data":{"Failed":"true}}')).toMatchObject({ ok: false, kind: 'json' })
  })

  it('hides a plate in the data of a rule, and whatever may be a name', () => {
    const [form] = forms('cam/onvif-ej/RuleEngine/LPR/Plate/&1', {
      UtcTime: '2026-07-18T06:30:15Z',
      Source: { Rule: 'gate' },
      Data: { LicensePlateNumber: 'ZA12345', PersonName: 'Bob', Lane: '2' },
    })
    expect(form).toMatchObject({ kind: 'camera.rule', subject: 'p:7-letters', data: { Lane: 2 } })
    expect(JSON.stringify(form)).not.toMatch(/ZA12345|Bob/)
  })

  it('counts temperatures in Kelvin in metadata and in Celsius in events', () => {
    const metadata = { SensorData: { '@UtcTime': '2026-07-18T06:30:00Z', '@SensorID': 't', Value: 298.65 } }
    expect(forms('cam/onvif-mj/SensorData/Temperature', metadata)).toMatchObject([{ metrics: { temperature_c: 25.5 } }])
    const event = { UtcTime: '2026-07-18T06:30:00Z', Data: { Value: '28.65' } }
    expect(forms('cam/onvif-ej/Monitoring/Temperature/&1', event)).toMatchObject([{ metrics: { temperature_c: 28.65 } }])
  })

  it('takes a frame time without a zone for UTC, one object for a list of one, and counts the drift', () => {
    const frame = { '@UtcTime': '2026-07-18T06:30:15.5', Object: { '@ObjectId': '7' } }
    const answer = said('cam/onvif-mj/VideoAnalytics/1/M', { Frame: frame })
    expect(answer).toMatchObject({
      ok: true,
      forms: [{ kind: 'camera.frame', ts: NOW + 500, objects: 1, class: null, detections: [{ id: '7', box: null }] }],
      drift: [{ field: 'Frame.@UtcTime', what: 'time' }],
    })
  })
})

describe('LoRaWAN servers', () => {
  const em400 = { deviceInfo: { deviceProfileName: 'EM400-UDL' } }

  it('leave out what is zero: no fCnt is 0, no data is nothing said', () => {
    expect(formsOf(chirpStackUp({ fCnt: undefined, fPort: 85, data: 'AXVcA2cBAQSC8AAFAAA=' }))).toMatchObject([{ seq: 0 }])
    expect(formsOf(chirpStackUp({ ...em400, fPort: undefined }))).toEqual([])
  })

  it('give the vendor object only where a codec is set; both mean the same', () => {
    const object = { battery: 92, temperature: 25.7, distance: 240, position: 'normal' }
    const [from_bytes] = formsOf(chirpStackUp({ ...em400, fPort: 85, data: 'AXVcA2cBAQSC8AAFAAA=' }))
    const [from_object] = formsOf(chirpStackUp({ ...em400, fPort: 85, object }))
    expect(from_object).toEqual(from_bytes)
  })

  it('name one event again and again', () => {
    expect(formsOf(chirpStackUp({ deduplicationId: 'd1', fPort: 85, data: 'AXVcA2cBAQSC8AAFAAA=' }))).toMatchObject([{ dedupeKey: 'd1' }])
  })

  it('fold a dev_eui however it is written', () => {
    const entities = ['24E124713B492114', '24-e1-24-71-3b-49-21-14', '24:E1:24:71:3B:49:21:14'].map(
      (dev_eui) =>
        forms('v3/app/devices/b/up', {
          end_device_ids: { dev_eui },
          uplink_message: { f_port: 85, frm_payload: 'AXVcA2cBAQSC8AAFAAA=', received_at: '2026-07-18T06:30:15Z' },
        })[0].entity,
    )
    expect(new Set(entities)).toEqual(new Set(['bin:24e124713b492114']))
  })

  it('say the height of a bin in a tag', () => {
    const tagged = (binHeightMm: string) => chirpStackUp({ deviceInfo: { tags: { binHeightMm } }, fPort: 85, data: 'AXVcA2cBAQSC8AAFAAA=' })
    expect(formsOf(tagged('1200'))).toMatchObject([{ derived: { fill_pct: 80 } }])
    expect(formsOf(tagged('1.2 m'))).toMatchObject([{ derived: { fill_pct: 80 } }])
    expect(formsOf(tagged('0'))).toMatchObject([{ derived: {} }])
    expect(formsOf(tagged('100'))).toMatchObject([{ derived: { fill_pct: 0 } }])
  })

  it('carry devices that nobody knows: refused with port and reason', () => {
    const { said: answer } = understand(chirpStackUp({ fPort: 9, data: 'AQID' }), context())
    expect(answer).toMatchObject({ ok: false, kind: 'dialect', reason: expect.stringContaining('port 9') })
  })

  it('tell other events than uplinks', () => {
    const topic = 'application/1/device/24e124713b492114/event/'
    expect(forms(`${topic}status`, { time: '2026-07-18T06:30:15Z', batteryLevel: 71.5 })).toMatchObject([
      { kind: 'device.presence', online: true, battery_pct: 71.5 },
    ])
    for (const event of ['join', 'ack', 'txack', 'log', 'location', 'integration']) expect(forms(topic + event, {})).toEqual([])
  })
})

describe('sensors', () => {
  const up = (deviceProfileName: string, hex: string, fPort = 85) =>
    formsOf(chirpStackUp({ deviceInfo: { deviceProfileName, tags: { binHeightMm: '1200' } }, fPort, data: base64(hex) }))

  it('EM400: tilt makes the fill level invalid', () => {
    expect(up('EM400-UDL', '0482f000050001')).toMatchObject([
      { metrics: { tilt: true, distance_mm: 240 }, derived: {}, invalid: [{ metric: 'fill_pct', why: 'tilt' }] },
    ])
  })

  it('EM500: stored values are late, at their own time; ffff is no depth', () => {
    expect(up('EM500-SWL', '01756403772000 20ce 00e35a6a 1c00')).toMatchObject([
      { metrics: { depth_cm: 32 }, late: false },
      { metrics: { depth_cm: 28 }, late: true, clock: 'device', dedupeKey: null, seq: null },
    ])
    expect(up('EM500-SWL', '0377ffff')).toMatchObject([{ metrics: {}, invalid: [{ metric: 'depth_cm', why: 'collection failed' }] }])
  })

  it('bytes that are cut off are not read in part', () => {
    const { said: answer } = understand(
      chirpStackUp({ deviceInfo: { deviceProfileName: 'EM400-UDL' }, fPort: 85, data: base64('01755c0482f0') }),
      context(),
    )
    expect(answer).toMatchObject({ ok: false, kind: 'dialect' })
  })

  it.each([
    [{ Distance: '240 mm', Bat: '3.6 V', TempC_DS18B20: '25.70 °C' }, { distance_mm: 240, battery_v: 3.6, temperature_c: 25.7 }, []],
    [{ Distance: 240, Bat: 3.6 }, { distance_mm: 240, battery_v: 3.6 }, []],
    [{ Distance: '24 cm', Bat: '3600 mV' }, { distance_mm: 240, battery_v: 3.6 }, []],
    [{ Distance: 'Invalid Reading', Bat: 3.6 }, { battery_v: 3.6 }, [{ metric: 'distance_mm', why: 'invalid reading' }]],
    [{ Distance: 'No Sensor', Bat: 3.6 }, { battery_v: 3.6 }, [{ metric: 'distance_mm', why: 'no sensor' }]],
  ])('LDDS75: %j', (object, metrics, invalid) => {
    const [form] = formsOf(chirpStackUp({ fPort: 2, object: { Node_type: 'LDDS75', ...object } }))
    expect(form).toMatchObject({ metrics, invalid })
  })

  it('LDDS75: 0 and 20 mm mean no sensor and no echo; a probe may be below zero', () => {
    expect(up('LDDS75', '0e10000000fff601', 2)).toMatchObject([
      { metrics: { battery_v: 3.6, temperature_c: -1 }, invalid: [{ why: 'no sensor' }] },
    ])
    expect(up('LDDS75', '0e10001400000001', 2)).toMatchObject([{ invalid: [{ why: 'invalid reading' }] }])
  })

  it('Sensoneo: little-endian id, fire and tilt, a temperature below zero', () => {
    const frame = Buffer.from('ffff2230a101000007' + '0c000000' + '6e' + 'f6' + '5a' + '01', 'hex')
    expect(forms('udp/sensoneo', frame)).toMatchObject([
      {
        entity: 'bin:417',
        metrics: { distance_cm: 24, temperature_c: -10, tilt_deg: 90 },
        events: ['MEASURE', 'FIRE', 'TILT'],
        invalid: [{ metric: 'fill_pct', why: 'tilt' }],
      },
    ])
    expect(forms('application/1/device/0000000000000417/event/up', { fPort: 2, data: frame.toString('base64') })).toMatchObject([
      { entity: 'bin:0000000000000417', metrics: { distance_cm: 24 } },
    ])
  })
})

describe.skipIf(FORMATS_MISSING)('Sparkplug B', () => {
  const message = (name: string) => {
    const { transport, payload } = fixture(name)
    return byMqtt(String(transport.topic), Buffer.from(payload.base64, 'base64'))
  }

  it('data before a birth is refused, and a rebirth asked for, once', () => {
    const memory = context()
    const first = understand(message('sparkplug_b_ddata'), memory).said
    expect(first).toMatchObject({ ok: false, kind: 'dialect', replies: [{ topic: 'spBv1.0/Shangcheng/NCMD/edge-3301' }] })
    expect(first.replies?.[0].payload.length).toBeGreaterThan(10)
    expect(Buffer.from(first.replies?.[0].payload ?? []).toString('latin1')).toContain('Node Control/Rebirth')
    expect(understand(message('sparkplug_b_ddata'), memory).said.replies).toEqual([])
  })

  it('the same message twice says nothing new; a gap asks for a rebirth', () => {
    const memory = context()
    expect(formsOf(message('sparkplug_b_dbirth'), memory)).not.toEqual([])
    expect(formsOf(message('sparkplug_b_ddata'), memory)).not.toEqual([])
    expect(formsOf(message('sparkplug_b_ddata'), memory)).toEqual([])
    const node = memory.sparkplug.get('Shangcheng/edge-3301')
    if (node !== undefined) Object.assign(node, { seq: 200, asked: null })
    expect(understand(message('sparkplug_b_ddata'), memory).said).toMatchObject({ ok: false, replies: [{}] })
  })

  it('counts from 255 to 0', () => {
    const memory = context()
    formsOf(message('sparkplug_b_dbirth'), memory)
    const node = memory.sparkplug.get('Shangcheng/edge-3301')
    if (node !== undefined) node.seq = 0
    expect(formsOf(message('sparkplug_b_dbirth'), memory)[0]).toMatchObject({ kind: 'measurement' })
  })

  it('an edge node that dies is offline, and its aliases are forgotten', () => {
    const memory = context()
    formsOf(message('sparkplug_b_dbirth'), memory)
    expect(formsOf(byMqtt('spBv1.0/Shangcheng/NDEATH/edge-3301', new Uint8Array()), memory)).toMatchObject([
      { kind: 'device.presence', online: false },
    ])
    expect(understand(message('sparkplug_b_ddata'), memory).said.ok).toBe(false)
  })

  it('remembers a bounded number of nodes', () => {
    const memory = context()
    for (let i = 0; i < 1500; i++) understand(byMqtt(`spBv1.0/g/NBIRTH/n${i}`, new Uint8Array()), memory)
    expect(memory.sparkplug.size).toBe(1000)
  })
})

describe('SensorThings', () => {
  it.each([
    ["v1.1/Datastreams('abc')/Observations", { result: 1 }, 'datastream:abc'],
    ['v1.1/Observations', { result: 1, Datastream: { '@iot.id': 5 } }, 'datastream:5'],
    ['frost/v1.0/Datastreams(7)/Observations?$select=result', { result: '1.5 m' }, 'datastream:7'],
  ])('%s', (topic, body, entity) => {
    expect(forms(topic, body)).toMatchObject([{ entity }])
  })

  it('a phenomenon may last: its values are of the end of the interval', () => {
    const phenomenonTime = '2026-07-18T06:25:15Z/2026-07-18T06:30:15Z'
    expect(forms('v1.1/Datastreams(5)/Observations', { phenomenonTime, result: 3 })).toMatchObject([{ ts: NOW, from: NOW - 300_000 }])
  })

  it('an expanded datastream says what is observed, in which unit', () => {
    const Datastream = { '@iot.id': 5, ObservedProperty: { name: 'Water Level' }, unitOfMeasurement: { symbol: 'cm' } }
    expect(forms('v1.1/Observations', { result: 31, Datastream })).toMatchObject([{ metrics: { water_level_m: 0.31 } }])
  })
})

describe('Zigbee2MQTT', () => {
  it('names may hold slashes, also before /availability, in both spellings', () => {
    for (const body of [{ state: 'offline' }, 'offline']) {
      expect(forms('zigbee2mqtt/a/b/c/availability', body)).toMatchObject([{ kind: 'device.presence', entity: 'z2m:a/b/c', online: false }])
    }
    expect(forms('zigbee2mqtt/bridge/state', 'online')).toEqual([])
  })

  it('a battery may be a text, and a voltage of a plug is in volts', () => {
    const answer = said('zigbee2mqtt/x', { battery: '100.00', voltage: 231.5 })
    expect(answer).toMatchObject({
      forms: [{ metrics: { battery_pct: 100, voltage_v: 231.5 } }],
      drift: [{ field: 'battery', what: 'type' }],
    })
  })

  it.each(['2026-07-18T14:30:15+08:00', NOW, String(NOW)])('repeats dead values: their time is last_seen (%s)', (last_seen) => {
    expect(forms('zigbee2mqtt/x', { water_leak: true, last_seen })).toMatchObject([{ ts: NOW, clock: 'gateway' }])
  })

  it('without last_seen nobody can tell, and the time is that of arrival', () => {
    expect(forms('zigbee2mqtt/x', { water_leak: true })).toMatchObject([{ ts: RECEIVED, clock: 'arrival' }])
    expect(said('zigbee2mqtt/x', { water_leak: true, last_seen: 'yesterday' })).toMatchObject({ ok: false, kind: 'time' })
  })
})

describe('Home Assistant discovery', () => {
  it('takes the short keys and a base topic; an empty payload takes it back', () => {
    const short = {
      '~': 'bins/0417',
      stat_t: '~/state',
      unit_of_meas: '%',
      val_tpl: "{{ value_json['fill'] | float }}",
      dev: { ids: 'bin0417' },
    }
    expect(forms('homeassistant/sensor/x/config', short)).toMatchObject([
      { entity: 'bin0417', state_topic: 'bins/0417/state', unit: '%', value_path: 'fill' },
    ])
    expect(forms('homeassistant/sensor/bin0417/fill/config', '')).toMatchObject([{ kind: 'deleted' }])
  })
})

describe('topics that Home Assistant discovery announced', () => {
  const config = (over: object) => ({
    state_topic: 'bins/0417/state',
    unit_of_measurement: '%',
    device: { identifiers: ['bin0417'] },
    ...over,
  })
  const announcedTo = (...configs: object[]) => {
    const memory = context()
    configs.forEach((one, i) => {
      formsOf(byMqtt(`homeassistant/sensor/bin0417/v${i}/config`, config(one)), memory)
    })
    return memory
  }

  it('are understood as announced, all values of one topic together', () => {
    const memory = announcedTo(
      { device_class: 'fill', value_template: '{{ value_json.fill }}' },
      { device_class: 'temperature', value_template: "{{ value_json.env['t'] }}", unit_of_measurement: 'K' },
    )
    expect(formsOf(byMqtt('bins/0417/state', { fill: '61.5', env: { t: 293.15 } }), memory)).toMatchObject([
      { kind: 'measurement', entity: 'bin:bin0417', metrics: { fill_pct: 61.5, temperature_c: 20 } },
    ])
    expect(understand(byMqtt('bins/0417/state', { other: 1 }), memory).said).toMatchObject({ ok: false, kind: 'schema' })
  })

  it("may be the bare value, and are nobody's when it is withdrawn", () => {
    const memory = announcedTo({ device_class: 'fill' })
    expect(formsOf(byMqtt('bins/0417/state', '61'), memory)).toMatchObject([{ metrics: { fill_pct: 61 } }])
    formsOf(byMqtt('homeassistant/sensor/bin0417/v0/config', ''), memory)
    expect(understand(byMqtt('bins/0417/state', '61'), memory).said).toMatchObject({ ok: false, kind: 'dialect' })
  })

  it('are not guessed from a template that is more than a path, and are remembered up to a number', () => {
    const memory = announcedTo({ value_template: '{{ value_json.a * 2 }}' })
    expect(memory.discovered?.size).toBe(0)
    for (let i = 0; i < 11_000; i++) understand(byMqtt('homeassistant/sensor/x/config', config({ state_topic: `t/${i}` })), memory)
    expect(memory.discovered?.size).toBe(10_000)
  })
})

describe('ThingsBoard', () => {
  it.each([
    [{ distance: 240 }, RECEIVED],
    [{ ts: NOW, values: { distance: 240 } }, NOW],
    [[{ ts: NOW, values: { distance: 240 } }], NOW],
  ])('takes %j on one topic; who it is, the login says', (body, ts) => {
    const envelope = { ...byMqtt('v1/devices/me/telemetry', body), from: 'bin0417' }
    expect(formsOf(envelope)).toMatchObject([{ entity: 'bin:bin0417', ts, metrics: { distance: 240 } }])
  })
})

describe('Alink and JetLinks', () => {
  it('a value without a time is of the newest that its message tells', () => {
    const params = { Distance: { value: 240, time: NOW }, Battery: 92, Old: { value: 1, time: NOW - 1000 } }
    expect(forms('/sys/pk/bin1/thing/event/property/post', { params })).toMatchObject([
      { ts: NOW, metrics: { distance: 240, battery: 92 } },
      { ts: NOW - 1000, metrics: { old: 1 } },
    ])
  })

  it('history is late', () => {
    const params = [{ identity: { deviceName: 'bin2' }, properties: [{ Distance: { value: 3, timestamp: NOW } }] }]
    expect(forms('/sys/pk/gw/thing/event/property/history/post', { params })).toMatchObject([{ entity: 'bin:bin2', late: true, ts: NOW }])
  })

  it('JetLinks says properties, online and offline', () => {
    const report = { deviceId: 'b7', messageId: 'm1', timestamp: NOW, properties: { distance: 240 } }
    expect(forms('/wasteBin/b7/properties/report', report)).toMatchObject([{ entity: 'bin:b7', dedupeKey: 'm1', ts: NOW }])
    expect(forms('/wasteBin/b7/offline', { timestamp: NOW })).toMatchObject([{ kind: 'device.presence', online: false }])
  })
})

describe('FIWARE IoT agents', () => {
  it('UltraLight: groups with their own times, names of any length', () => {
    const body = '2026-07-18T06:30:15Z|d|240#2026-07-18T06:25:15Z|d|250'
    expect(forms('/ul/secret/bin0417/attrs', body)).toMatchObject([
      { ts: NOW, metrics: { d: 240 } },
      { ts: NOW - 300_000, metrics: { d: 250 } },
    ])
    expect(forms('/ul/secret/bin0417/attrs/d', '240')).toMatchObject([{ metrics: { d: 240 } }])
    expect(said('/ul/secret/bin0417/attrs', 'd|240|b')).toMatchObject({ ok: false })
  })

  it('never tells the api key', () => {
    expect(JSON.stringify(said('/json/4jggokgpepnvsb2uv4s40d59ov/bin0417/attrs', { d: 1 }))).not.toContain('4jggok')
  })
})

describe('what cannot be measured', () => {
  it('is taken out and named; a message of nothing else is refused', () => {
    const one = said('/json/k/bin1/attrs', { fill_pct: 300, temperature_c: 20 })
    expect(one).toMatchObject({
      forms: [{ metrics: { temperature_c: 20 }, invalid: [{ metric: 'fill_pct', why: 'range' }] }],
      drift: [{ field: 'fill_pct', what: 'range' }],
    })
    expect(said('/json/k/bin1/attrs', { fill_pct: 300 })).toMatchObject({ ok: false, kind: 'schema' })
    expect(said('/json/k/bin1/attrs', '{"fill_pct":1e999}')).toMatchObject({ ok: false })
  })

  it('has a time that can be', () => {
    for (const TimeInstant of ['1970-01-01T00:00:10Z', '2026-07-20T06:30:15Z', '2026-02-31T00:00:00Z', 'noon']) {
      expect(said('/json/k/bin1/attrs', { d: 1, TimeInstant })).toMatchObject({ ok: false, kind: 'time' })
    }
  })
})
