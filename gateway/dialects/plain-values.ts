/** Values under names that a device's maker chose, without units: taken as they are, under the same names in the contract's spelling. */
import { type Json, type JsonObject, member } from './json.ts'
import { metricName } from './naming.ts'
import { quantityOf, toContract } from './units.ts'

const VALUES_MAX = 256

export interface PlainValues {
  readonly metrics: Readonly<Record<string, number | boolean>>
  /** Numbers that came as text. */
  readonly texts: readonly string[]
}

/** Numbers, truth values and texts that are a number with or without a unit; everything else is left out. */
export function plainValues(object: JsonObject, skip: readonly string[] = []): PlainValues {
  const metrics: Record<string, number | boolean> = {}
  const texts: string[] = []
  for (const key of Object.keys(object).slice(0, VALUES_MAX)) {
    const named = skip.includes(key) ? null : plainValue(key, member(object, key))
    if (named === null) continue
    metrics[named.name] = named.value
    if (typeof object[key] === 'string') texts.push(key)
  }
  return { metrics, texts }
}

/** `240` under `Distance` is `distance`; `"240 mm"` is `distance_m` of 0.24, since there the unit is told. */
export function plainValue(key: string, value: Json | undefined): { readonly name: string; readonly value: number | boolean } | null {
  const name = metricName(key)
  if (name === null) return null
  if (typeof value === 'boolean') return { name, value }
  const quantity = quantityOf(value)
  if (quantity === null) return null
  if (quantity.unit === '') return { name, value: quantity.value }
  const contract = toContract(quantity)
  return contract === null ? null : { name: `${name}_${contract.suffix}`, value: contract.value }
}
