/** How a column of a program is read at one device: what is sensed now, what is remembered, what other devices say. */
import { isHoliday, isWorkingDay } from '../base/calendar.ts'
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { MetricValue } from '../model/observation.ts'
import type { Acceptable } from '../model/rule.ts'
import { estimateLevel } from '../sense/estimate.ts'
import { isFresh, type SenseState } from '../sense/state.ts'
import { type FusedValue, fuseNumber, fuseTruth } from './fuse.ts'
import { anchorOf, type Groups, membersOf } from './sets.ts'
import { type AnyTree, type ClockName, type Input, inputsOf, type SetFunction } from './tree.ts'
import { countEvents, type Pasts, windowValue } from './windows.ts'

/** What readers look at. */
export interface Moment {
  readonly sense: SenseState
  readonly pasts: Pasts
  readonly context: Context
  readonly now: EpochMs
  /** Values over sets that several devices share, once in a step. */
  readonly shared: Map<string, number>
}

/** NaN where the value is missing, not believed or out of date. */
export type Reader = (moment: Moment) => number

interface Asked {
  readonly input: Input
  readonly accepts: readonly Acceptable[]
  readonly groups: Groups
}

export interface Binder {
  bind(asked: Asked, context: Context, key: DeviceKey): Reader
  /** Devices that look at this one. */
  watchersOf(key: DeviceKey): Iterable<DeviceKey>
}

export function createBinder(): Binder {
  /** Devices behind a set, by set and anchor; and who looks at a set, and at which sets a device takes part. */
  const members = new Map<string, readonly DeviceKey[]>()
  const watchers = new Map<string, Set<DeviceKey>>()
  const sets = new Map<DeviceKey, string[]>()
  const values = new Map<string, (device: DeviceKey) => Reader>()

  function watch(name: string, devices: readonly DeviceKey[], watcher: DeviceKey): void {
    let known = watchers.get(name)
    if (known === undefined) {
      known = new Set()
      watchers.set(name, known)
      for (const device of devices) sets.set(device, [...(sets.get(device) ?? []), name])
    }
    known.add(watcher)
  }

  /** The value of a tree at any device. */
  function valueAt(tree: AnyTree, asked: Asked, context: Context): (device: DeviceKey) => Reader {
    const name = JSON.stringify([tree, asked.accepts])
    const known = values.get(name)
    if (known !== undefined) return known
    const inputs = inputsOf(tree)
    const texts = inputs.map((input) => JSON.stringify(input))
    const slotOf = (input: Input): number => texts.indexOf(JSON.stringify(input))
    const run: FusedValue = tree.kind === 'number' ? fuseNumber(tree.tree, slotOf) : fuseTruth(tree.tree, slotOf)
    const row = new Float64Array(inputs.length)
    const at = new Map<DeviceKey, Reader>()
    const made = (device: DeviceKey): Reader => {
      const reader = at.get(device)
      if (reader !== undefined) return reader
      const readers = inputs.map((input) => bind({ ...asked, input }, context, device))
      const whole: Reader = (moment) => {
        for (let i = 0; i < readers.length; i++) row[i] = readers[i](moment)
        return run(row)
      }
      at.set(device, whole)
      return whole
    }
    values.set(name, made)
    return made
  }

  function overSet(input: Extract<Input, { from: 'set' }>, asked: Asked, context: Context, key: DeviceKey): Reader {
    const { set, tree, by } = input
    const named = set.of === 'group' ? (asked.groups[set.name] ?? []).join() : ''
    const name = JSON.stringify([set, named, tree, anchorOf(set, context, key)])
    const devices = members.get(name) ?? membersOf(set, tree, asked.groups, context, key)
    members.set(name, devices)
    watch(name, devices, key)
    const value = valueAt(tree, asked, context)
    const readers = devices.map(value)
    const cached = `${by} ${asked.accepts.join()} ${name}`
    return (moment) => {
      const known = moment.shared.get(cached)
      if (known !== undefined) return known
      const result = combine(by, readers, moment)
      moment.shared.set(cached, result)
      return result
    }
  }

  function bind(asked: Asked, context: Context, key: DeviceKey): Reader {
    const { input } = asked
    if (input.from === 'set') return overSet(input, asked, context, key)
    if (input.from === 'device') {
      watch(`at ${input.device}`, [input.device], key)
      return valueAt(input.tree, asked, context)(input.device)
    }
    return ownReader(input, asked.accepts, context, key)
  }

  return {
    bind,
    *watchersOf(key) {
      for (const name of sets.get(key) ?? []) yield* watchers.get(name) ?? []
    },
  }
}

