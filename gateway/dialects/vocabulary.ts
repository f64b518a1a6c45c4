/** Words by which makers of devices call what we know, in English and Chinese: the metric it becomes, and the units it comes in, likeliest first. */

export interface Concept {
  /** Contract name, unit suffix included. */
  readonly metric: string
  /** Units that are tried when the message names none, in this order; the first one in which the value is plausible is taken. */
  readonly units: readonly string[]
  /** What is usual, in the metric's unit; tighter than what is possible (engine/sense/metrics.ts). */
  readonly usual: readonly [min: number, max: number]
  /** Whole names, folded: lower case, no separators, no unit. */
  readonly names: readonly string[]
}

const concept = (metric: string, units: string, usual: readonly [number, number], names: string): Concept => ({
  metric,
  units: units.split(' '),
  usual,
  names: names.split(' '),
})

/** A name belongs to the first concept that knows it. */
export const CONCEPTS: readonly Concept[] = [
  concept('rain_mm_h', 'mm/h', [0, 300], 'rainrate rainfallrate rainintensity precipitationrate rainmmh 雨强 降雨强度 小时雨量'),
  concept('rain_mm', 'mm', [0, 1000], 'rain rainfall rainmm precipitation precip raintotal rainacc 雨量 降雨量 降水量 累计雨量'),
  concept('flow_m3_s', 'm3/s l/s m3/h', [0, 500], 'flow flowrate discharge q waterflow 流量 瞬时流量'),
  concept(
    'fill_pct',
    '% ratio',
    [0, 130],
    'fill filllevel fillinglevel filling fillpct fillrate fullness occupancylevel binlevel 满溢度 满溢率 填充率 满载率 装载率 垃圾量',
  ),
  concept('distance_m', 'm cm mm', [0, 15], 'distance dist range sonar ultrasonic airgap 距离 测距 空高'),
  concept(
    'level_m',
    'm cm mm',
    [-1, 30],
    'level waterlevel wl lvl depth waterdepth h height stage currentlevel 液位 水位 水深 积水深度 积水 深度',
  ),
  concept('temperature_c', '°C K', [-40, 90], 'temperature temp tmp t airtemp airtemperature 温度 气温 箱内温度'),
  concept('humidity_pct', '% ratio', [0, 100], 'humidity hum rh relativehumidity 湿度 相对湿度'),
  concept('battery_v', 'V mV', [1, 30], 'batteryvoltage vbat batv battv batteryv batmv 电池电压'),
  concept('battery_pct', '% ratio', [0, 100], 'battery bat batt batterylevel soc batterypct 电量 电池 电池电量'),
  concept('tilt_deg', '°', [-180, 180], 'tilt angle inclination tiltangle tilted 倾角 倾斜 倾斜角 倾斜角度'),
  concept('weight_kg', 'kg g t', [0, 20_000], 'weight mass load 重量 称重 载重'),
  concept('speed_kmh', 'km/h m/s', [0, 200], 'speed averagespeed avgspeed vehiclespeed averagevehiclespeed 车速 平均车速 速度'),
  concept('occupancy_pct', '% ratio', [0, 100], 'occupancy occ laneoccupancy 占有率 时间占有率'),
  concept('volume_veh', 'veh', [0, 5000], 'volume count vehicles vehiclecount intensity traffic 车流量 流量计数 过车数'),
  concept('wind_speed_mps', 'm/s km/h', [0, 75], 'windspeed wind ws 风速'),
  concept('wind_direction_deg', '°', [0, 360], 'winddirection winddir wd 风向'),
  concept('pressure_hpa', 'hPa Pa kPa', [500, 1100], 'pressure airpressure atmosphericpressure barometer baro 气压 大气压'),
  concept('power_w', 'W kW', [0, 1_000_000], 'power activepower 功率 有功功率'),
  concept('voltage_v', 'V mV', [0, 1000], 'voltage volt u 电压'),
  concept('current_a', 'A mA', [0, 1000], 'current i 电流'),
  concept('rssi_dbm', 'dBm', [-150, 0], 'rssi signal signalstrength csq 信号 信号强度'),
  concept('snr_db', 'dB', [-30, 40], 'snr lorasnr 信噪比'),
  concept('lon', '°', [-180, 180], 'lon lng long longitude 经度'),
  concept('lat', '°', [-90, 90], 'lat latitude 纬度'),
]

/** Where the time of the measurement stands, likeliest first. */
export const TIME_NAMES: readonly string[] =
  'ts time timestamp datetime measuredat observedat observed sampletime collecttime dateobserved eventtime devicetime utctime t date reportedat 采集时间 测量时间 时间 观测时间 上报时间 sendtime receivedat'.split(
    ' ',
  )

/** What tells one device from the next, likeliest first. */
export const ID_NAMES: readonly string[] =
  'deveui deviceid devid deviceno devicecode deviceserial sn serial serialnumber serialno imei mac stationid stationcode sensorid nodeid uid uuid id device sensor station node name code 设备编号 设备号 编号 站号 站点编号 设备id 序列号'.split(
    ' ',
  )

/** A name without case, separators and what stands in brackets. */
export const foldName = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\(.*?\)/g, '')
    .replace(/[\s_.\-:/]/g, '')
    .toLowerCase()

const NAMES: ReadonlySet<string> = new Set([...CONCEPTS.flatMap(({ names }) => names), ...TIME_NAMES, ...ID_NAMES])

/** A word of measurements, times or ids. */
export const isKnownName = (text: string): boolean => NAMES.has(foldName(text))
