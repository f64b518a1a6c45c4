/** Variants of what devices and their servers send (variants.test.ts). */
import sparkplug from 'sparkplug-payload'
import type { Envelope } from '../../../gateway/dialects/dialect.ts'
import { byMqtt } from './fixtures.ts'

export interface Variant {
  readonly name: string
  /** Where such a message, or the rule that it follows, is published. */
  readonly source: string
  /** The last one is the message; those before it are what it needs to be understood. */
  readonly envelopes: readonly Envelope[]
  /** Each form contains this; none at all, or the beginning of why it is refused. */
  readonly means: readonly object[] | string
  readonly drift?: readonly string[]
}

const hex = (text: string): string => Buffer.from(text, 'hex').toString('base64')
const chirp = (over: object, info: object = {}): Envelope =>
  byMqtt('application/2f1b3c7a-0000-4000-8000-000000000001/device/24e124136c225107/event/up', {
    deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
    time: '2026-07-18T06:30:10.517161+00:00',
    deviceInfo: { deviceName: 'bin-7', devEui: '24e124136c225107', ...info },
    fCnt: 4,
    fPort: 85,
    ...over,
  })
const things = (message: object, over: object = {}): Envelope =>
  byMqtt('v3/waste@ttn/devices/eui-24e124136c225107/up', {
    end_device_ids: { device_id: 'eui-24e124136c225107', dev_eui: '24E124136C225107' },
    uplink_message: { f_port: 85, f_cnt: 7, session_key_id: 'AX', received_at: '2026-07-18T06:30:15.7Z', ...message },
    ...over,
  })
const EM_UDL = hex('0175640382e803040000')

export const LORA: readonly Variant[] = [
  {
    name: 'EM310-UDL: another channel for the distance than the EM400',
    source: 'Milesight-IoT/SensorDecoders em-series/em310-udl',
    envelopes: [chirp({ data: EM_UDL }, { deviceProfileName: 'EM310-UDL' })],
    means: [{ entity: 'bin:24e124136c225107', metrics: { battery_pct: 100, distance_mm: 1000, tilt: false } }],
  },
  {
    name: 'EM310-UDL on its side has no fill level',
    source: 'the same',
    envelopes: [chirp({ data: hex('0382e803040001') }, { deviceProfileName: 'EM310-UDL' })],
    means: [{ metrics: { tilt: true }, invalid: [{ metric: 'fill_pct', why: 'tilt' }] }],
  },
  {
    name: 'EM500-UDL',
    source: 'Milesight-IoT/SensorDecoders em-series/em500-udl',
    envelopes: [chirp({ data: hex('01756403821e00') }, { deviceProfileName: 'EM500-UDL' })],
    means: [{ metrics: { battery_pct: 100, distance_mm: 30 } }],
  },
  {
    name: 'what a Milesight device says of itself at a join measures nothing',
    source: 'Milesight user guides, "basic information" (channel FF)',
    envelopes: [chirp({ data: hex('ff0bffff0101ff166746d38802580000ff090100ff0a0101ff0f00') })],
    means: [],
  },
  {
    name: 'a frame counter as text',
    source: 'ThingPark and other bridges write numbers as texts',
    envelopes: [things({ f_cnt: '1174', frm_payload: EM_UDL, version_ids: { model_id: 'em310-udl' } })],
    means: [{ seq: 1174, dedupeKey: 'AX/1174' }],
  },
  {
    name: 'a frame counter that is none',
    source: 'made up',
    envelopes: [things({ f_cnt: 'many', frm_payload: EM_UDL, version_ids: { model_id: 'em310-udl' } })],
    means: [{ seq: null, dedupeKey: null }],
  },
  {
    name: 'an uplink that was made up at the console',
    source: 'thethingsindustries.com/docs: simulated uplinks carry "simulated": true',
    envelopes: [things({ frm_payload: EM_UDL, version_ids: { model_id: 'em310-udl' } }, { simulated: true })],
    means: 'simulated',
  },
  {
    name: 'a normalized payload of a device without a codec here',
    source: 'thethingsindustries.com/docs: payload formatters, normalized payload',
    envelopes: [
      things({
        f_port: 9,
        frm_payload: hex('aa'),
        normalized_payload: [{ air: { temperature: 21.5, relativeHumidity: 61 }, rain: { intensity: 3.2 }, battery: 3.1 }],
      }),
    ],
    means: [{ metrics: { temperature_c: 21.5, humidity_pct: 61, rain_mm_h: 3.2, battery_v: 3.1 } }],
  },
  {
    name: 'ChirpStack 3: names beside the other members, the decoded object as a text',
    source: 'chirpstack.io/application-server/integrations/events',
    envelopes: [
      byMqtt('application/123/device/24e124136c225107/event/up', {
        applicationID: '123',
        deviceName: 'bin-7',
        deviceProfileName: 'EM310-UDL',
        devEUI: 'JOEkE2wiUQc=',
        fCnt: 10,
        fPort: 85,
        objectJSON: '{"battery":98,"distance":812,"position":"normal"}',
      }),
    ],
    means: [{ entity: 'bin:24e124136c225107', metrics: { battery_pct: 98, distance_mm: 812, tilt: false }, seq: 10 }],
  },
]

