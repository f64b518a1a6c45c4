/** Drives `brain.step` over the small city with data in and data out. */
import { createState, step } from '../../engine/brain.ts'
import type { City } from '../../engine/model/city.ts'
import { type ContextOptions, createContext } from '../../engine/model/context.ts'
import type { Fact } from '../../engine/model/fact.ts'
import type { DeviceEvent, LaneCount, MetricValue, Observation, Reading, TrafficCount } from '../../engine/model/observation.ts'
import type { Rule } from '../../engine/model/rule.ts'
import { smallCity } from '../fixtures/small-city.ts'

/** 2026-01-01 00:00 UTC. */
export const T0 = 1_767_225_600_000

export function createBrain(rules: readonly Rule[] = [], city: City = smallCity(), options: ContextOptions = {}) {
  let state = createState(createContext(city, 'test', 1, options))
  const run = {
    get state() {
      return state
    },
    set state(next) {
      state = next
    },
    /** Seconds after T0, and what is observed then. */
    at(seconds: number, ...observations: Observation[]) {
      const outcome = step(state, observations, T0 + seconds * 1000)
      state = outcome.state
      return outcome
    },
  }
  if (rules.length > 0) run.at(0, { kind: 'rules', ts: T0, rules })
  return run
}

/** A reading measured `seconds` after T0. */
export function reading(
  device: string,
  seconds: number,
  values: Readonly<Record<string, MetricValue>>,
  more: Partial<Pick<Reading, 'seq' | 'backfill'>> = {},
): Reading {
  return { kind: 'reading', device, ts: T0 + seconds * 1000, seq: null, values, backfill: false, ...more }
}

export function event(device: string, seconds: number, more: Partial<DeviceEvent> = {}): DeviceEvent {
  return {
    kind: 'event',
    device,
    ts: T0 + seconds * 1000,
    id: 'e1',
    type: 'road.accident',
    score: 0.9,
    stage: 'new',
    at: null,
    subject: null,
    media: null,
    ...more,
  }
}

/** Queues by lane; every lane of the lists that is not named is empty. */
export function count(
  device: string,
  seconds: number,
  lanes: { readonly in: readonly string[]; readonly out: readonly string[] },
  queues: Readonly<Record<string, number>>,
  more: Partial<TrafficCount> = {},
): TrafficCount {
  const fill = (ids: readonly string[]): Record<string, LaneCount> =>
    Object.fromEntries(ids.map((id) => [id, { vehicles: queues[id] ?? 0, queued: queues[id] ?? 0, approaching: 0 }]))
  return {
    kind: 'traffic',
    device,
    ts: T0 + seconds * 1000,
    seq: null,
    phase: 0,
    target: 0,
    clearing: false,
    age_s: 20,
    in: fill(lanes.in),
    out: fill(lanes.out),
    backfill: false,
    ...more,
  }
}

export function rule(more: Partial<Rule> = {}): Rule {
  return {
    id: 'wet',
    title: { en: 'Wet', zh: '湿' },
    scope: { domain: 'flood', kind: null, device: null },
    when: 'level_m > 0.3',
    for_s: 0,
    clear: 'level_m < 0.2',
    clear_for_s: 0,
    severity: 'warning',
    incident: null,
    actions: [],
    ...more,
  }
}

export function factsOf<K extends Fact['kind']>(facts: readonly Fact[], kind: K): Extract<Fact, { kind: K }>[] {
  return facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind)
}
