/** A rule's own tests: readings over time go through the same senses and rules as live ones, and what is raised and cleared comes out. */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { City, CityDevice } from '../model/city.ts'
import { deviceKey, splitKey } from '../model/city.ts'
import { type ContextOptions, createContext } from '../model/context.ts'
import { EMPTY_CITY } from '../model/empty-city.ts'
import type { MetricValue, Observation } from '../model/observation.ts'
import type { Rule } from '../model/rule.ts'
import type { Severity } from '../model/severity.ts'
import { createDryRun, type RuleFact } from './dry-run.ts'

export interface RuleTest {
  readonly name: string
  readonly start: EpochMs
  readonly interval_s: number
  /** Constants of the device that is judged. */
  readonly params: Readonly<Record<string, number>>
  readonly devices: Readonly<Record<string, TestDevice>>
  readonly readings: readonly {
    readonly at_s: number
    readonly device: string | null
    readonly values: Readonly<Record<string, MetricValue>>
  }[]
  readonly events: readonly { readonly at_s: number; readonly device: string | null; readonly type: string }[]
  readonly until_s: number
  readonly expect: readonly TestChange[]
}

export interface TestDevice {
  readonly kind: string | null
  readonly params: Readonly<Record<string, number>>
  readonly east_m: number
  readonly grid: string | null
  readonly place: string | null
}

export type TestWord = 'raised' | 'cleared' | 'escalated' | 'eased' | 'held' | 'passed'

export interface TestChange {
  readonly at_s: number
  readonly is: TestWord
  /** Id; null for the device that is judged. */
  readonly device: string | null
  /** Not compared where null. */
  readonly severity: Severity | null
}

export interface TestResult {
  readonly name: string
  readonly passed: boolean
  readonly got: readonly TestChange[]
  readonly expected: readonly TestChange[]
}

const DISTRICT = 'd0'
const OWN = 'T1'
/** Beijing's meridian: nautical time there is UTC+8. */
const AT: readonly [number, number] = [120, 30]
/** One degree of longitude at 30° north. */
const DEGREE_M = 96_486
/** A test that never comes to rest is broken; every reading and every due time is one step. */
const STEPS_MAX = 200_000

/** Where an open rule hangs in the test: the device its scope names, or one of its own. */
function ownKey({ scope }: Rule): string {
  if (scope.device === null) return deviceKey(DISTRICT, scope.domain, OWN)
  return scope.device.split('/').length === 3 ? scope.device : deviceKey(DISTRICT, scope.domain, scope.device)
}

function trialCity(rule: Rule, test: RuleTest): City {
  const own = splitKey(ownKey(rule))
  const kind = rule.scope.kind ?? own.domain
  const metrics = [...new Set(test.readings.flatMap(({ values }) => Object.keys(values)))]
  const device = (key: string, one: TestDevice): CityDevice => {
    const { district, domain, id } = splitKey(key)
    const at = [AT[0] + one.east_m / DEGREE_M, AT[1]] as const
    const { params, grid, place, kind: own_kind } = one
    const name = { en: id, zh: id }
    return { district, domain, id, kind: own_kind ?? kind, at, name, grid, metrics, interval_s: test.interval_s, place, params }
  }
  const others = Object.entries(test.devices)
  const self: TestDevice = { ...(test.devices[own.id] ?? { east_m: 0, grid: null, place: null }), kind, params: test.params }
  return {
    ...EMPTY_CITY,
    id: 'trial',
    name: { en: 'Trial', zh: '试算' },
    timezone: 'Asia/Shanghai',
    source: 'a test of a rule',
    bounds: [AT[0], AT[1], AT[0], AT[1]],
    devices: [device(ownKey(rule), self), ...others.flatMap(([id, one]) => (id === own.id ? [] : [device(keyIn(rule, id), one)]))],
  }
}

/** Ids stand for devices of the rule's own domain; `{district}/{domain}/{device}` for any. */
const keyIn = (rule: Rule, id: string | null): string =>
  id === null ? ownKey(rule) : id.includes('/') ? id : deviceKey(splitKey(ownKey(rule)).district, rule.scope.domain, id)

function observationsOf(rule: Rule, test: RuleTest): Map<number, Observation[]> {
  const byTime = new Map<number, Observation[]>()
  const add = (at_s: number, observation: Observation): void => {
    byTime.set(at_s, [...(byTime.get(at_s) ?? []), observation])
  }
  for (const { at_s, device, values } of test.readings) {
    const ts = test.start + at_s * SECOND_MS
    add(at_s, { kind: 'reading', device: keyIn(rule, device), ts, seq: null, values, backfill: false })
  }
  test.events.forEach(({ at_s, device, type }, i) => {
    const ts = test.start + at_s * SECOND_MS
    const rest = { id: `e${i}`, score: 1, stage: 'new', at: null, subject: null, media: null } as const
    add(at_s, { kind: 'event', device: keyIn(rule, device), ts, type, ...rest })
  })
  return byTime
}

function changeOf(rule: Rule, test: RuleTest, fact: RuleFact): TestChange {
  const is: TestWord = fact.kind === 'suppressed' ? fact.change : (fact.change ?? (fact.raised ? 'raised' : 'cleared'))
  return {
    at_s: (fact.ts - test.start) / SECOND_MS,
    is,
    device: fact.device === ownKey(rule) ? null : splitKey(fact.device).id,
    severity: fact.kind === 'rule' && fact.raised ? fact.severity : null,
  }
}

const isSame = (a: TestChange, b: TestChange): boolean =>
  a.at_s === b.at_s && a.is === b.is && a.device === b.device && (b.severity === null || a.severity === b.severity)

/** @param options the calendar, for rules that go by it. */
export function runTest(rule: Rule, test: RuleTest, options: ContextOptions = {}): TestResult {
  const run = createDryRun(createContext(trialCity(rule, test), 'trial', 1, options), [rule])
  const byTime = observationsOf(rule, test)
  const times = [...new Set([0, ...byTime.keys(), test.until_s])].sort((a, b) => a - b)
  const end = test.start + test.until_s * SECOND_MS
  const got: TestChange[] = []
  let steps = 0
  const stepAt = (now: EpochMs, observations: readonly Observation[]): void => {
    steps++
    for (const fact of run.step(observations, now)) got.push(changeOf(rule, test, fact))
  }
  for (const at_s of times) {
    const now = test.start + at_s * SECOND_MS
    for (let due = run.due(); due !== null && due < now && due <= end && steps < STEPS_MAX; due = run.due()) stepAt(due, [])
    if (now <= end) stepAt(now, byTime.get(at_s) ?? [])
  }
  const expected = test.expect.map((one) => (one.device === splitKey(ownKey(rule)).id ? { ...one, device: null } : one))
  const passed = got.length === expected.length && got.every((one, i) => isSame(one, expected[i]))
  return { name: test.name, passed, got, expected }
}

export function changeText({ at_s, is, device, severity }: TestChange): string {
  return `${is}${severity === null ? '' : ` as ${severity}`} at ${at_s} s${device === null ? '' : ` at ${device}`}`
}
