/**
 * What holidays, events and weather are worth: litter bins whose amounts follow them, forecast with and without being told; and bins that do not follow them, told all the same.
 */
import { dateOfDay } from '../../engine/base/calendar.ts'
import { createRandom, type Random } from '../../engine/base/random.ts'
import { DAY_MS, HOUR_MS } from '../../engine/base/time.ts'
import { type Almanac, NO_ALMANAC, type Occasion } from '../../engine/waste/forecast/almanac.ts'
import type { Figure } from './report.ts'
import { ask, learn, marksOf } from './waste-asked.ts'
import { FAMILIES, FAMILY_START, type ReadBin, simulateBin } from './waste-families.ts'
import { askedSpan, learntSpan, marksAsFigures } from './waste-family-figures.ts'

const BINS = 70
const DAYS = 700

interface Day {
  readonly holiday: boolean
  readonly rain_mm: number
  readonly temp_c: number
  readonly usual_c: number
}

/** About one holiday in two weeks, some in a row; wet and dry spells; warm and cold ones. */
function drawDays(random: Random): Day[] {
  let [wet, warmth, left] = [false, 0, 0]
  return Array.from({ length: DAYS }, (_, d) => {
    wet = random.chance(wet ? 0.65 : 0.2)
    warmth = 0.8 * warmth + random.normal(0, 2.5)
    left = left > 0 ? left - 1 : random.chance(1 / 30) ? random.integer(1, 3) : 0
    const usual_c = 11 - 9 * Math.cos((2 * Math.PI * (d - 15)) / 365)
    return { holiday: left > 0, rain_mm: wet ? random.exponential(8) : 0, temp_c: usual_c + warmth, usual_c }
  })
}

function drawEvents(bin: string, random: Random): Occasion[] {
  const events: Occasion[] = []
  for (let day = random.exponential(12); day < DAYS; day += random.exponential(12)) {
    const from = FAMILY_START + Math.floor(day) * DAY_MS + 15 * HOUR_MS
    events.push({ from, until: from + 9 * HOUR_MS, bin })
  }
  return events
}

/** Half of the bins stand in parks, half by offices: a holiday brings the one more and the other less; rain less, warmth more, an event three times as much. */
function drawBins(days: readonly Day[], events: ReadonlyMap<string, readonly Occasion[]>, affected: boolean): ReadBin[] {
  const litter = FAMILIES.find(({ name }) => name === 'litter')
  if (litter === undefined) throw new Error('there is no family of litter bins')
  return [...events].map(([bin, occasions], i) => {
    const own = createRandom(`days/${bin}`)
    const park = i % 2 === 0
    const nature = {
      ...litter.draw(own.fork('nature')),
      days: DAYS,
      day_sd: 0.25,
      week: park ? [1, 1, 1, 1, 1, 1.8, 2] : [1, 1, 1, 1, 1, 0.3, 0.2],
    }
    const holiday = park ? 2.2 : 0.3
    const effectOf = (h: number): number => {
      const { holiday: is, rain_mm, temp_c, usual_c } = days[Math.floor(h / 24)]
      const at = FAMILY_START + h * HOUR_MS
      const event = occasions.some(({ from, until }) => at >= from && at < until) ? 3 : 1
      return (is ? holiday : 1) * (rain_mm > 1 ? 0.5 : 1.15) * Math.exp(0.04 * (temp_c - usual_c)) * event
    }
    return simulateBin(bin, nature, own, affected ? effectOf : undefined)
  })
}

function almanacOf(days: readonly Day[], events: ReadonlyMap<string, readonly Occasion[]>): Almanac {
  const first = FAMILY_START / DAY_MS
  const ts = Float64Array.from({ length: DAYS * 8 }, (_, i) => FAMILY_START + (i + 1) * 3 * HOUR_MS)
  const dayOf = (i: number): Day => days[Math.floor(i / 8)]
  return {
    calendar: { holidays: new Set(days.flatMap(({ holiday }, d) => (holiday ? [dateOfDay(first + d)] : []))), workdays: new Set() },
    occasions: [...events.values()].flat(),
    weather: {
      ts,
      rain_mm: Float64Array.from(ts, (_, i) => dayOf(i).rain_mm / 8),
      temp_c: Float64Array.from(ts, (_, i) => dayOf(i).temp_c),
    },
  }
}

export function daysFigures(): Figure[] {
  const random = createRandom('waste days')
  const days = drawDays(random.fork('weather'))
  const events = new Map(Array.from({ length: BINS }, (_, i) => [`D${i}`, drawEvents(`D${i}`, random.fork(`events/${i}`))]))
  const told = almanacOf(days, events)
  const figures: Figure[] = []
  for (const affected of [true, false]) {
    const bins = drawBins(days, events, affected)
    const parts: [string, Almanac][] = [
      ['not told', NO_ALMANAC],
      ['told of holidays', { ...NO_ALMANAC, calendar: told.calendar }],
      ['told of events', { ...NO_ALMANAC, occasions: told.occasions }],
      ['told of weather', { ...NO_ALMANAC, weather: told.weather }],
      ['told of all', told],
    ]
    for (const [title, almanac] of affected ? parts : [parts[0], parts[4]]) {
      const learnt = learn(bins.slice(0, BINS / 2).map(learntSpan), almanac)
      const judged = ask(bins.slice(BINS / 2).map(askedSpan), learnt, almanac).get('ours') ?? []
      figures.push(...marksAsFigures(`days that ${affected ? 'matter' : 'do not matter'}, ${title}`, marksOf(judged)))
    }
  }
  return figures
}
