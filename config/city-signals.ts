/** Reads `signals.json` against the city it belongs to: every name checked, every fixed plan lawful at its junction. */
import type { City } from '../engine/model/city.ts'
import { buildSignalNetwork } from '../engine/model/signal-network.ts'
import { DEFAULT_BANDS, type ProgrammeEntry, type SignalArea, type SignalProgramme, WEEKDAYS } from '../engine/model/signals.ts'
import { planFaults } from '../engine/traffic/signal-plan.ts'
import { type Finding, type JsonPath, type JsonSource, repeatedKeys } from './check-json.ts'
import { nearest } from './check-names.ts'
import { createChecker, findingsOf } from './check-schema.ts'
import { SignalsFile } from './signals-schema.ts'

export const SIGNALS_FILE = 'signals.json'

type AreaEntry = NonNullable<SignalsFile['areas']>[number]
type EntryOfFile = NonNullable<AreaEntry['programme']>[number]
type Say = (path: JsonPath, message: string) => void

const check = createChecker(SignalsFile)

/** The programme, or null with everything that is wrong in the file. */
export function readSignals(
  source: JsonSource,
  city: City,
): { readonly programme: SignalProgramme | null; readonly findings: readonly Finding[] } {
  const findings: Finding[] = repeatedKeys(source).map((path) => ({
    path,
    code: 'signals.repeated',
    message: `${String(path.at(-1))} is written twice, expected once`,
  }))
  findings.push(...findingsOf([], 'signals.value', check(source.value)))
  if (findings.length > 0) return { programme: null, findings }
  // Checked just above.
  const file = source.value as SignalsFile
  checkReferences(file, city, (path, message) => findings.push({ path, code: 'signals.reference', message }))
  return findings.length > 0 ? { programme: null, findings } : { programme: programmeOf(file), findings }
}

function checkReferences({ areas = [], plans = [], bands = [] }: SignalsFile, city: City, say: Say): void {
  const junctions = buildSignalNetwork(city)
  checkUnique(areas, ['areas'], say)
  checkUnique(plans, ['plans'], say)
  for (const [p, { id, junctions: planned }] of plans.entries()) {
    for (const [junction, plan] of Object.entries(planned)) {
      const described = junctions.get(junction)
      const at = ['plans', p, 'junctions', junction]
      if (described === undefined) say(at, `plan ${id}: ${unknown('junction', junction, junctions.keys())}`)
      else for (const { place, why } of planFaults(described, plan)) say(at, `plan ${id}, ${place}: ${why.en}`)
    }
  }
  const taken = new Set<string>()
  for (const [a, area] of areas.entries()) {
    const members = membersOf(area, ['areas', a], city, junctions, say).filter((id) => !taken.has(id))
    for (const id of members) taken.add(id)
    checkProgramme(area, ['areas', a], members, plans, say)
    for (const [h, id] of (area.human?.junctions ?? []).entries())
      if (!members.includes(id)) say(['areas', a, 'human', 'junctions', h], `${id} is no junction of area ${area.id}`)
  }
  for (const [b, { from }] of bands.entries()) {
    if (b === 0 && from !== 0) say(['bands', 0, 'from'], `the first band begins at ${from}, expected 0`)
    if (b > 0 && from <= bands[b - 1].from) say(['bands', b, 'from'], `${from} is not above the band before it, expected rising bands`)
  }
}

function checkUnique(entries: readonly { readonly id: string }[], path: JsonPath, say: Say): void {
  for (const [i, { id }] of entries.entries())
    if (entries.findIndex((other) => other.id === id) < i) say([...path, i, 'id'], `${id} is used twice, expected each once`)
}

/** Ids of the area's junctions; what is wrong with how it names them is said. */
function membersOf(area: AreaEntry, path: JsonPath, city: City, junctions: ReadonlyMap<string, unknown>, say: Say): string[] {
  const { district, junctions: listed } = area
  if ((district === undefined) === (listed === undefined)) {
    say(path, `area ${area.id} names ${district === undefined ? 'neither' : 'both'} district and junctions, expected one of them`)
    return []
  }
  if (district !== undefined && !city.districts.some(({ id }) => id === district))
    say(
      [...path, 'district'],
      unknown(
        'district',
        district,
        city.districts.map(({ id }) => id),
      ),
    )
  for (const [j, id] of (listed ?? []).entries())
    if (!junctions.has(id)) say([...path, 'junctions', j], unknown('junction', id, junctions.keys()))
  return city.junctions.flatMap((one) => (one.district === district || listed?.includes(one.id) === true ? [one.id] : []))
}

function checkProgramme(
  { id, programme = [] }: AreaEntry,
  path: JsonPath,
  members: readonly string[],
  plans: NonNullable<SignalsFile['plans']>,
  say: Say,
): void {
  for (const [e, { controller, plan }] of programme.entries()) {
    const at = [...path, 'programme', e]
    if ((controller === undefined) === (plan === undefined)) {
      say(at, `names ${controller === undefined ? 'neither' : 'both'} controller and plan, expected one of them`)
      continue
    }
    if (plan === undefined) continue
    const planned = plans.find((one) => one.id === plan)
    if (planned === undefined)
      say(
        [...at, 'plan'],
        unknown(
          'plan',
          plan,
          plans.map((one) => one.id),
        ),
      )
    const without = planned === undefined ? undefined : members.find((junction) => !Object.hasOwn(planned.junctions, junction))
    if (without !== undefined) say([...at, 'plan'], `plan ${plan} says nothing of ${without}, which area ${id} has`)
  }
}

function unknown(what: string, id: string, known: Iterable<string>): string {
  const near = nearest(id, [...known])
  return `${id} is no ${what} of this ${what === 'plan' ? 'file' : 'city'}${near === null ? '' : `; did you mean ${near}?`}`
}

function programmeOf({ areas = [], plans = [], bands = [...DEFAULT_BANDS] }: SignalsFile): SignalProgramme {
  return { areas: areas.map(areaOf), plans, bands }
}

function areaOf({ id, name, district, junctions, controller, decision_s, programme, human }: AreaEntry): SignalArea {
  return {
    id,
    name: name ?? null,
    district: district ?? null,
    junctions: junctions ?? [],
    controller: controller ?? null,
    decision_s: decision_s ?? null,
    programme: (programme ?? []).map(entryOf),
    human: human === undefined ? null : { share: human.share, junctions: human.junctions ?? [] },
  }
}

/** A plan is run by the fixed controller. */
const entryOf = ({ from_h, until_h, days, controller, plan }: EntryOfFile): ProgrammeEntry => ({
  from_h,
  until_h,
  days: days === undefined ? WEEKDAYS.map((_, day) => day) : days.map((day) => WEEKDAYS.indexOf(day)),
  controller: controller ?? 'fixed',
  plan: plan ?? null,
})
