/** What a device of each kind is by default: its domain, what it reports and how often. Files and imports may say otherwise. */
import type { Domain } from '../engine/base/domain.ts'
import type { Bilingual } from '../engine/model/city.ts'

export interface DeviceKind {
  readonly domain: Domain
  readonly name: Bilingual
  /** Empty: sends no readings, only its state and acknowledgements, and so is never silent. */
  readonly metrics: readonly string[]
  readonly interval_s: number
}

export const DEVICE_KINDS: Readonly<Record<string, DeviceKind>> = {
  detector: { domain: 'traffic', name: { zh: '车检器', en: 'Detectors' }, metrics: ['vehicles_veh', 'queued_veh'], interval_s: 5 },
  controller: { domain: 'signal', name: { zh: '信号机', en: 'Signal controller' }, metrics: [], interval_s: 60 },
  river_gauge: { domain: 'flood', name: { zh: '河道水位计', en: 'River gauge' }, metrics: ['level_m'], interval_s: 60 },
  level_gauge: { domain: 'flood', name: { zh: '水位计', en: 'Level gauge' }, metrics: ['level_m'], interval_s: 30 },
  rain_gauge: { domain: 'flood', name: { zh: '雨量计', en: 'Rain gauge' }, metrics: ['rain_mm_h'], interval_s: 60 },
  pump: { domain: 'drain', name: { zh: '水泵', en: 'Pump' }, metrics: ['setting', 'flow_m3_s', 'power_w'], interval_s: 60 },
  gate: { domain: 'drain', name: { zh: '闸门', en: 'Gate' }, metrics: ['setting'], interval_s: 60 },
  bin: { domain: 'waste', name: { zh: '垃圾桶', en: 'Bin' }, metrics: ['fill_pct', 'temperature_c'], interval_s: 300 },
  camera: { domain: 'camera', name: { zh: '摄像机', en: 'Camera' }, metrics: ['vehicles_veh', 'speed_kmh'], interval_s: 60 },
  station: {
    domain: 'weather',
    name: { zh: '气象站', en: 'Weather station' },
    metrics: ['rain_mm_h', 'rain_forecast_mm_h', 'temperature_c', 'wind_mps'],
    interval_s: 60,
  },
  bus: { domain: 'crew', name: { zh: '公交车', en: 'Bus' }, metrics: ['lon', 'lat', 'speed_mps', 'lateness_s'], interval_s: 10 },
  phone: { domain: 'crew', name: { zh: '班组终端', en: 'Crew phone' }, metrics: ['lon', 'lat', 'speed_mps'], interval_s: 60 },
}
