/** What metrics, constants and kinds of devices are called in a sentence. Anything else is called by its own name. */
import type { Bilingual } from '../model/city.ts'

const NAMES: Readonly<Partial<Record<string, Bilingual>>> = {
  level_m: { en: 'the water level', zh: '水位' },
  threshold_m: { en: 'its threshold', zh: '阈值' },
  rim_m: { en: 'its rim', zh: '井口高度' },
  flow_m3_s: { en: 'the flow', zh: '流量' },
  capacity_m3_s: { en: 'its capacity', zh: '额定流量' },
  rain_mm_h: { en: 'the rain', zh: '雨强' },
  rain_mm: { en: 'the rain sum', zh: '累计雨量' },
  rain_forecast_mm_h: { en: 'the rain forecast', zh: '预报雨强' },
  setting: { en: 'its setting', zh: '开度' },
  power_w: { en: 'its power', zh: '功率' },
  fill_pct: { en: 'the fill', zh: '满溢率' },
  temperature_c: { en: 'the temperature', zh: '温度' },
  tilt_deg: { en: 'the tilt', zh: '倾角' },
  tilt: { en: 'the tilt switch', zh: '倾斜开关' },
  weight_kg: { en: 'the weight', zh: '重量' },
  volume_l: { en: 'its volume', zh: '容积' },
  battery_pct: { en: 'its battery', zh: '电量' },
  speed_mps: { en: 'the speed', zh: '速度' },
  queued_veh: { en: 'the queue', zh: '排队车辆数' },
  vehicles_veh: { en: 'the number of vehicles', zh: '车辆数' },
  age_s: { en: 'the time since its last reading', zh: '距上次读数的时间' },
  interval_s: { en: 'its reporting interval', zh: '上报间隔' },
  hour_h: { en: 'the hour of the day', zh: '当地时刻' },
  weekday: { en: 'the day of the week (Monday is 1)', zh: '星期（周一为 1）' },
}

const KINDS: Readonly<Partial<Record<string, Bilingual>>> = {
  detector: { en: 'detector', zh: '车检器' },
  controller: { en: 'signal controller', zh: '信号机' },
  river_gauge: { en: 'river gauge', zh: '河道水位计' },
  level_gauge: { en: 'level gauge', zh: '水位计' },
  rain_gauge: { en: 'rain gauge', zh: '雨量计' },
  pump: { en: 'pump', zh: '水泵' },
  gate: { en: 'gate', zh: '闸门' },
  bin: { en: 'bin', zh: '垃圾桶' },
  camera: { en: 'camera', zh: '摄像机' },
  station: { en: 'weather station', zh: '气象站' },
  phone: { en: 'crew phone', zh: '班组终端' },
  bus: { en: 'bus', zh: '公交车' },
  traffic: { en: 'junction', zh: '路口检测器' },
  signal: { en: 'signal', zh: '信号设备' },
  flood: { en: 'water or rain gauge', zh: '水位雨量设备' },
  drain: { en: 'pump, gate or valve', zh: '排水设备' },
  waste: { en: 'bin', zh: '垃圾桶' },
  weather: { en: 'weather station', zh: '气象站' },
  crew: { en: 'crew phone', zh: '班组终端' },
}

export const nameOf = (name: string): Bilingual => NAMES[name] ?? { en: name, zh: name }
/** Of a kind of device, or of all of a domain. */
export const kindOf = (kind: string): Bilingual => KINDS[kind] ?? { en: kind, zh: kind }

export const SEVERITY_NAMES: Readonly<Record<'watch' | 'warning' | 'critical', Bilingual>> = {
  watch: { en: 'watch', zh: '关注' },
  warning: { en: 'warning', zh: '预警' },
  critical: { en: 'critical', zh: '严重' },
}

/** A length of time as people say it. */
export function durationText(ms: number): Bilingual {
  const seconds = Math.round(ms / 1_000)
  if (seconds >= 7_200 && seconds % 3_600 === 0) return { en: `${seconds / 3_600} h`, zh: `${seconds / 3_600} 小时` }
  if (seconds >= 120 && seconds % 60 === 0) return { en: `${seconds / 60} min`, zh: `${seconds / 60} 分钟` }
  return { en: `${seconds} s`, zh: `${seconds} 秒` }
}
