/**
 * Messages as they are really sent, by other versions and makers than those of the fixtures: rewritten by hand after the public source that is named beside each, and what they have to
 * mean. Not only that nothing breaks.
 */

import sparkplug from 'sparkplug-payload'
import { describe, expect, it } from 'vitest'
import type { DialectContext, Envelope } from '../../../gateway/dialects/dialect.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import { toContract } from '../../../gateway/dialects/to-contract.ts'
import { byHttp, byMqtt, context, RECEIVED } from './fixtures.ts'

interface Variant {
  readonly name: string
  /** Where such a message, or the rule that it follows, is published. */
  readonly source: string
  /** The last one is the message; those before it are what it needs to be understood. */
  readonly envelopes: readonly Envelope[]
  /** Each form contains this; none at all, or the beginning of why it is refused. */
  readonly means: readonly object[] | string
  readonly drift?: readonly string[]
}

function meaning(envelopes: readonly Envelope[], memory: DialectContext = context()) {
  const said = envelopes.map((envelope) => understand(envelope, memory).said).at(-1)
  if (said === undefined) throw new Error('no message')
  return said
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

const LORA: readonly Variant[] = [
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

const CAMERAS: readonly Variant[] = [
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

const HOMES: readonly Variant[] = [
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

const PLATFORMS: readonly Variant[] = [
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

const entity = (over: object): Envelope => byMqtt('ngsi/x', { id: 'urn:ngsi-ld:x:1', dateObserved: '2026-07-18T06:30:00Z', ...over })

const UNITS: readonly Variant[] = [
  {
    name: 'a wind in km/h where the model has m/s',
    source: 'UN/CEFACT recommendation 20: KMH; Smart Data Models WeatherObserved',
    envelopes: [
      entity({
        type: 'WeatherObserved',
        windSpeed: { type: 'Property', value: 36, unitCode: 'KMH' },
        temperature: { value: 77, unitCode: 'FAH' },
      }),
    ],
    means: [{ metrics: { wind_speed_mps: 10, temperature_c: 25 } }],
  },
  {
    name: 'a speed in m/s where the model has km/h',
    source: 'the same: MTS; TrafficFlowObserved',
    envelopes: [entity({ type: 'TrafficFlowObserved', averageVehicleSpeed: { value: 10, unitCode: 'MTS' }, intensity: 12 })],
    means: [{ metrics: { speed_kmh: 36, volume: 12 } }],
  },
  {
    name: 'a value whose unit is of another kind is none',
    source: 'made up: degrees of a water level',
    envelopes: [entity({ type: 'WaterObserved', waterLevel: { value: 31, unitCode: 'CEL' }, flow: 2 })],
    means: [{ metrics: { flow_m3_s: 2 } }],
    drift: ['id', 'waterLevel', 'waterLevel'],
  },
  {
    name: 'a bin with bags on its open lid',
    source: 'Smart Data Models WasteContainer: fillingLevel may exceed 1 in practice',
    envelopes: [entity({ type: 'WasteContainer', fillingLevel: 1.2 })],
    means: [{ metrics: { fill_pct: 120 } }],
  },
]

const CONTROLLERS: readonly Variant[] = [
  {
    name: 'NTCIP: a poller that writes values alone, or as texts',
    source: 'snmp exporters: {oid: value}',
    envelopes: [byMqtt('ntcip/J1', { '1.3.6.1.4.1.1206.4.2.1.1.4.1.4.1': 34, '1.3.6.1.4.1.1206.4.2.1.1.4.1.2.1': '221' })],
    means: [{ entity: 'cross:J1', green: [2, 6], red: [1, 3, 4, 5, 7, 8] }],
  },
  {
    name: 'GA/T 1049.2: the number of the plan that runs, and how long the last cycle took',
    source: 'ga-t1049-parent: CrossPlan, CrossCycle',
    envelopes: [
      byMqtt(
        'gat/x',
        '<Message><Body><Operation><CrossPlan><CrossID>J1</CrossID><PlanNo>5</PlanNo></CrossPlan><CrossCycle><CrossID>J1</CrossID><StartTime>2026-07-18 14:30:00</StartTime><LastCycleLen>90</LastCycleLen></CrossCycle></Operation></Body></Message>',
      ),
    ],
    means: [
      { entity: 'cross:J1', metrics: { pattern: 5 } },
      { entity: 'cross:J1', metrics: { cycle_s: 90 } },
    ],
  },
]

const spat = (payload: object, type: string): Envelope =>
  byMqtt('topic.OdeSpatJson', { metadata: { payloadType: type, odeReceivedAt: '2026-07-18T06:30:15.000Z' }, payload })
const state = (signalGroup: number, eventState: string) => ({
  signalGroup,
  'state-time-speed': [{ eventState, timing: { minEndTime: 18_300, maxEndTime: 18_400 } }],
})
const cap = (body: string, sent = '2026-07-18T14:20:00+08:00', version = '1.2'): Envelope =>
  byMqtt(
    'alerts/x',
    `<alert xmlns="urn:oasis:names:tc:emergency:cap:${version}"><identifier>urn:oid:2.49.0.1.840.0.a1</identifier><sender>w-nws.webmaster@noaa.gov</sender><sent>${sent}</sent>
    <status>Actual</status><msgType>Alert</msgType><scope>Public</scope><code>IPAWSv1.0</code><info><language>en-US</language><category>Met</category><event>Flash Flood Warning</event>
    <urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>${body}</info></alert>`,
  )
const requests = (body: string | object, path = '/open311/v2/requests.json'): Envelope => byHttp({ method: 'GET', path }, body)

const DOCUMENTS: readonly Variant[] = [
  {
    name: 'SPaT as the message frame of J2735 in JSON',
    source: 'usdot-jpo-ode/jpo-ode, J2735 2024 output',
    envelopes: [
      spat(
        {
          data: {
            messageId: 19,
            value: {
              SPAT: {
                intersections: [
                  { id: { id: 12_110 }, timeStamp: 15_000, states: [state(2, 'protected-Movement-Allowed'), state(4, 'stop-And-Remain')] },
                ],
              },
            },
          },
        },
        'us.dot.its.jpo.ode.model.OdeMessageFramePayload',
      ),
    ],
    means: [{ entity: 'cross:12110', ts: Date.UTC(2026, 6, 18, 6, 30, 15), green: [2], red: [4], ends: [{ group: 2 }, { group: 4 }] }],
  },
  {
    name: 'CAP of the US weather service',
    source: 'alerts.weather.gov, CAP v1.2 guide',
    envelopes: [
      cap(
        '<eventCode><valueName>SAME</valueName><value>FFW</value></eventCode><effective>2026-07-18T14:20:00+08:00</effective><expires>2026-07-18T17:20:00+08:00</expires><area><areaDesc>X</areaDesc><polygon>30.2,120.1 30.3,120.1 30.3,120.2 30.2,120.1</polygon><geocode><valueName>UGC</valueName><value>TXC029</value></geocode></area>',
      ),
    ],
    means: [{ event: 'flood', level: 'orange', expires: Date.UTC(2026, 6, 18, 9, 20), area: ['TXC029'] }],
    drift: [],
  },
  {
    name: 'CAP of MeteoAlarm: the colour is in awareness_level, not in the severity',
    source: 'meteoalarm.org, CAP profile',
    envelopes: [cap('<parameter><valueName>awareness_level</valueName><value>4; red; Extreme</value></parameter>')],
    means: [{ level: 'red', severity: 'Severe' }],
  },
  {
    name: 'CAP with Z, decimals and an open polygon',
    source: 'seen in feeds of the WMO register, against section 3.3.2 and 3.2.4',
    envelopes: [cap('<area><areaDesc>X</areaDesc><polygon>30.2,120.1 30.3,120.1 30.3,120.2</polygon></area>', '2026-07-18T06:20:00.000Z')],
    means: [
      {
        ts: Date.UTC(2026, 6, 18, 6, 20),
        polygons: [
          [
            [120.1, 30.2],
            [120.1, 30.3],
            [120.2, 30.3],
            [120.1, 30.2],
          ],
        ],
      },
    ],
    drift: ['sent', 'polygon'],
  },
  {
    name: 'CAP 1.1',
    source: 'OASIS CAP-V1.1, October 2005',
    envelopes: [cap('', undefined, '1.1')],
    means: [{ event: 'flood' }],
    drift: ['xmlns'],
  },
  {
    name: 'Open311 of Chicago: nulls and members of its own',
    source: 'dev.cityofchicago.org/docs/open311/service_requests',
    envelopes: [
      requests([
        {
          service_request_id: '12-00123',
          token: null,
          status: 'open',
          status_notes: null,
          service_name: 'Pothole in Street',
          description: null,
          lat: 30.27,
          long: 120.2,
          extended_attributes: { first_name: 'Li', ward: '1' },
        },
      ]),
    ],
    means: [{ entity: 'request:12-00123', category: 'road', at: [120.2, 30.27], state: 'open' }],
  },
  {
    name: 'Open311 of FixMyStreet: a wrapped list, numbers as ids, an object for whoever is responsible',
    source: 'fixmystreet.org/api, Open311',
    envelopes: [
      requests({
        service_requests: [
          {
            service_request_id: 7,
            status: 'Closed',
            service_name: 'Flooded road',
            agency_responsible: { recipient: ['Council'] },
            lat: '30.27',
            long: '120.2',
          },
        ],
      }),
    ],
    means: [{ entity: 'request:7', category: 'flood', state: 'closed', at: [120.2, 30.27] }],
  },
  {
    name: 'Open311 handed on by a webhook of its own server',
    source: 'made up: the members are those of GeoReport v2',
    envelopes: [
      byHttp({ path: '/api/v1/inbox/partner' }, [
        { service_request_id: 'A7', status: 'open', service_name: 'Rubbish', lat: 30.27, long: 120.2 },
      ]),
    ],
    means: [{ entity: 'request:A7', category: 'waste' }],
  },
  {
    name: 'an order with dates in slashes, and who called in its text',
    source: 'composite of published 12345 orders',
    envelopes: [
      byMqtt('x/y', {
        orderNo: 'HZ1',
        appealType: '求助',
        content: '张三丰反映路面积水，电话13812345678',
        caller: { name: '张三丰' },
        acceptedAt: '2026/07/18 14:20:10',
        deadlines: { replyBy: '2026年7月19日 14时20分' },
      }),
    ],
    means: [
      {
        ts: Date.UTC(2026, 6, 18, 6, 20, 10),
        due: Date.UTC(2026, 6, 19, 6, 20),
        description: '[…]反映路面积水，电话[…]',
        category: 'flood',
      },
    ],
  },
  {
    name: 'a case whose time is fourteen digits, and whose codes are numbers',
    source: 'composite of published city-grid cases',
    envelopes: [
      byMqtt('x/y', { caseNo: 'c1', majorCode: 1, minorCode: 2, gridCode: '330102001001007', stage: '派遣', foundAt: '20260718143015' }),
    ],
    means: [{ ts: Date.UTC(2026, 6, 18, 6, 30, 15), code: '0102', category: 'waste', state: 'dispatched' }],
  },
]

describe.each([
  ['network servers', LORA],
  ['cameras', CAMERAS],
  ['homes', HOMES],
  ['platforms', PLATFORMS],
  ['units', UNITS],
  ['controllers', CONTROLLERS],
  ['documents', DOCUMENTS],
] as const)('%s', (_group, variants) => {
  it.each([...variants])('$name', ({ envelopes, means, drift }) => {
    const said = meaning(envelopes)
    if (typeof means === 'string') {
      expect(said).toMatchObject({ ok: false, reason: expect.stringContaining(means) })
      return
    }
    expect(said).toMatchObject({ ok: true })
    if (!said.ok) return
    expect(said.forms).toHaveLength(means.length)
    for (const [i, form] of means.entries()) expect(said.forms[i]).toMatchObject(form)
    if (drift !== undefined) expect(said.drift.map(({ field }) => field)).toEqual(drift)
    // Names of people are nowhere in what is kept.
    expect(JSON.stringify(said.forms)).not.toMatch(/Zhang San|浙A12345|张三丰|13812345678|"Li"/)
  })
})

describe('rules of ONVIF cameras that tell a state', () => {
  const eventOf = (tamper: string | boolean) => {
    const said = meaning([
      byMqtt('cam7/onvif-ej/RuleEngine/TamperDetector/Tamper/&1', {
        UtcTime: '2026-07-18T06:30:10Z',
        Source: {},
        Data: { IsTamper: tamper },
      }),
    ])
    if (!said.ok) throw new Error(said.reason)
    const bound = { key: 'd0/camera/C1', domain: 'camera' as const, depth_mm: null, metrics: {}, events: {}, zones: [], phases: {} }
    return JSON.parse(toContract(said.forms[0], bound)?.[0].payload ?? '{}')
  }

  it('begin and end as one event: "false" is no alarm', () => {
    const [begins, ends] = [eventOf('true'), eventOf(false)]
    expect(begins).toMatchObject({ type: 'camera.tamper', stage: 'new' })
    expect(ends).toMatchObject({ type: 'camera.tamper', stage: 'end', id: begins.id })
  })
})

it('whatever the variant, ten megabytes of it, half of it and bytes instead of it are answered', () => {
  const all = [...LORA, ...CAMERAS, ...HOMES, ...PLATFORMS, ...UNITS, ...CONTROLLERS, ...DOCUMENTS].flatMap(({ envelopes }) => envelopes)
  const memory = context()
  for (const envelope of all) {
    const { payload } = envelope
    const broken = [
      payload.subarray(0, payload.length / 2),
      Buffer.concat([payload, payload]),
      new Uint8Array([0xff, 0xd8, 0, 1, 2]),
      Buffer.alloc(10_485_760, payload.length === 0 ? 32 : payload),
    ]
    for (const bytes of broken) {
      const { said } = understand({ ...envelope, payload: bytes, received: RECEIVED }, memory)
      if (!said.ok) expect(said.reason.length).toBeLessThan(400)
    }
  }
})
