/** Puts one device down: its key, name, grid and whatever its kind says. */
import type { LonLat } from '../../engine/base/geo.ts'
import { type Bilingual, type City, type CityDevice, deviceKey } from '../../engine/model/city.ts'
import { DEVICE_KINDS } from '../city-devices.ts'
import { createAreaFinder, createNearestFinder, roundDegrees } from '../city-places.ts'

export interface Planting {
  readonly kind: string
  readonly id: string
  readonly at: LonLat
  /** Gives the device its name. */
  readonly near: { readonly name: Bilingual | null }
  /** Told apart by number where several stand near the same thing. */
  readonly number?: number
  readonly place?: string | null
  readonly district?: string
  readonly params?: Readonly<Record<string, number>>
}

/** Makes the device, or null when one with that key is there already. */
export type Planter = (planting: Planting) => CityDevice | null

/** The devices of the city keep their keys; new ones find their grid and district by where they stand. */
export function createPlanter(city: City): Planter {
  const gridOf = createAreaFinder(city.grids)
  const districtOf = createNearestFinder(city.districts)
  const taken = new Set(city.devices.map(({ district, domain, id }) => deviceKey(district, domain, id)))
  return ({ kind, id, at, near, number, place = null, district, params = {} }) => {
    const { domain, name, metrics, interval_s } = DEVICE_KINDS[kind]
    const grid = gridOf(at)
    const home = district ?? grid?.district ?? districtOf(at)?.id ?? 'd0'
    const key = deviceKey(home, domain, id)
    if (taken.has(key)) return null
    taken.add(key)
    const suffix = number === undefined ? '' : ` ${number}`
    const where = near.name ?? { zh: id, en: id }
    return {
      district: home,
      domain,
      id,
      kind,
      at: roundDegrees(at),
      name: { zh: `${where.zh}${name.zh}${suffix}`, en: `${where.en} ${name.en.toLowerCase()}${suffix}` },
      grid: grid?.code ?? null,
      metrics,
      interval_s,
      place,
      params,
    }
  }
}
