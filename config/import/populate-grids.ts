/** Grids of the one-network management with their codes and officers. */
import type { LonLat } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import type { Bilingual, Grid } from '../../engine/model/city.ts'
import { createPlaceNames, personName } from '../cities/names.ts'

export interface GridPlan {
  readonly id: string
  readonly name: Bilingual
  /** Closed rings. */
  readonly cells: readonly (readonly LonLat[])[]
}

const CELLS_PER_COMMUNITY = 3
const COMMUNITIES_PER_STREET = 3

/**
 * Codes have the 15 digits of GB/T 30428: county 6, street 3, community 3, cell 3. The counties 329901 and up are not assigned to any
 * real place in GB/T 2260. Cells that follow each other share a community, communities a street.
 */
export function gridsOf(plans: readonly GridPlan[], random: Random): Grid[] {
  const placeName = createPlaceNames(random.fork('streets'))
  return plans.flatMap((plan, county) => {
    const perStreet = CELLS_PER_COMMUNITY * COMMUNITIES_PER_STREET
    const streets = Array.from({ length: Math.ceil(plan.cells.length / perStreet) }, placeName)
    return plan.cells.map((outline, i): Grid => {
      const street = Math.floor(i / perStreet)
      const community = Math.floor((i % perStreet) / CELLS_PER_COMMUNITY)
      const cell = i % CELLS_PER_COMMUNITY
      const code = `${329901 + county}${digits(street)}${digits(community)}${digits(cell)}`
      const nth = (i % perStreet) + 1
      return {
        code,
        district: plan.id,
        name: { zh: `${streets[street].zh}街道第${nth}网格`, en: `${streets[street].en} Subdistrict, Grid ${nth}` },
        outline,
        officer: { id: `officer-${code}`, name: personName(random.fork(code)) },
      }
    })
  })
}

const digits = (index: number): string => String(index + 1).padStart(3, '0')
