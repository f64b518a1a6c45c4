/** One engine step: the demo city with the rules that ship, batches of 100 readings over all its devices. */

import { serialize } from 'node:v8'
import { generateCity } from '../../config/cities/generate.ts'
import { loadRules, SHIPPED_RULES } from '../../config/rules.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import { createState, saveState, step } from '../../engine/brain.ts'
import type { CityState } from '../../engine/city-state.ts'
import type { CityDevice } from '../../engine/model/city.ts'
import { deviceKey } from '../../engine/model/city.ts'
import { type Context, createContext } from '../../engine/model/context.ts'
import type { LaneCount, Observation } from '../../engine/model/observation.ts'
import type { Rule } from '../../engine/model/rule.ts'
import { compileExpression } from '../../engine/rules/expression.ts'
import { fuseTruth } from '../../engine/rules/fuse.ts'
import { inputsOf } from '../../engine/rules/tree.ts'
import type { Figure } from './report.ts'

const T0: EpochMs = 1_767_225_600_000
const BATCH = 100
const STEPS = 3000
const WARM_UP = 500

/** Plain weather: values that move a little and raise a rule now and then. */
const VALUE: Readonly<Record<string, (x: number) => number>> = {
  level_m: (x) => 0.02 + 0.1 * x * x,
  rain_mm_h: (x) => 8 * x,
  setting: (x) => (x > 0.5 ? 0.5 : 0),
  fill_pct: (x) => 20 + 60 * x,
  temperature_c: (x) => 15 + 15 * x,
  lon: (x) => 120 + 0.01 * x,
  lat: (x) => 30 + 0.01 * x,
}

function createSource(context: Context) {
  const random = createRandom(1)
  const devices = context.city.devices.filter(({ metrics, domain }) => metrics.length > 0 || domain === 'traffic')
  let next = 0
  const lanes = (ids: readonly string[]): Record<string, LaneCount> =>
    Object.fromEntries(
      ids.map((id) => [id, { vehicles: random.integer(0, 12), queued: random.integer(0, 8), approaching: random.integer(0, 4) }]),
    )
  const say = (device: CityDevice, ts: EpochMs): Observation => {
    const key = deviceKey(device.district, device.domain, device.id)
    const junction = device.domain === 'traffic' ? context.junctions.get(device.id) : undefined
    if (junction !== undefined) {
      const entering = lanes(junction.entering.map(({ id }) => id))
      const leaving = lanes(junction.leaving.map(({ id }) => id))
      const phase = junction.phases[0]?.index ?? 0
      return {
        kind: 'traffic',
        device: key,
        ts,
        seq: null,
        phase,
        target: phase,
        clearing: false,
        age_s: 20,
        in: entering,
        out: leaving,
        backfill: false,
      }
    }
    const values = Object.fromEntries(device.metrics.map((metric) => [metric, (VALUE[metric] ?? ((x: number) => x))(random.next())]))
    return { kind: 'reading', device: key, ts, seq: null, values, backfill: false }
  }
  return {
    devices: devices.length,
    batch: (ts: EpochMs): Observation[] => Array.from({ length: BATCH }, () => say(devices[next++ % devices.length], ts)),
  }
}

interface Run {
  readonly mean_ms: number
  readonly p99_ms: number
  readonly facts: number
  readonly commands: number
  readonly state: CityState
}

/** 5,000 readings a second: a step every 20 ms of brain time. */
function measure(context: Context, rules: readonly Rule[]): Run {
  const source = createSource(context)
  let state = step(createState(context), [{ kind: 'rules', ts: T0, rules }], T0).state
  const took_ms: number[] = []
  let facts = 0
  let commands = 0
  for (let i = 0; i < STEPS + WARM_UP; i++) {
    const now = T0 + 20 * (i + 1)
    const observations = source.batch(now)
    const start = process.hrtime.bigint()
    const outcome = step(state, observations, now)
    const end = process.hrtime.bigint()
    state = outcome.state
    if (i < WARM_UP) continue
    took_ms.push(Number(end - start) / 1e6)
    facts += outcome.facts.length
    commands += outcome.commands.length
  }
  took_ms.sort((a, b) => a - b)
  const mean_ms = took_ms.reduce((sum, ms) => sum + ms, 0) / took_ms.length
  return { mean_ms, p99_ms: took_ms[Math.floor(took_ms.length * 0.99)], facts, commands, state }
}

function expression_ns(): number {
  const result = compileExpression('level_m > 0.5 * threshold_m and not (rain_mm_h < 2)')
  if ('error' in result) throw new Error(result.error.message)
  const { tree } = result.expression
  const inputs = inputsOf({ kind: 'truth', tree })
  const evaluate = fuseTruth(tree, (input) => inputs.indexOf(input))
  const frame = Float64Array.of(0.3, 0.15, 4)
  const n = 2_000_000
  let held = 0
  const start = process.hrtime.bigint()
  for (let i = 0; i < n; i++) {
    frame[0] = i / n
    held += evaluate(frame)
  }
  const ns = Number(process.hrtime.bigint() - start) / n
  if (held === 0) throw new Error('the expression never held')
  return ns
}

export async function bench(): Promise<Figure[]> {
  const context = createContext(generateCity(1), 'bench', 1)
  const { rules } = await loadRules(SHIPPED_RULES)
  const without = measure(context, [])
  const run = measure(context, rules)
  const start = process.hrtime.bigint()
  const bytes = serialize(saveState(run.state)).length
  const save_ms = Number(process.hrtime.bigint() - start) / 1e6
  return [
    { name: 'devices of the city', value: context.devices.size, unit: 'devices' },
    {
      name: `step of ${BATCH} readings, ${rules.length} rules`,
      value: run.mean_ms,
      unit: 'ms',
      against: { name: 'without rules', value: without.mean_ms },
      goal: '< 1',
    },
    { name: `step of ${BATCH} readings, p99`, value: run.p99_ms, unit: 'ms' },
    { name: 'steps', value: 1000 / run.mean_ms, unit: 'steps/s' },
    { name: 'readings', value: (BATCH * 1000) / run.mean_ms, unit: 'readings/s', goal: '≥ 5,000' },
    { name: 'facts a step', value: run.facts / STEPS, unit: 'facts' },
    { name: 'commands a step', value: run.commands / STEPS, unit: 'commands' },
    { name: 'rule expression', value: expression_ns(), unit: 'ns' },
    { name: 'saved state', value: bytes / 1024, unit: 'KiB' },
    { name: 'saving the state', value: save_ms, unit: 'ms' },
  ]
}
