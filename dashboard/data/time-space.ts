/** A time–space diagram as lines and rectangles: time runs right, distance up. Pure. */
import type { TimeSpaceAnswer } from '../../gateway/wire/arterials-api.ts'
import type { Text } from '../../gateway/wire/frames.ts'

export const DIRECTIONS = ['along', 'against'] as const
export type Direction = (typeof DIRECTIONS)[number]

export interface Plot {
  readonly width: number
  readonly height: number
  x(ts: number): number
  /** Distance from the first junction. */
  y(along_m: number): number
}

/** Times outside of the diagram lie outside of the drawing. `pad` keeps the first and the last junction off the edge. */
export function plotOf({ from, until, stops }: TimeSpaceAnswer, width: number, height: number, pad: number): Plot {
  const length_m = Math.max(1, stops[stops.length - 1]?.along_m ?? 1)
  const span = Math.max(1, until - from)
  return {
    width,
    height,
    x: (ts) => (ts - from) * (width / span),
    y: (along_m) => height - pad - (along_m / length_m) * (height - 2 * pad),
  }
}

/** The corners of a band: its beginning up the street, its end back down. */
export function bandCorners({ stops }: TimeSpaceAnswer, band: TimeSpaceAnswer['bands'][Direction][number], plot: Plot): string {
  const edge = (ts: number): string[] =>
    stops.map(({ along_m }, i) => `${plot.x(ts + band.travel_s[i] * 1000).toFixed(1)},${plot.y(along_m).toFixed(1)}`)
  return [...edge(band.from), ...edge(band.until).reverse()].join(' ')
}

/** Ways of the vehicles that are planned to leave, at design speed to the next junction, as path text. */
export function predictedWays({ stops, speed_kmh }: TimeSpaceAnswer, direction: Direction, plot: Plot): string {
  const step = direction === 'along' ? 1 : -1
  return stops
    .flatMap(({ along_m, departures }, i) => {
      const next = stops[i + step]
      if (next === undefined) return []
      const travel_ms = (Math.abs(next.along_m - along_m) / (speed_kmh / 3.6)) * 1000
      const [from_y, to_y] = [plot.y(along_m).toFixed(1), plot.y(next.along_m).toFixed(1)]
      return departures[direction].map((ts) => `M${plot.x(ts).toFixed(1)} ${from_y}L${plot.x(ts + travel_ms).toFixed(1)} ${to_y}`)
    })
    .join('')
}

/** What parts the words of a junction's name: the street, then the one that crosses it. */
const SEPARATOR = /—|-|\/| at | /g

/** Length of what all texts begin with, up to the end of a word; 0 when nothing would be left of one. */
function commonLength(texts: readonly string[]): number {
  const [first = '', ...others] = texts
  let same = 0
  while (same < first.length && others.every((text) => text[same] === first[same])) same++
  const ends = [...first.matchAll(SEPARATOR)].map((match) => match.index + match[0].length).filter((end) => end <= same)
  const length = others.length === 0 ? 0 : Math.max(0, ...ends)
  return texts.every((text) => text.length > length) ? length : 0
}

/** Names along one street without that street's own name: what tells them apart. */
export function shortNames(names: readonly Text[]): Text[] {
  const zh = commonLength(names.map((name) => name.zh))
  const en = commonLength(names.map((name) => name.en))
  return names.map((name) => ({ zh: name.zh.slice(zh), en: name.en.slice(en) }))
}

/** Names of junctions that lie close stand apart: each at least `gap` from the one below, moved as little as possible upwards. */
export function spreadLabels(at: readonly number[], gap: number, top: number): number[] {
  const spread: number[] = []
  for (const y of at) spread.push(Math.min(y, (spread[spread.length - 1] ?? Number.POSITIVE_INFINITY) - gap))
  // What was pushed over the top pushes the others down again.
  let limit = top
  for (let i = spread.length - 1; i >= 0 && spread[i] < limit; i--) {
    spread[i] = limit
    limit += gap
  }
  return spread
}

/** Whole minutes between two times. */
export function minutesBetween(from: number, until: number): number[] {
  const minutes: number[] = []
  for (let ts = Math.ceil(from / 60_000) * 60_000; ts <= until; ts += 60_000) minutes.push(ts)
  return minutes
}

/** Share of the seen time that a direction had green at a junction. */
export function greenShare({ from, now }: TimeSpaceAnswer, greens: TimeSpaceAnswer['stops'][number]['greens'][Direction]): number {
  const green_ms = greens.reduce((sum, one) => sum + Math.max(0, Math.min(one.until, now) - Math.max(one.from, from)), 0)
  return now > from ? green_ms / (now - from) : 0
}