const frigate = (type: string, over: object = {}) => ({
  type,
  before: null,
  after: {
    id: '1784356211.508065-1e6hrh',
    camera: 'driveway',
    frame_time: 1784356214.118034,
    label: 'car',
    sub_label: null,
    top_score: 0.96875,
    false_positive: false,
    start_time: 1784356211.508065,
    end_time: null,
    current_zones: ['yard'],
    ...over,
  },
})

export const CAMERAS: readonly Variant[] = [
  {
    name: 'Frigate 0.12: no attributes, snapshot_time instead of snapshot',
    source: 'blakeblackshear/frigate issue 3580',
    envelopes: [byMqtt('frigate/events', frigate('update', { snapshot_time: 1784356212.1, stationary: true }))],
    means: [
      { kind: 'camera.object', ts: 1784356214118, phase: 'update', score: 0.96875, stationary: true, zones: ['yard'], subject: null },
    ],
  },
  {
    name: 'Frigate 0.13: the name of a face with its score',
    source: 'docs.frigate.video/integrations/mqtt',
    envelopes: [byMqtt('frigate/events', frigate('update', { sub_label: ['Zhang San', 0.89] }))],
    means: [{ subject: 'p:9-letters' }],
  },
  {
    name: 'Frigate 0.16: the plate it has read, and when the object left',
    source: 'docs.frigate.video/integrations/mqtt',
    envelopes: [
      byMqtt(
        'frigate/events',
        frigate('end', { end_time: 1784356216.1, recognized_license_plate: '浙A12345', recognized_license_plate_score: 0.93 }),
      ),
    ],
    means: [{ ts: 1784356216100, phase: 'end', subject: 'p:7-letters' }],
  },
  {
    name: 'Frigate 0.17: what a language model says of a review',
    source: 'docs.frigate.video/configuration/genai',
    envelopes: [
      byMqtt('frigate/reviews', {
        type: 'genai',
        before: {},
        after: { id: 'a', camera: 'driveway', data: { metadata: { scene: 'Mr Li walks' } } },
      }),
    ],
    means: [],
  },
  {
    name: 'Frigate: recordings run while detection does not: the camera is blind',
    source: 'docs.frigate.video/integrations/mqtt, status/<role>',
    envelopes: [byMqtt('frigate/driveway/status/record', 'online')],
    means: [],
  },
  {
    name: 'Frigate 0.16: the state of reviews is no count',
    source: 'docs.frigate.video/integrations/mqtt',
    envelopes: [byMqtt('frigate/driveway/review_status', 'ALERT')],
    means: [],
  },
]

export const HOMES: readonly Variant[] = [
  {
    name: 'Zigbee2MQTT of 2019: battery as text',
    source: 'Koenkk/zigbee2mqtt issue 663',
    envelopes: [byMqtt('zigbee2mqtt/0x286d9700010511f8', { battery: '80.00', voltage: 2900, temperature: 27.35, water_leak: true })],
    means: [{ metrics: { battery_pct: 80, voltage_v: 2.9, temperature_c: 27.35, water_leak: true } }],
    drift: ['battery'],
  },
  {
    name: 'Zigbee2MQTT: values that are not known yet are null',
    source: 'Koenkk/zigbee2mqtt issue 10514',
    envelopes: [
      byMqtt('zigbee2mqtt/kitchen', {
        battery: 100,
        battery_low: null,
        last_seen: '2026-07-18T13:54:08+08:00',
        device: { model: 'x' },
        water_leak: null,
      }),
    ],
    means: [{ ts: Date.UTC(2026, 6, 18, 5, 54, 8), metrics: { battery_pct: 100 } }],
  },
  {
    name: 'Zigbee2MQTT: a retained state that is taken back',
    source: 'MQTT 3.1.1, 3.3.1.3',
    envelopes: [byMqtt('zigbee2mqtt/kitchen', '')],
    means: [],
  },
  {
    name: 'Home Assistant: one announcement for a whole device, in short keys',
    source: 'home-assistant.io/integrations/mqtt, device discovery (2024.12)',
    envelopes: [
      byMqtt('homeassistant/device/x2/config', {
        dev: { ids: ['x2'], name: 'Pump room' },
        o: { name: 'bla2mqtt' },
        state_topic: 'site/x2/state',
        cmps: {
          level: { p: 'sensor', device_class: 'distance', unit_of_measurement: 'cm', value_template: '{{ value_json.level }}' },
          leak: { p: 'binary_sensor', dev_cla: 'moisture', val_tpl: "{{ value_json['leak'] }}" },
        },
      }),
      byMqtt('site/x2/state', { level: 43.5, leak: 'ON' }),
    ],
    means: [{ entity: 'bin:x2', metrics: { distance_m: 0.435, moisture: true } }],
  },
  {
    name: 'Home Assistant: degrees Fahrenheit, and ~ for the base topic',
    source: 'home-assistant.io/integrations/mqtt, abbreviations',
    envelopes: [
      byMqtt('homeassistant/sensor/x1/config', {
        '~': 'site/x1',
        stat_t: '~/state',
        dev_cla: 'temperature',
        unit_of_meas: '°F',
        val_tpl: '{{ value_json.t }}',
      }),
      byMqtt('site/x1/state', { t: 77 }),
    ],
    means: [{ metrics: { temperature_c: 25 } }],
  },
]