/** Over those that are known; `any` and `all` also say what the unknown ones leave open. */
function combine(by: SetFunction, readers: readonly Reader[], moment: Moment): number {
  let known = 0
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const read of readers) {
    const value = read(moment)
    if (Number.isNaN(value)) continue
    known++
    sum += value
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  if (known === 0) return Number.NaN
  switch (by) {
    case 'any':
      return max === 1 ? 1 : known < readers.length ? Number.NaN : 0
    case 'all':
      return min === 0 ? 0 : known < readers.length ? Number.NaN : 1
    case 'count':
    case 'sum':
      return sum
    case 'share':
    case 'mean':
      return sum / known
    case 'min':
      return min
    case 'max':
      return max
  }
}

function ownReader(
  input: Exclude<Input, { from: 'set' | 'device' }>,
  accepts: readonly Acceptable[],
  context: Context,
  key: DeviceKey,
): Reader {
  switch (input.from) {
    case 'age':
      return ({ sense, now }) => {
        const device = sense.devices.get(key)
        return device === undefined ? Number.NaN : (now - (device.ts ?? device.heard)) / SECOND_MS
      }
    case 'interval':
      return ({ sense }) => (sense.devices.get(key)?.interval_ms ?? Number.NaN) / SECOND_MS
    case 'clock':
      return clockReader(input.name)
    case 'events':
      return ({ pasts, now }) => countEvents(pasts, key, input.type, input.span_ms, now)
    case 'window':
      return ({ sense, pasts, now }) => {
        const device = sense.devices.get(key)
        if (device === undefined || !isFresh(device, now)) return Number.NaN
        return windowValue(pasts, key, input.name, input.by, input.span_ms, now)
      }
    default: {
      const param = context.devices.get(key)?.params[input.name]
      if (param !== undefined) return () => (input.from === 'element' ? Number.NaN : param)
      const value = metricReader(input.name, accepts, key)
      return (moment) => numberOf(input, value(moment))
    }
  }
}

/** A list where one number belongs is unknown, not its first element. */
function numberOf(input: Extract<Input, { from: 'metric' | 'fold' | 'element' }>, value: MetricValue): number {
  if (input.from === 'metric') return typeof value === 'number' ? value : Number.NaN
  if (input.from === 'element') return typeof value === 'number' ? Number.NaN : (value[input.index - 1] ?? Number.NaN)
  if (typeof value === 'number') return value
  if (value.length === 0) return Number.NaN
  const sum = value.reduce((total, item) => total + item, 0)
  switch (input.by) {
    case 'max':
      return Math.max(...value)
    case 'min':
      return Math.min(...value)
    case 'sum':
      return sum
    case 'mean':
      return sum / value.length
  }
}

/** The newest value that is believed, or that the rule accepts all the same. */
export function metricReader(name: string, accepts: readonly Acceptable[], key: DeviceKey): (moment: Moment) => MetricValue {
  const suspect = accepts.includes('suspect')
  const estimated = accepts.includes('estimated') && name === 'level_m'
  return ({ sense, context, now }) => {
    const device = sense.devices.get(key)
    if (device === undefined) return Number.NaN
    const metric = device.metrics.get(name)
    if (metric !== undefined && isFresh(device, now) && (metric.cause === null || suspect)) return metric.value
    return estimated ? (estimateLevel(sense, context, key, now)?.value ?? Number.NaN) : Number.NaN
  }
}

function clockReader(name: ClockName): Reader {
  switch (name) {
    case 'hour_h':
      // Whole minutes, so that a condition changes when the clock on the wall does.
      return ({ context, now }) => context.localHour(Math.floor(now / MINUTE_MS) * MINUTE_MS)
    case 'weekday':
      return ({ context, now }) => context.localDay(now) + 1
    case 'working_day':
      return ({ context, now }) => (isWorkingDay(context.calendar, context.localDayNumber(now)) ? 1 : 0)
    case 'holiday':
      return ({ context, now }) => (isHoliday(context.calendar, context.localDayNumber(now)) ? 1 : 0)
  }
}
