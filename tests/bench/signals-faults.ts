/**
 * What broken detectors cost the planner on the three public hours (Hangzhou, Jinan real, Jinan 2000), at 1 s and 8 phases on our own
 * streets: counts off by one, and lanes that never report. The faults are drawn twice, by two seeds, and stand beside the hour as
 * measured. Jinan real also with a fifth more vehicles.
 */
import { createRandom } from '../../engine/base/random.ts'
import { varyDemand } from '../../simulators/traffic/demand.ts'
import { type Faults, NO_FAULTS } from '../../simulators/traffic/lane-detectors.ts'
import type { Bench, Figure } from './report.ts'
import { drive, loadHour, PHASES_8, type PublicHour } from './signals-drive.ts'

const SEEDS = [1, 2] as const
const DEMAND = 1.2
const SIGNALS = { controller: 'planner', decision_s: 1 } as const

interface Fault {
  readonly title: string
  readonly faults: Faults
  readonly over_pct_max: number
}

const FAULTS: readonly Fault[] = [
  { title: 'counts off by one (p 0.2)', faults: { ...NO_FAULTS, miscount: 0.2 }, over_pct_max: 3 },
  { title: 'one lane in ten silent', faults: { ...NO_FAULTS, silent_lanes: 0.1 }, over_pct_max: 4 },
]

interface Hour {
  readonly name: PublicHour
  /** att_paper, s, with more vehicles; null where that is not measured. */
  readonly busy_s_max: number | null
}

const HOURS: readonly Hour[] = [
  { name: 'Hangzhou', busy_s_max: null },
  { name: 'Jinan real', busy_s_max: 248 },
  { name: 'Jinan 2000', busy_s_max: null },
]

async function benchHour({ name, busy_s_max }: Hour): Promise<Figure[]> {
  const scene = await loadHour(name)
  if (scene === null) return []
  const city = await scene.city(PHASES_8)
  const measured_s = drive({ scene, city, signals: SIGNALS }).att_paper_s
  const figures: Figure[] = [{ name: `${name}: att_paper as measured`, value: measured_s, unit: 's' }]
  for (const { title, faults, over_pct_max } of FAULTS) {
    for (const seed of SEEDS) {
      const { att_paper_s } = drive({ scene, city, signals: SIGNALS, faults, seed })
      const what = `${name}, ${title}, seed ${seed}`
      figures.push(
        { name: `${what}: att_paper`, value: att_paper_s, unit: 's' },
        { name: `${what}: increase`, value: 100 * (att_paper_s / measured_s - 1), unit: '%', goal: `≤ ${over_pct_max}` },
      )
    }
  }
  if (busy_s_max === null) return figures
  for (const seed of SEEDS) {
    const trips = varyDemand(scene.trips, DEMAND, 0, createRandom(`demand${seed}`))
    const { att_paper_s } = drive({ scene, city, signals: SIGNALS, trips })
    figures.push({ name: `${name}, demand × ${DEMAND}, seed ${seed}: att_paper`, value: att_paper_s, unit: 's', goal: `≤ ${busy_s_max}` })
  }
  return figures
}

export const bench: Bench = async () => {
  const figures: Figure[] = []
  for (const hour of HOURS) figures.push(...(await benchHour(hour)))
  return figures
}
