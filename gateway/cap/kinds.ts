/** What kind of hazard a message is about, which colour it has, and for how long it stands where it does not say. */
import { type EpochMs, HOUR_MS } from '../../engine/base/time.ts'
import type { Bilingual } from '../../engine/model/bilingual.ts'
import { type CapSeverity, type Hazard, LEVEL_NAMES, type WarningLevel } from '../../engine/model/warning.ts'

export const hazardOf = (event: string): Hazard =>
  /暴雨|降雨|rain/i.test(event) ? 'rain' : /内涝|积水|洪|flood/i.test(event) ? 'flood' : 'other'

/** Alone, in Chinese, or as MeteoAlarm's `3; orange; Severe`. */
const COLOURS: readonly (readonly [WarningLevel, RegExp])[] = [
  ['red', /(?:^|;\s*)red(?:\s*;|$)|红色/i],
  ['orange', /(?:^|;\s*)orange(?:\s*;|$)|橙色/i],
  ['yellow', /(?:^|;\s*)yellow(?:\s*;|$)|黄色/i],
  ['blue', /(?:^|;\s*)blue(?:\s*;|$)|蓝色/i],
]
export const BY_SEVERITY: Readonly<Record<CapSeverity, WarningLevel>> = {
  Extreme: 'red',
  Severe: 'orange',
  Moderate: 'yellow',
  Minor: 'blue',
  Unknown: 'blue',
}

/** The colour that one of these texts names. */
export function colourOf(texts: readonly string[]): WarningLevel | null {
  for (const text of texts) {
    const colour = COLOURS.find(([, pattern]) => pattern.test(text))
    if (colour !== undefined) return colour[0]
  }
  return null
}

interface Signal {
  readonly name: Bilingual
  readonly pattern: RegExp
  /** Hours ahead for which the annex defines the colour; a colour that it does not define has the longest of its kind. */
  readonly hours: Readonly<Partial<Record<WarningLevel, number>>>
}

const signal = (zh: string, en: string, pattern: RegExp, hours: Signal['hours']): Signal => ({ name: { zh, en }, pattern, hours })

/**
 * The time that each warning signal looks ahead: China Meteorological Administration, order 16 of 2007 (气象灾害预警信号发布与传播办法), annex. The first that fits
 * counts: a typhoon brings rain and wind too.
 */
const SIGNALS: readonly Signal[] = [
  signal('台风', 'typhoon', /台风|typhoon|hurricane|tropical/i, { blue: 24, yellow: 24, orange: 12, red: 6 }),
  signal('暴雨', 'rainstorm', /暴雨|降雨|rain/i, { blue: 12, yellow: 6, orange: 3, red: 3 }),
  signal('暴雪', 'snowstorm', /暴雪|降雪|snow|blizzard/i, { blue: 12, yellow: 12, orange: 6, red: 6 }),
  signal('寒潮', 'cold wave', /寒潮|cold|low.?temperature/i, { blue: 48, yellow: 24, orange: 24, red: 24 }),
  signal('沙尘暴', 'sandstorm', /沙尘|sandstorm|dust/i, { yellow: 12, orange: 6, red: 6 }),
  signal('大风', 'gale', /大风|gale|wind/i, { blue: 24, yellow: 12, orange: 6, red: 6 }),
  signal('高温', 'heat', /高温|heat|high.?temperature/i, { yellow: 72, orange: 24, red: 24 }),
  signal('干旱', 'drought', /干旱|drought/i, { orange: 168, red: 168 }),
  signal('雷电', 'lightning', /雷电|雷暴|lightning|thunder/i, { yellow: 6, orange: 2, red: 2 }),
  signal('冰雹', 'hail', /冰雹|hail/i, { orange: 6, red: 2 }),
  signal('霜冻', 'frost', /霜冻|frost/i, { blue: 48, yellow: 24, orange: 24 }),
  signal('大雾', 'fog', /大雾|fog/i, { yellow: 12, orange: 6, red: 2 }),
  signal('霾', 'haze', /霾|haze/i, { yellow: 12, orange: 6 }),
  signal('道路结冰', 'road icing', /结冰|icing|\bice\b|icy/i, { yellow: 12, orange: 6, red: 2 }),
]

const OTHERWISE_H = 24

export interface Validity {
  readonly expires: EpochMs
  /** Where the length comes from, for people to read. */
  readonly assumed: Bilingual
}

/** For a message that does not say when it ends: CAP 1.2, section 3.2.2, leaves that to whoever receives it. */
export function defaultValidity(event: string, level: WarningLevel, effective: EpochMs): Validity {
  const known = SIGNALS.find(({ pattern }) => pattern.test(event))
  const hours = known === undefined ? OTHERWISE_H : (known.hours[level] ?? Math.max(...Object.values(known.hours)))
  const expires = effective + hours * HOUR_MS
  if (known === undefined) {
    const zh = `未注明失效时间，按 ${hours} 小时计（CAP 1.2 第 3.2.2 节由接收方确定）`
    return { expires, assumed: { zh, en: `says no end; ${hours} h are assumed (left to the recipient by CAP 1.2, section 3.2.2)` } }
  }
  const colour = LEVEL_NAMES[level]
  return {
    expires,
    assumed: {
      zh: `未注明失效时间，按${known.name.zh}${colour.zh}信号的时效 ${hours} 小时计（中国气象局令第 16 号附件）`,
      en: `says no end; the ${hours} h of a ${colour.en} ${known.name.en} signal are assumed (CMA order 16 of 2007, annex)`,
    },
  }
}
