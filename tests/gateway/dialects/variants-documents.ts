/** Variants of units, of controllers and of documents of other systems (variants.test.ts). */
import type { Envelope } from '../../../gateway/dialects/dialect.ts'
import { byHttp, byMqtt } from './fixtures.ts'
import type { Variant } from './variants-devices.ts'

const entity = (over: object): Envelope => byMqtt('ngsi/x', { id: 'urn:ngsi-ld:x:1', dateObserved: '2026-07-18T06:30:00Z', ...over })

export const UNITS: readonly Variant[] = [
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

export const CONTROLLERS: readonly Variant[] = [
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

export const DOCUMENTS: readonly Variant[] = [
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
