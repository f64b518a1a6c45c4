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

export const DOCUMENT_CASES: readonly FixtureCase[] = [
  ...ENTITIES,
  {
    name: 'ngsild_notification',
    dialect: 'ngsi-notification',
    envelopes: ({ payload }) => [byHttp({ path: '/notify' }, payload)],
  },
]
