/**
 * What of a device's messages can move a rule. A dry run over a long log need not read more: most messages of a city are counts and acknowledgements that no
 * rule looks into.
 */
import type { DeviceKey } from '../model/city.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Concern } from '../model/rule.ts'
import { bindDevice, type CompiledRules } from './compile.ts'
import { type Input, inputsOf } from './tree.ts'

/** Gauges are judged by their neighbours and by the rain, so their values count even where no rule reads them. */
const JUDGED_TOGETHER: ReadonlySet<string> = new Set(['flood', 'weather'])

/** Remembers the answer of each device; rules and city stay as they are meanwhile. */
export function createConcern(compiled: CompiledRules, context: Context): (key: DeviceKey) => Concern {
  const isWatched = watchedBy(compiled, context)
  const known = new Map<DeviceKey, Concern>()
  const find = (key: DeviceKey): Concern => {
    if (JUDGED_TOGETHER.has(splitKey(key).domain) || isWatched(key)) return 'values'
    const params = context.devices.get(key)?.params ?? {}
    const { rules } = bindDevice(compiled, context, key)
    if (rules.length === 0) return 'none'
    return rules.every(({ compiled: { inputs } }) => inputs.every((input) => isTimeOnly(input, params))) ? 'age' : 'values'
  }
  return (key) => {
    const concern = known.get(key) ?? find(key)
    known.set(key, concern)
    return concern
  }
}

function isTimeOnly(input: Input, params: Readonly<Record<string, number>>): boolean {
  return input.from === 'age' || input.from === 'interval' || input.from === 'clock' || (input.from === 'metric' && input.name in params)
}

/** Any device that a rule at some other may look at, wherever that other stands: more than really are looked at. */
function watchedBy({ rules }: CompiledRules, context: Context): (key: DeviceKey) => boolean {
  const named = new Set<DeviceKey>()
  const kinds = new Set<string>()
  const measuring: (readonly string[])[] = []
  const visit = (inputs: readonly Input[], groups: Readonly<Record<string, readonly DeviceKey[]>>): void => {
    for (const input of inputs) {
      if (input.from !== 'set' && input.from !== 'device') continue
      const within = inputsOf(input.tree)
      if (input.from === 'device') named.add(input.device)
      else if (input.set.of === 'group') for (const key of groups[input.set.name] ?? []) named.add(key)
      else if (input.set.of === 'kind') kinds.add(input.set.kind)
      else measuring.push(within.flatMap((one) => ('name' in one && one.from !== 'clock' ? [one.name] : [])))
      visit(within, groups)
    }
  }
  for (const { rule, inputs } of rules) visit(inputs, rule.groups ?? {})
  return (key) => {
    const device = context.devices.get(key)
    if (named.has(key)) return true
    if (device === undefined) return false
    return (
      kinds.has(device.kind) || measuring.some((names) => names.every((name) => device.metrics.includes(name) || name in device.params))
    )
  }
}
