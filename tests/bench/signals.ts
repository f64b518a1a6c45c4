/**
 * Every signal controller side by side on the three public hours (Hangzhou, Jinan real, Jinan 2000), on our own streets at the plant
 * rules; ours also at the papers' setting, with counting errors, silent lanes and more demand. The data is not part of the repository:
 * it is looked for in `TRAFFIC_DATA`, else beside the checkout.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../engine/base/random.ts'
import { SIGNAL_CONTROLLERS, type SignalControllerName } from '../../engine/model/signals.ts'
import { varyDemand } from '../../simulators/traffic/demand.ts'
import { type Faults, NO_FAULTS } from '../../simulators/traffic/lane-detectors.ts'
import { freeFlow } from '../../simulators/traffic/travel-times.ts'
import type { Bench, Figure } from './report.ts'
import { type Driven, drive, HOUR_S, loadScene, PHASES_4, PHASES_8, type Scene } from './signals-drive.ts'

export const DATA = process.env.TRAFFIC_DATA ?? join(process.cwd(), '../shared/data/traffic')

interface Anchor {
  readonly name: string
  readonly net: string
  readonly flow: string
  /** att_paper, s, measured in CityFlow: at 15 s and phases 1–4, then advanced max pressure at 1 s and phases 1–8. */
  readonly measured: Partial<Record<SignalControllerName, number>>
  readonly measured_fast_s: number
  readonly goal: string
  readonly goal_slow: string
}

const ANCHORS: readonly Anchor[] = [
  {
    name: 'Hangzhou',
    net: 'hangzhou_4x4/roadnet_4_4.json',
    flow: 'hangzhou_4x4/anon_4_4_hangzhou_real.json',
    measured: { fixed: 497.9, max_pressure: 289.6, efficient_max_pressure: 285.2, advanced_max_pressure: 284.5 },
    measured_fast_s: 269.6,
    goal: '≤ 255',
    goal_slow: '< 270',
  },
  {
    name: 'Jinan real',
    net: 'jinan_3x4/roadnet_3_4.json',
    flow: 'jinan_3x4/anon_3_4_jinan_real.json',
    measured: { fixed: 429.3, max_pressure: 275.0, efficient_max_pressure: 270.7, advanced_max_pressure: 256.4 },
    measured_fast_s: 248.0,
    goal: '≤ 222',
    goal_slow: '< 242',
  },
  {
    name: 'Jinan 2000',
    net: 'jinan_3x4/roadnet_3_4.json',
    flow: 'jinan_3x4/anon_3_4_jinan_real_2000.json',
    measured: { fixed: 370.3, max_pressure: 246.4, efficient_max_pressure: 240.7, advanced_max_pressure: 242.0 },
    measured_fast_s: 230.6,
    goal: '≤ 215',
    goal_slow: '< 231.5',
  },
]

type Against = Pick<Figure, 'against' | 'goal'>

function figuresOf(title: string, driven: Driven, free_s: number, extra: Against): Figure[] {
  return [
    { name: `${title}: att_paper`, value: driven.att_paper_s, unit: 's', ...extra },
    { name: `${title}: excess over free flow`, value: driven.att_paper_s - free_s, unit: 's' },
    { name: `${title}: att_cityflow`, value: driven.att_cityflow_s, unit: 's' },
    { name: `${title}: finished`, value: driven.finished, unit: 'veh' },
  ]
}

const inCityFlow = (value: number | undefined): Against => (value === undefined ? {} : { against: { name: 'CityFlow', value } })

async function benchAnchor({ name, net, flow, measured, measured_fast_s, goal, goal_slow }: Anchor): Promise<Figure[]> {
  const scene = await loadScene(name, join(DATA, net), join(DATA, flow))
  const [four, eight] = [await scene.city(PHASES_4), await scene.city(PHASES_8)]
  const free = freeFlow(scene.net, scene.trips, HOUR_S)
  const figures: Figure[] = [
    { name: `${name}: att_paper, nothing in the way`, value: free.att_paper_s, unit: 's' },
    { name: `${name}: att_cityflow, nothing in the way`, value: free.att_cityflow_s, unit: 's' },
  ]
  for (const controller of SIGNAL_CONTROLLERS) {
    const ours = controller === 'planner'
    const slow = drive({ scene, city: four, signals: { controller, decision_s: 15 } })
    figures.push(
      ...figuresOf(`${name}, ${controller}, 15 s, 4 phases`, slow, free.att_paper_s, {
        ...inCityFlow(measured[controller]),
        ...(ours ? { goal: goal_slow } : {}),
      }),
    )
    const fast = drive({ scene, city: eight, signals: { controller, decision_s: 1 } })
    const known = controller === 'advanced_max_pressure' ? measured_fast_s : undefined
    figures.push(
      ...figuresOf(`${name}, ${controller}, 1 s, 8 phases`, fast, free.att_paper_s, { ...inCityFlow(known), ...(ours ? { goal } : {}) }),
    )
    if (ours) figures.push(...(await benchOurs(scene, fast)))
  }
  return figures
}

/** Ours under faults and more demand, against the same hour without. */
async function benchOurs(scene: Scene, well: Driven): Promise<Figure[]> {
  const city = await scene.city(PHASES_8)
  const signals = { controller: 'planner', decision_s: 1 } as const
  const run = (faults: Faults, factor = 1): Driven => {
    const trips = factor === 1 ? scene.trips : varyDemand(scene.trips, factor, 0, createRandom('demand'))
    return drive({ scene, city, signals, faults, trips, seed: 1 })
  }
  const against = { name: 'without', value: well.att_paper_s }
  const title = `${scene.name}, planner`
  const sorted = [...well.step_ms].sort((a, b) => a - b)
  return [
    { name: `${title}: brain step, p99`, value: sorted[Math.floor(sorted.length * 0.99)], unit: 'ms', goal: '≤ 50' },
    { name: `${title}, counts ±1 (p 0.2)`, value: run({ ...NO_FAULTS, miscount: 0.2 }).att_paper_s, unit: 's', against, goal: '≤ 1.03 ×' },
    {
      name: `${title}, one lane in ten silent`,
      value: run({ ...NO_FAULTS, silent_lanes: 0.1 }).att_paper_s,
      unit: 's',
      against,
      goal: '≤ 1.04 ×',
    },
    {
      name: `${title}, demand × 1.2`,
      value: run(NO_FAULTS, 1.2).att_paper_s,
      unit: 's',
      against,
      ...(scene.name === 'Jinan real' ? { goal: '≤ 248' } : {}),
    },
  ]
}

export const bench: Bench = async () => {
  const there = ANCHORS.filter(({ net, flow }) => existsSync(join(DATA, net)) && existsSync(join(DATA, flow)))
  if (there.length < ANCHORS.length)
    console.error(
      `signals: ${ANCHORS.length - there.length} of ${ANCHORS.length} data sets are not in ${DATA}; set TRAFFIC_DATA to their folder`,
    )
  const figures: Figure[] = []
  for (const anchor of there) figures.push(...(await benchAnchor(anchor)))
  return figures
}
