/** Warnings and forecasts of the recorded scene. */
import type { City } from '../../engine/model/city.ts'
import type { FloodStageRow, ForecastRow, ForecastScoreRow, WarningRow } from '../../gateway/wire/frames.ts'

const MINUTE = 60_000

export function warningRows(city: City, now: number): Record<string, WarningRow> {
  const district = city.districts[0]
  return {
    own: {
      origin: 'own',
      hazard: 'rain',
      level: 'orange',
      sender: { zh: `${city.name.zh}城市大脑`, en: `Urban brain of ${city.name.en}` },
      headline: { zh: `${district.name.zh}暴雨橙色预警`, en: `${district.name.en}: orange rainstorm warning` },
      description: {
        zh: '3小时内降雨量预计达57毫米，其中已降21毫米。',
        en: '57 mm of rain are expected within 3 hours, of which 21 mm have fallen.',
      },
      districts: [district.id],
      issued: now - 600_000,
      expires: now + 10_200_000,
    },
    'met@example.cn,1': {
      origin: 'outside',
      hazard: 'rain',
      level: 'yellow',
      sender: { zh: '市气象台', en: 'City weather service' },
      headline: { zh: '市气象台发布暴雨黄色预警', en: 'City weather service: yellow rainstorm warning' },
      description: { zh: '预计6小时内降雨量将达50毫米以上。', en: 'More than 50 mm of rain are expected within 6 hours.' },
      districts: city.districts.map(({ id }) => id),
      issued: now - 1_800_000,
      expires: now + 9_000_000,
    },
  }
}

/** The first low points flood in half an hour (the first stands under water already), the third stays dry. */
export function forecastRows(city: City, now: number): Record<string, ForecastRow> {
  const rows = city.low_points.slice(0, 3).map(({ id, threshold_m }, i): [string, ForecastRow] => {
    const depth_m = [0.5, 1.1, 1.3, 1.4, 1.2, 0.9, 0.6, 0.4].map((share) => (i < 2 ? share * threshold_m : 0))
    const row = {
      issued: now - 2 * MINUTE,
      basis: 'physical' as const,
      level_m: i < 2 ? 0.1 : 0,
      depth_m,
      low_m: depth_m.map((depth) => depth / 2),
      high_m: depth_m.map((depth) => depth * 1.6),
      p: [0.2, 0.55, 0.7, 0.72, 0.6, 0.4, 0.2, 0.1].map((p) => (i < 2 ? p : 0)),
      crossing: i < 2 ? now + 28 * MINUTE : null,
    }
    return [id, row]
  })
  return Object.fromEntries(rows)
}

const BINS = Array.from({ length: 10 }, (_, i) => ({ n: 40 - 4 * i, said: 0.05 + i / 10, came: 0.04 + i / 11 }))

export function scoreRow(now: number): ForecastScoreRow {
  const leads = [15, 30, 60, 120].map((lead_min) => ({ lead_min, hours: 40, nse: 0.8, csi_onset: 0.55, brier: 0.04, bins: BINS }))
  return {
    since: now - 20 * 24 * 60 * MINUTE,
    floods: 12,
    warned_30_min: 0.75,
    median_lead_min: 42,
    warning_runs: 15,
    false_runs: 4,
    leads,
  }
}

/** The first low point is flooded and its road closed, the second is about to be, the third is calm again. */
export function stageRows(city: City, now: number): Record<string, FloodStageRow> {
  const rows = city.low_points.slice(0, 3).map(({ id, name }, i): [string, FloodStageRow] => {
    const why = {
      zh: `${name.zh}升至黄色准备：两小时内超过阈值的概率 72%`,
      en: `${name.en} up to prepare (yellow): chance 72 % within two hours`,
    }
    const closed = { since: now - 4 * MINUTE, why: { zh: `${name.zh}积水 0.31 米`, en: `${name.en} stands 0.31 m deep` } }
    return [id, { stage: (['flooded', 'prepare', 'none'] as const)[i], since: now - 9 * MINUTE, why, closed: i === 0 ? closed : null }]
  })
  return Object.fromEntries(rows)
}
