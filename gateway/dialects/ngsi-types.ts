/**
 * Smart Data Models (github.com/smart-data-models) that this city reads, one row each: which member is the time, which are measured and in which unit the published
 * schema writes them, which are kept as they are. A further type is a further row.
 */

export interface MeasuredRow {
  readonly metric: string
  /** Suffix of the contract's unit; empty for a count. */
  readonly suffix: string
  /** Unit that the published schema writes; a `unitCode` in the message goes before it. */
  readonly unit: string
  /** In the contract's unit; outside is no measurement. */
  readonly range: readonly [min: number, max: number]
}

export interface NgsiType {
  /** Members with the time of the observation, best first. */
  readonly times: readonly string[]
  /** Members with both ends of the interval. */
  readonly interval?: readonly [from: string, to: string]
  readonly measured: Readonly<Record<string, MeasuredRow>>
  readonly flags: readonly string[]
  readonly kept: readonly string[]
}

const row = (metric: string, suffix: string, unit: string, min: number, max: number): MeasuredRow => ({
  metric,
  suffix,
  unit,
  range: [min, max],
})
const LEVEL: readonly [string, string, number, number] = ['m', 'm', -100, 9000]
const TEMPERATURE = row('temperature_c', 'c', '°C', -90, 1000)

export const NGSI_TYPES: Readonly<Record<string, NgsiType>> = {
  FloodMonitoring: {
    times: ['observationDateTime', 'dateObserved'],
    measured: {
      currentLevel: row('level_m', ...LEVEL),
      measuredDistance: row('distance_m', ...LEVEL),
      referenceLevel: row('reference_level_m', ...LEVEL),
      alertLevel: row('alert_level_m', ...LEVEL),
      dangerLevel: row('danger_level_m', ...LEVEL),
    },
    flags: [],
    kept: ['stationID', 'floodLevelStatus'],
  },
  TrafficFlowObserved: {
    times: ['dateObserved'],
    interval: ['dateObservedFrom', 'dateObservedTo'],
    measured: {
      intensity: row('volume', '', '', 0, 100_000),
      occupancy: row('occupancy_pct', 'pct', 'ratio', 0, 100),
      averageVehicleSpeed: row('speed_kmh', 'kmh', 'km/h', 0, 400),
      averageHeadwayTime: row('headway_s', 's', 's', 0, 86_400),
      averageGapDistance: row('gap_m', 'm', 'm', 0, 100_000),
      averageVehicleLength: row('vehicle_length_m', 'm', 'm', 0, 100),
    },
    flags: ['congested', 'reversedLane'],
    kept: ['laneId', 'laneDirection', 'vehicleType', 'refRoadSegment'],
  },
  WasteContainer: {
    times: ['binLoggedTime', 'dateObserved'],
    measured: {
      // Bags piled on an open lid read as more than full.
      fillingLevel: row('fill_pct', 'pct', 'ratio', 0, 130),
      binFullnessThreshold: row('threshold_pct', 'pct', '%', 0, 100),
      temperature: TEMPERATURE,
      cargoWeight: row('weight_kg', 'kg', 'kg', 0, 20_000),
    },
    flags: [],
    kept: [
      'status',
      'serialNumber',
      'areaServed',
      'binColor',
      'binCapacity',
      'storedWasteKind',
      'dateLastEmptying',
      'refWasteContainerModel',
    ],
  },
  WaterObserved: {
    times: ['dateObserved'],
    measured: {
      waterLevel: row('level_m', ...LEVEL),
      flow: row('flow_m3_s', 'm3_s', 'm3/s', -100_000, 400_000),
      waterDischarge: row('discharge_m3_s', 'm3_s', 'm3/s', -100_000, 400_000),
      temperature: TEMPERATURE,
    },
    flags: [],
    kept: ['name', 'refDevice', 'stationCode'],
  },
  WeatherObserved: {
    times: ['dateObserved'],
    measured: {
      // An amount of a time that the model does not say: not `rain_mm`, which is a running total, and no intensity.
      precipitation: row('precipitation_mm', '', '', 0, 2_000),
      temperature: TEMPERATURE,
      relativeHumidity: row('humidity_pct', 'pct', 'ratio', 0, 100),
      windSpeed: row('wind_speed_mps', 'mps', 'm/s', 0, 150),
      windDirection: row('wind_direction_deg', 'deg', '°', -180, 360),
      atmosphericPressure: row('pressure_hpa', '', '', 300, 1_200),
    },
    flags: [],
    kept: ['stationCode', 'stationName', 'source', 'refDevice'],
  },
  WeatherAlert: {
    times: ['dateIssued', 'dateModified'],
    interval: ['validFrom', 'validTo'],
    measured: {},
    flags: [],
    kept: ['category', 'subCategory', 'severity', 'alertSource', 'validFrom', 'validTo', 'description'],
  },
  Alert: {
    times: ['dateIssued', 'dateModified', 'dateObserved'],
    interval: ['validFrom', 'validTo'],
    measured: {},
    flags: [],
    kept: ['category', 'subCategory', 'severity', 'alertSource', 'source', 'validFrom', 'validTo', 'description'],
  },
}
