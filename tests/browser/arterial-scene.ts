/** Arterials and their diagram, made up: fixed greens whose offsets fit the way up the street. */
import type { City } from '../../engine/model/city.ts'
import type { ArterialDocument, TimeSpaceAnswer } from '../../gateway/wire/arterials-api.ts'

const SECOND = 1000
const SPEED_MPS = 11
const CYCLE_S = 80
const GREEN_S = 34
const SPACING_M = 420

const travel_s = (along_m: number): number => along_m / SPEED_MPS

export function createArterials(city: City, now: number): ArterialDocument[] {
  return [
    {
      id: 'A1',
      name: { zh: '中山路', en: 'Zhongshan Road' },
      speed_kmh: 40,
      weights: { along: 1, against: 1 },
      junctions: city.junctions.slice(0, 8).map(({ id, name }, i) => ({ id, name, along_m: i * SPACING_M })),
      coordination: {
        made: now - 60 * SECOND,
        cycle_s: CYCLE_S,
        offsets_s: city.junctions.slice(0, 8).map((_, i) => Math.round(travel_s(i * SPACING_M))),
        progression: 0.83,
      },
    },
  ]
}

type Greens = TimeSpaceAnswer['stops'][number]['greens']['along']

/** Greens of a junction from `from` to `until`, those after now planned; one that runs is both. */
function greens(offset_s: number, length_s: number, from: number, until: number, now: number): Greens {
  const spans: Greens = []
  const cycle = CYCLE_S * SECOND
  const first = Math.floor((from - offset_s * SECOND) / cycle) * cycle + offset_s * SECOND
  for (let begin = first; begin < until; begin += cycle) {
    const end = begin + length_s * SECOND
    if (end <= from) continue
    if (begin < now) spans.push({ from: begin, until: Math.min(end, now), planned: false })
    if (end > now) spans.push({ from: Math.max(begin, now), until: end, planned: true })
  }
  return spans
}

export function createTimeSpace(city: City, now: number): TimeSpaceAnswer {
  const from = now - 300 * SECOND
  const until = now + 60 * SECOND
  const [arterial] = createArterials(city, now)
  const stops = arterial.junctions.map(({ id, name, along_m }, i) => ({
    junction: id,
    name,
    along_m,
    greens: {
      along: greens(travel_s(along_m), GREEN_S - (i % 3) * 4, from, until, now),
      against: greens(travel_s(along_m), GREEN_S - ((i + 1) % 3) * 4, from, until, now),
    },
    departures: { along: [4, 7, 10].map((s) => now + s * SECOND), against: i === 0 ? [] : [now + 20 * SECOND] },
  }))
  const travel = stops.map(({ along_m }) => travel_s(along_m))
  const starts = greens(0, GREEN_S - 8, from, until, from).filter((one) => one.from + travel[travel.length - 1] * SECOND < until)
  const along = starts.map((one) => ({ from: one.from, until: one.until, travel_s: travel }))
  return { id: arterial.id, now, from, until, speed_kmh: arterial.speed_kmh, stops, bands: { along, against: [] } }
}
