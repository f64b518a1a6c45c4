/** What a desk reads of bins beside their level: signs, scores of their forecasts, people who sort wrongly. Nothing here changes anything. */
import type { LonLat } from './base/geo.ts'
import type { EpochMs } from './base/time.ts'
import type { CityState } from './city-state.ts'
import type { Bilingual, DeviceKey } from './model/city.ts'
import type { Severity } from './model/severity.ts'
import type { CourseProblem } from './model/solve.ts'
import { qualityOf, type ValueQuality } from './sense/state.ts'
import { raisedAt } from './view.ts'
import { clockAt, oddDaysOf } from './waste/clock.ts'
import { REPEATED, REPEATED_MS, type SortingSubject } from './waste/mis-sorting.ts'
import type { UnsensedBin } from './waste/unsensed.ts'
import { type FillScore, scoreFills } from './waste/verify.ts'

export interface BinSigns {
  /** What its level is worth now; of a bin without a sensor it is estimated. */
  readonly quality: ValueQuality | 'estimated'
  /** When it was last seen to have been emptied; null before the first time. */
  readonly emptied: EpochMs | null
  /** Rules that are raised at it: full, fire, tilt. */
  readonly alarms: readonly { readonly class: string | null; readonly title: Bilingual; readonly severity: Severity }[]
}

export function binSigns(state: CityState, bin: DeviceKey): BinSigns {
  const { bins, unsensed } = state.waste
  const estimated = bins.has(bin) ? undefined : unsensed.get(bin)
  return {
    quality: estimated === undefined ? (qualityOf(state.sense, bin, 'fill_pct', state.now) ?? 'stale') : 'estimated',
    emptied: estimated === undefined ? bins.get(bin)?.emptied || null : lastCollected(estimated),
    alarms: [...raisedAt(state, bin)].map(({ rule, severity }) => ({ class: rule.incident?.class ?? null, title: rule.title, severity })),
  }
}

/** Its track has the clock at the bin. */
const lastCollected = ({ ts, track: { ts: known, emptied } }: UnsensedBin): EpochMs | null =>
  emptied === null ? null : ts - (known - emptied)

/** @param bin null: all together */
export const binScore = ({ waste }: CityState, bin: DeviceKey | null): FillScore => scoreFills(waste.verification, bin)

/** Null for a bin of which nothing is known, or that is blocked. */
export function courseProblem({ waste, context, now }: CityState, bin: DeviceKey): CourseProblem | null {
  const sensed = waste.bins.get(bin)
  const unsensed = sensed === undefined ? waste.unsensed.get(bin) : undefined
  const { track, blocked } = sensed ?? unsensed ?? { track: null, blocked: null }
  if (track === null || blocked !== null) return null
  const kind = context.devices.get(bin)?.kind ?? null
  return {
    type: 'fill_course',
    at: clockAt(context, now),
    ...oddDaysOf(context),
    kind,
    track,
    ...(unsensed && { unsensed: { known: unsensed.known } }),
  }
}

/** The streets to each stop of a round from the one before; null for no round that is open or ended lately. */
export function roundWays({ dispatch }: CityState, round: string): { readonly stop: string; readonly way: readonly LonLat[] }[] | null {
  const record = dispatch.open.get(round) ?? dispatch.ended.get(round)
  return record?.round?.stops.map(({ id, way }) => ({ stop: id, way })) ?? null
}

export interface SortingPlace {
  readonly device: DeviceKey
  readonly grid: string | null
  readonly sightings: number
  readonly subjects: number
}

export interface SortingView {
  /** Since the state was made. */
  readonly reminders: number
  readonly handed_over: number
  /** By pseudonym, seen last first. */
  readonly subjects: readonly (Pick<SortingSubject, 'reminded' | 'told_officer'> & {
    readonly subject: string
    /** In two weeks. */
    readonly sightings: number
    readonly last: EpochMs
    readonly device: DeviceKey
    readonly grid: string | null
    /** A reminder waits for the end of the quiet hours, or of the day since the last one. */
    readonly waits: boolean
  })[]
  /** Where it was seen three times or more in two weeks, most first. */
  readonly places: readonly SortingPlace[]
  /** Most points first. */
  readonly volunteers: readonly {
    readonly crew: DeviceKey
    readonly name: Bilingual
    readonly points: number
    /** Start of the duty that lasts; null without one. */
    readonly since: EpochMs | null
  }[]
}

const SUBJECTS_SHOWN = 200

export function sortingView({ waste, context, now }: CityState): SortingView {
  const { subjects, counts } = waste.sorting
  const gridOf = (device: DeviceKey): string | null => context.devices.get(device)?.grid ?? null
  const listed = [...subjects].flatMap(([subject, { seen, open, reminded, told_officer }]) => {
    const last = seen.at(-1)
    if (last === undefined) return []
    const sightings = seen.filter(({ ts }) => now - ts <= REPEATED_MS).length
    return [{ subject, sightings, last: last.ts, device: last.device, grid: gridOf(last.device), waits: open, reminded, told_officer }]
  })
  return {
    ...counts,
    subjects: listed.toSorted((a, b) => b.last - a.last).slice(0, SUBJECTS_SHOWN),
    places: repeatedPlaces([...subjects.values()], gridOf, now),
    volunteers: [...waste.duty]
      .flatMap(([crew, { points, since }]) => {
        const name = context.crews.get(crew)?.name
        return name === undefined ? [] : [{ crew, name, points, since }]
      })
      .toSorted((a, b) => b.points - a.points),
  }
}

function repeatedPlaces(subjects: readonly SortingSubject[], gridOf: (device: DeviceKey) => string | null, now: EpochMs): SortingPlace[] {
  const places = new Map<DeviceKey, { sightings: number; subjects: number }>()
  for (const { seen } of subjects) {
    const lately = seen.filter(({ ts }) => now - ts <= REPEATED_MS)
    for (const device of new Set(lately.map((sighting) => sighting.device))) {
      const place = places.get(device) ?? { sightings: 0, subjects: 0 }
      place.sightings += lately.filter((sighting) => sighting.device === device).length
      place.subjects++
      places.set(device, place)
    }
  }
  return [...places]
    .filter(([, { sightings }]) => sightings >= REPEATED)
    .map(([device, counts]) => ({ device, grid: gridOf(device), ...counts }))
    .toSorted((a, b) => b.sightings - a.sightings)
}
