import type { FixtureCase } from './fixture-cases.ts'
import { byHttp, byMqtt, type Fixture } from './fixtures.ts'

const MODELS = ['FloodMonitoring', 'TrafficFlowObserved', 'WasteContainer', 'WaterObserved', 'WeatherAlert', 'WeatherObserved']

const ENTITIES: readonly FixtureCase[] = MODELS.flatMap((model) => [
  {
    name: `sdm_${model}_keyvalues`,
    dialect: 'ngsi-entity',
    envelopes: ({ payload }: Fixture) => [byMqtt(`ngsi/Shangcheng/${model}`, payload)],
  },
  {
    name: `sdm_${model}_ngsild`,
    dialect: 'ngsi-entity',
    envelopes: ({ payload }: Fixture) => [byHttp({ path: '/ngsi-ld/v1/entities' }, payload, 'application/ld+json')],
  },
])

/** A document that came as a file or an answer, with no door of its own. */
const plain = (name: string, dialect: string): FixtureCase => ({
  name,
  dialect,
  envelopes: ({ payload }) => [byMqtt('documents/in', payload)],
})

export const DOCUMENT_CASES: readonly FixtureCase[] = [
  ...ENTITIES,
  {
    name: 'ngsild_notification',
    dialect: 'ngsi-notification',
    envelopes: ({ payload }) => [byHttp({ path: '/notify' }, payload)],
  },
  {
    name: 'open311_post_request',
    dialect: 'open311-post',
    envelopes: ({ payload }) => [
      byHttp({ path: '/open311/v2/requests.json' }, payload, 'application/x-www-form-urlencoded; charset=utf-8'),
    ],
    means: { lat: undefined, lon: undefined, at: [120.20011, 30.27114] },
  },
  {
    name: 'open311_get_requests',
    dialect: 'open311-requests',
    envelopes: ({ payload }) => [byHttp({ method: 'GET', path: '/open311/v2/requests.json?status=open' }, payload)],
  },
  {
    name: 'hotline_12345_workorder',
    dialect: 'hotline-12345',
    envelopes: ({ payload }) => [byHttp({ path: '/intake/12345' }, payload)],
  },
  { name: 'grid_case_report', dialect: 'grid-case', envelopes: ({ payload }) => [byHttp({ path: '/intake/grid' }, payload)] },
  plain('grid_codes', 'grid-codes'),
  plain('cn_rain_levels', 'rain-levels'),
  plain('gbt20999_vocabulary', 'gbt20999-vocabulary'),
  {
    name: 'cap12_rain_orange',
    dialect: 'cap12',
    envelopes: ({ payload }) => [byHttp({ path: '/alerts/cap' }, payload, 'application/cap+xml')],
    means: { expires: Date.UTC(2026, 6, 18, 9, 5) },
  },
  {
    name: 'spat_ode_json',
    dialect: 'spat-ode',
    envelopes: ({ payload }) => [byMqtt('topic.OdeSpatJson', payload)],
    means: { greenGroups: undefined, green: [2] },
  },
  {
    name: 'huawei_v2x_spat_up',
    dialect: 'huawei-spat',
    envelopes: ({ transport, payload }) => [byMqtt(String(transport.topic), payload)],
  },
  {
    name: 'ntcip1202_snmp',
    dialect: 'ntcip1202',
    envelopes: ({ payload }) => [byMqtt('snmp/cross-0123', payload)],
    means: { greenPhases: undefined, green: [2, 6] },
  },
  {
    name: 'gat1049_2_set_plan',
    dialect: 'gat1049-plan',
    envelopes: ({ payload }) => [byHttp({ path: '/gat1049' }, payload, 'text/xml')],
    // That its stages take 110 s is checked by the dialect itself.
    means: {
      cycle: undefined,
      checksum: undefined,
      cycle_s: 110,
      stages: [{ green_s: 35 }, { green_s: 20 }, { green_s: 22 }, { green_s: 13 }],
    },
  },
  {
    name: 'gat1049_2_traffic_data',
    dialect: 'gat1049-traffic',
    envelopes: ({ payload }) => [byHttp({ path: '/gat1049' }, payload, 'text/xml')],
  },
  {
    name: 'webhook_signed',
    dialect: 'webhook',
    envelopes: ({ payload, transport }) => [
      byHttp({ path: '/api/v1/inbox/partner', headers: transport.headers as Readonly<Record<string, string>> }, payload),
    ],
  },
  {
    name: 'webpush_dispatch',
    dialect: 'web-push',
    envelopes: ({ payload }) => [byHttp({ path: '/push', headers: { topic: 'disp-20260718-0007' } }, payload)],
  },
  {
    name: 'wecom_robot',
    dialect: 'wecom-robot',
    envelopes: ({ payload }) => [
      byHttp({ path: '/cgi-bin/webhook/send' }, payload.text),
      byHttp({ path: '/cgi-bin/webhook/send' }, payload.markdown),
    ],
  },
  { name: 'dingtalk_robot', dialect: 'dingtalk-robot', envelopes: ({ payload }) => [byHttp({ path: '/robot/send' }, payload)] },
]
