/**
 * 50 rules of two conditions over 10,000 devices: our fused function, mathjs's own compiled expressions and json-rules-engine, in one run on one
 * core, on the same random values. A result that differs anywhere ends the bench.
 */
import { Engine } from 'json-rules-engine'
import { all, create, type EvalFunction } from 'mathjs/number'
import { createRandom } from '../../engine/base/random.ts'
import { compileExpression } from '../../engine/rules/expression.ts'
import { type FusedRules, fuseRules, TRUE } from '../../engine/rules/fuse.ts'
import type { Figure } from './report.ts'

const DEVICES = 10_000
const RULES = 50
/** Devices on which the three are compared, and on which the slow ones are measured. */
const COMPARED = 1_000
const RUN_S = 2

const METRICS = ['level_m', 'flow_m3_s', 'rain_mm_h', 'fill_pct', 'temperature_c', 'tilt_deg', 'power_w', 'battery_pct']
const RANGE: Readonly<Record<string, number>> = { level_m: 1, flow_m3_s: 2, rain_mm_h: 50, temperature_c: 60, tilt_deg: 90, power_w: 5_000 }
const rangeOf = (metric: string): number => RANGE[metric] ?? 100

interface BenchRule {
  readonly join: 'and' | 'or'
  readonly parts: readonly { readonly metric: string; readonly sign: '>' | '<'; readonly limit: number }[]
}

function makeRules(): BenchRule[] {
  const random = createRandom(7)
  const part = () => {
    const metric = METRICS[random.integer(0, METRICS.length - 1)]
    const limit = Math.round(random.next() * rangeOf(metric) * 1000) / 1000
    return { metric, sign: random.next() > 0.5 ? '>' : '<', limit } as const
  }
  return Array.from({ length: RULES }, () => ({ join: random.next() > 0.5 ? 'and' : 'or', parts: [part(), part()] }))
}

const textOf = ({ join, parts }: BenchRule): string =>
  parts.map(({ metric, sign, limit }) => `${metric} ${sign} ${limit}`).join(` ${join} `)

type Device = Readonly<Record<string, number>>

function makeDevices(): Device[] {
  const random = createRandom(11)
  return Array.from({ length: DEVICES }, () => Object.fromEntries(METRICS.map((metric) => [metric, random.next() * rangeOf(metric)])))
}

function fuse(rules: readonly BenchRule[]): FusedRules {
  return fuseRules(
    rules.map((rule) => {
      const result = compileExpression(textOf(rule))
      if ('error' in result) throw new Error(result.error.message)
      return { tree: result.expression.tree, slotOf: (input) => METRICS.indexOf('name' in input ? input.name : '') }
    }),
  )
}

/** Runs `once` until it has used so many seconds of a core. @returns times a core-second. */
async function perCoreSecond(evaluations: number, once: () => unknown): Promise<number> {
  await once()
  const start = process.cpuUsage()
  let done = 0
  let used_s = 0
  while (used_s < RUN_S) {
    await once()
    done += evaluations
    const { user, system } = process.cpuUsage(start)
    used_s = (user + system) / 1e6
  }
  return done / used_s
}

function engineOf(rules: readonly BenchRule[]): Engine {
  const engine = new Engine()
  for (const [i, { join, parts }] of rules.entries()) {
    const conditions = parts.map(({ metric, sign, limit }) => ({
      fact: metric,
      operator: sign === '>' ? 'greaterThan' : 'lessThan',
      value: limit,
    }))
    engine.addRule({ name: String(i), conditions: join === 'and' ? { all: conditions } : { any: conditions }, event: { type: String(i) } })
  }
  return engine
}

const raisedBy = async (engine: Engine, device: Device): Promise<Set<string>> =>
  new Set((await engine.run({ ...device })).events.map(({ type }) => type))

async function compare(
  rules: readonly BenchRule[],
  devices: readonly Device[],
  out: Uint8Array,
  compiled: readonly EvalFunction[],
): Promise<number> {
  const engine = engineOf(rules)
  let held = 0
  for (let d = 0; d < COMPARED; d++) {
    const raised = await raisedBy(engine, devices[d])
    for (let r = 0; r < RULES; r++) {
      const ours = out[d * RULES + r] === TRUE
      const mathjs: unknown = compiled[r].evaluate({ ...devices[d] })
      if (ours) held++
      if (ours !== mathjs || ours !== raised.has(String(r)))
        throw new Error(
          `device ${d}, ${textOf(rules[r])}: ours ${ours}, mathjs ${String(mathjs)}, json-rules-engine ${raised.has(String(r))}`,
        )
    }
  }
  return held
}

export async function bench(): Promise<Figure[]> {
  const rules = makeRules()
  const devices = makeDevices()
  const fused = fuse(rules)
  const columns = METRICS.map((metric) => Float64Array.from(devices, (device) => device[metric]))
  const out = new Uint8Array(DEVICES * RULES)
  const ours = await perCoreSecond(DEVICES * RULES, () => fused(columns, DEVICES, out))

  const math = create(all)
  const compiled = rules.map((rule) => math.compile(textOf(rule)))
  const held = await compare(rules, devices, out, compiled)

  const some = devices.slice(0, COMPARED)
  const mathjs = await perCoreSecond(COMPARED * RULES, () => {
    for (const device of some) for (const one of compiled) one.evaluate(device)
  })
  const engine = engineOf(rules)
  const few = devices.slice(0, 100)
  const json = await perCoreSecond(few.length * RULES, async () => {
    for (const device of few) await engine.run(device)
  })
  const name = `${DEVICES.toLocaleString('en-US')} devices × ${RULES} rules, fused`
  return [
    { name, value: ours / 1e6, unit: 'M/core-s', goal: '≥ 20', against: { name: 'mathjs compiled', value: mathjs / 1e6 } },
    { name: 'mathjs compiled', value: mathjs / 1e6, unit: 'M/core-s' },
    { name: 'json-rules-engine', value: json / 1e6, unit: 'M/core-s' },
    { name: 'results compared, all equal', value: COMPARED * RULES, unit: 'results' },
    { name: 'of these raised', value: held, unit: 'results' },
  ]
}
