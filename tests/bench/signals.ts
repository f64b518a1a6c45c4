/**
 * Every signal controller side by side on the three public hours (Hangzhou, Jinan real, Jinan 2000), on our own streets at the plant
 * rules; ours also at the papers' setting. With broken detectors and more demand: signals-faults.ts.
 */
import { SIGNAL_CONTROLLERS, type SignalControllerName } from '../../engine/model/signals.ts'
import { freeFlow } from '../../simulators/traffic/travel-times.ts'
import type { Bench, Figure } from './report.ts'
import { type Driven, drive, HOUR_S, loadHour, PHASES_4, PHASES_8, type PublicHour } from './signals-drive.ts'

interface Anchor {
  readonly name: PublicHour
  /** att_paper, s, measured in CityFlow: at 15 s and phases 1–4, then advanced max pressure at 1 s and phases 1–8. */
  readonly measured: Partial<Record<SignalControllerName, number>>
  readonly measured_fast_s: number
  readonly goal: string
  readonly goal_slow: string
}

const ANCHORS: readonly Anchor[] = [
  {
    name: 'Hangzhou',
    measured: { fixed: 497.9, max_pressure: 289.6, efficient_max_pressure: 285.2, advanced_max_pressure: 284.5 },
    measured_fast_s: 269.6,
    goal: '≤ 255',
    goal_slow: '< 270',
  },
  {
    name: 'Jinan real',
    measured: { fixed: 429.3, max_pressure: 275.0, efficient_max_pressure: 270.7, advanced_max_pressure: 256.4 },
    measured_fast_s: 248.0,
    goal: '≤ 222',
    goal_slow: '< 242',
  },
  {
    name: 'Jinan 2000',
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

async function benchAnchor({ name, measured, measured_fast_s, goal, goal_slow }: Anchor): Promise<Figure[]> {
  const scene = await loadHour(name)
  if (scene === null) return []
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
    if (ours) {
      const sorted = [...fast.step_ms].sort((a, b) => a - b)
      figures.push({
        name: `${name}, planner: brain step, p99`,
        value: sorted[Math.floor(sorted.length * 0.99)],
        unit: 'ms',
        goal: '≤ 50',
      })
    }
  }
  return figures
}

export const bench: Bench = async () => {
  const figures: Figure[] = []
  for (const anchor of ANCHORS) figures.push(...(await benchAnchor(anchor)))
  return figures
}
