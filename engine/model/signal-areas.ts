/** Which area speaks for each junction, what runs there at a local hour, and which junctions are left to people. Made once from the city. */
import type { City } from './city.ts'
import { DEFAULT_BANDS, type FixedPlan, type ProgrammeEntry, type SignalArea, type TrafficBand } from './signals.ts'

export interface SignalAreas {
  /** Junctions of no area are missing. */
  readonly area_of: ReadonlyMap<string, SignalArea>
  /** Junctions of every area, in the order of the city. */
  readonly junctions_of: ReadonlyMap<string, readonly string[]>
  readonly plans: ReadonlyMap<string, Readonly<Record<string, FixedPlan>>>
  /** Junctions where the engine proposes and people act. */
  readonly human: ReadonlySet<string>
  readonly bands: readonly TrafficBand[]
}

export function buildSignalAreas(city: City, human_share: number): SignalAreas {
  const { areas = [], plans = [], bands = DEFAULT_BANDS } = city.signals ?? {}
  const area_of = new Map<string, SignalArea>()
  const junctions_of = new Map<string, string[]>(areas.map(({ id }) => [id, []]))
  const rest: string[] = []
  for (const { id, district } of city.junctions) {
    const area = areas.find((one) => one.district === district || one.junctions.includes(id))
    if (area === undefined) rest.push(id)
    else {
      area_of.set(id, area)
      junctions_of.get(area.id)?.push(id)
    }
  }
  const human = new Set(leftToPeople(rest, { share: human_share, junctions: [] }))
  for (const { id, human: policy } of areas) {
    for (const junction of leftToPeople(junctions_of.get(id) ?? [], policy ?? { share: human_share, junctions: [] })) human.add(junction)
  }
  return { area_of, junctions_of, plans: new Map(plans.map(({ id, junctions }) => [id, junctions])), human, bands }
}

/** At least the share, so one of three for 0.1; those that are named, then the first others by id. */
function leftToPeople(
  junctions: readonly string[],
  { share, junctions: named }: { share: number; junctions: readonly string[] },
): string[] {
  const own = named.filter((id) => junctions.includes(id))
  const others = junctions.filter((id) => !own.includes(id)).sort()
  // A share of 0.3 of ten is three, whatever the binary form of 0.3 says.
  const least = Math.ceil(share * junctions.length - 1e-9)
  return [...own, ...others.slice(0, Math.max(0, least - own.length))]
}

/** The entry that holds at a local hour and day. One that crosses midnight belongs to the day on which it began. */
export function entryAt({ programme }: SignalArea, hour: number, day: number): ProgrammeEntry | null {
  const holds = ({ from_h, until_h, days }: ProgrammeEntry): boolean => {
    if (from_h < until_h) return hour >= from_h && hour < until_h && days.includes(day)
    return (hour >= from_h && days.includes(day)) || (hour < until_h && days.includes((day + 6) % 7))
  }
  return programme.find(holds) ?? null
}