const enc = (payload: object): Uint8Array => {
  const bytes = sparkplug.get('spBv1.0')?.encodePayload(payload)
  if (bytes === undefined) throw new Error('no codec')
  return bytes
}
const at = 1784356214000

export const PLATFORMS: readonly Variant[] = [
  {
    name: 'SensorThings: a MultiDatastream',
    source: 'OGC 18-088, 8.2.9 (MultiDatastream extension)',
    envelopes: [byMqtt('v1.1/MultiDatastreams(7)/Observations', { phenomenonTime: '2026-07-18T06:30:00Z', result: [1.2, '3.5'] })],
    means: [{ entity: 'datastream:7', metrics: { result_0: 1.2, result_1: 3.5 } }],
  },
  {
    name: 'SensorThings 1.0: exponents, a text in quotes as id, an interval',
    source: 'FROST-Server documentation',
    envelopes: [
      byMqtt(
        "v1.0/Datastreams('abc-7')/Observations",
        '{"phenomenonTime":"2026-07-18T06:00:00Z/2026-07-18T06:30:00Z","result":2.15e1,"resultTime":null}',
      ),
    ],
    means: [{ entity: 'datastream:abc-7', ts: Date.UTC(2026, 6, 18, 6, 30), from: Date.UTC(2026, 6, 18, 6), metrics: { result: 21.5 } }],
  },
  {
    name: 'ThingsBoard: a time as text',
    source: 'thingsboard.io/docs/reference/mqtt-api',
    envelopes: [byMqtt('v1/devices/me/telemetry', { ts: '1784356215000', values: { level: 0.5 } })],
    means: [{ ts: 1784356215000, metrics: { level: 0.5 } }],
  },
  {
    name: 'Alink: a batch with several values of one property',
    source: 'help.aliyun.com, thing.event.property.batch.post',
    envelopes: [
      byMqtt('/sys/a1b2/up021/thing/event/property/batch/post', {
        id: '1',
        params: {
          properties: {
            Level: [
              { value: 0.4, time: 1784356214000 },
              { value: 0.5, time: 1784356215000 },
            ],
          },
          events: {},
        },
      }),
    ],
    means: [
      { entity: 'flood:up021', ts: 1784356214000, metrics: { level: 0.4 } },
      { entity: 'flood:up021', ts: 1784356215000, metrics: { level: 0.5 } },
    ],
  },
  {
    name: 'JetLinks: a device behind a gateway',
    source: 'hanta.yuque.com/px7kg1/yfac2l (JetLinks MQTT topics)',
    envelopes: [byMqtt('/prod/gw1/child/dev9/properties/report', { timestamp: 1784356215000, properties: { level: 1 } })],
    means: [{ entity: 'flood:dev9', ts: 1784356215000, metrics: { level: 1 } }],
  },
  {
    name: 'Sparkplug: negative words of every length, singles, units, what is null',
    source: 'Eclipse Sparkplug 3.0, 6.4.16',
    envelopes: [
      byMqtt('spBv1.0/g/NBIRTH/n1', enc({ timestamp: at, seq: 0, metrics: [{ name: 'bdSeq', type: 'Int64', value: 0, timestamp: at }] })),
      byMqtt(
        'spBv1.0/g/DBIRTH/n1/d1',
        enc({
          timestamp: at,
          seq: 1,
          metrics: [
            { name: 'Temp/C', type: 'Int32', value: -10, alias: 0, timestamp: at },
            { name: 'i8', type: 'Int8', value: -5, timestamp: at },
            { name: 'u', type: 'UInt32', value: 4_000_000_000, timestamp: at },
            { name: 'f', type: 'Float', value: 0.1, timestamp: at },
            { name: 'lvl', type: 'Double', value: 45, timestamp: at, properties: { engUnit: { type: 'String', value: 'cm' } } },
            { name: 'gone', type: 'Double', value: null, isNull: true, timestamp: at },
          ],
        }),
      ),
    ],
    means: [{ metrics: { temp_c: -10, i8: -5, u: 4_000_000_000, f: 0.1, lvl_m: 0.45 } }, { kind: 'device.presence' }],
  },
  {
    name: 'NGSIv2: a notification names its subscription, and the time of a value is among its metadata',
    source: 'fiware-orion: Orion API, notification messages',
    envelopes: [
      byMqtt('orion/notify', {
        subscriptionId: '57458eb60962ef754e7c0998',
        data: [
          {
            id: 'bin1',
            type: 'WasteContainer',
            fillingLevel: { type: 'Number', value: 0.4, metadata: { TimeInstant: { type: 'DateTime', value: '2026-07-18T06:30:00Z' } } },
          },
        ],
      }),
    ],
    means: [{ entity: 'bin1', ts: Date.UTC(2026, 6, 18, 6, 30), metrics: { fill_pct: 40 } }],
  },
]
