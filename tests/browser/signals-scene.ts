/** What the comparison page reads, made up: two controllers by turns, one outcome better, one worse, two undecided; one junction unheard. */

import type { Effect, Experiment, Experiments, Signals } from '../../dashboard/data/comparison.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { City } from '../../engine/model/city.ts'

const MINUTE = 60_000

type AllFigures = Effect['rows'][number]['total']

function figuresOf(seed: string, better = 1): AllFigures {
  const random = createRandom(seed)
  const delay_s = random.uniform(14, 52) * better
  return {
    travel_time_s: delay_s + 38,
    delay_s,
    stopped_s: delay_s * 0.7,
    stops: random.uniform(0.4, 1.3) * better,
    queue_p95_veh: random.integer(4, 19),
    split_failure_share: random.uniform(0.01, 0.24) * better,
    tti: 1 + delay_s / 38,
    delay_index: 1 + delay_s / 38,
    throughput_veh_h: random.integer(600, 2400),
    coverage: 1,
  }
}

export function createSignals(city: City, now: number): Signals {
  const since = Math.floor(now / (5 * MINUTE)) * 5 * MINUTE - 5 * MINUTE
  return {
    now,
    shadow: 'planner',
    shadow_agreement: 0.71,
    human_share: 0,
    signals: city.junctions.map(({ id, district, name }, i) => ({
      id,
      district,
      name,
      control: { controller: i % 2 === 0 ? 'planner' : 'max_pressure', decision_s: 1, plan: null, area: null, from: 'experiment' },
      mode: i === 1 ? 'hand' : 'auto',
      hand: i === 1 ? { by: 'li', since: now - 60_000, until: now + 60_000 } : null,
      suggestion: null,
      faults: [],
      believed: now,
      effect: { since, until: since + 5 * MINUTE, figures: figuresOf(id, i % 2 === 0 ? 0.7 : 1), band: { zh: '缓行', en: 'slow' } },
      controller: null,
      shadow: { since: now - 60 * MINUTE, asked: 400, agreed: 284, saving_veh_s: 120, compared: 90, last: null },
    })),
  }
}

const FORMULAS: Effect['formulas'] = [
  ['delay_s', '延误', 'Delay', 's/veh'],
  ['stops', '停车次数', 'Stops', '1/veh'],
  ['queue_p95_veh', '排队 P95', 'Queue P95', 'veh'],
  ['split_failure_share', '绿灯未清空', 'Split failures', ''],
  ['tti', '行程时间指数', 'Travel time index', ''],
  ['throughput_veh_h', '通过量', 'Throughput', 'veh/h'],
].map(([id, zh, en, unit]) => ({ id, name: { zh, en }, unit, formula: { zh: `${zh}的算法`, en: `how ${en} is reckoned` } }))

/** The hour before is the worse one. */
export function createEffect(city: City, from: number, to: number, earlier: boolean): Effect {
  return {
    by: 'district',
    from,
    to,
    formulas: FORMULAS,
    bands: [{ from: 0, name: { zh: '畅通', en: 'free' } }],
    rows: city.districts.map(({ id, name }) => ({
      id,
      name,
      junctions: city.junctions.filter((junction) => junction.district === id).map((junction) => junction.id),
      total: figuresOf(id, earlier ? 1 : 0.85),
      band: { zh: '缓行', en: 'slow' },
      slots: [],
    })),
  }
}

const outcome = (name: string, a: number, difference: number, half: number): Experiment['comparisons'][number] => ({
  outcome: name,
  pairs: 14,
  a,
  b: a + difference,
  difference,
  standard_error: half / 2.16,
  low_95: difference - half,
  high_95: difference + half,
})

export function createExperiments(city: City, now: number): Experiments {
  const slot = { index: 29, arm: 'b', since: now - 12 * MINUTE, counts: true }
  return {
    method: { zh: '相邻两个时段为一对，先后随机。', en: 'Two slots that follow each other are a pair in random order.' },
    experiments: [
      {
        id: 'week-48',
        a: 'max_pressure',
        b: 'planner',
        area: null,
        slot_min: 30,
        washout_min: 10,
        seed: 1,
        junctions: city.junctions.map(({ id }) => id),
        by: 'li',
        ordered: now - 900 * MINUTE,
        begins: now - 882 * MINUTE,
        stopped: null,
        slot,
        comparisons: [
          outcome('delay_s', 34.2, -6.1, 2.4),
          outcome('travel_time_s', 72.4, -5.2, 6.3),
          outcome('stops', 0.84, 0.11, 0.06),
          outcome('throughput_veh_h', 21_400, 310, 520),
        ],
      },
    ],
  }
}
