/**
 * A drain network as the controller needs it: storages, pipes, pumps, gates, the areas that drain into it and what is to be avoided. SI units
 * throughout. Heights of links are above the bottom of the node they begin or end at.
 */

import type { EpochMs } from '../base/time.ts'

/** Level outside an outfall that is known ahead, above the datum: for every day by its local hour, or for certain days. Times rise; between them it is linear. */
export type Tide =
  | { readonly by: 'hour'; readonly points: readonly { readonly hour: number; readonly level_m: number }[] }
  | { readonly by: 'date'; readonly points: readonly { readonly ts: EpochMs; readonly level_m: number }[] }

export interface StorageArea {
  readonly depth_m: number
  readonly area_m2: number
}

export interface DrainNode {
  readonly id: string
  readonly kind: 'junction' | 'storage' | 'outfall'
  /** Height of the bottom above the network's datum. */
  readonly invert_m: number
  /** Bottom to rim, above which water is lost; 0 for an outfall. */
  readonly depth_m: number
  /** Pressure that a sealed cover holds above the rim. */
  readonly surcharge_m: number
  /** Water above the rim stays on this area and comes back; 0: it is lost. */
  readonly ponded_m2: number
  /** Surface by depth, rising; empty but for a storage. */
  readonly areas: readonly StorageArea[]
  /** Water level outside an outfall; null where it falls freely. A gauge at the outfall goes before. */
  readonly stage_m: number | null
  /** Only at an outfall, and only where somebody foresees it. What a gauge shows besides, as a surge, stays on top of it. */
  readonly tide?: Tide
  /** Outfall with a flap: nothing comes back in. */
  readonly flap: boolean
}

export const SECTION_SHAPES = ['circular', 'rectangular', 'trapezoidal', 'parabolic', 'elliptic'] as const
export type SectionShape = (typeof SECTION_SHAPES)[number]

export interface Section {
  readonly shape: SectionShape
  readonly height_m: number
  /** Width at the top, of a trapezium at the bottom; the diameter of a circle. */
  readonly width_m: number
  /** Run over rise of a trapezium's two sides, together. */
  readonly side_slopes: number
}

interface Ends {
  readonly id: string
  readonly from: string
  readonly to: string
}

export interface Conduit extends Ends {
  readonly kind: 'conduit'
  readonly length_m: number
  /** Manning's n, s/m^(1/3). */
  readonly roughness: number
  readonly from_m: number
  readonly to_m: number
  readonly section: Section
  readonly barrels: number
  readonly flap: boolean
}

export interface Pump extends Ends {
  readonly kind: 'pump'
  /** What the curve's `x` is: volume or depth in the wet well, lift between the two nodes; null gives what comes in. */
  readonly by: 'volume_m3' | 'depth_m' | 'head_m' | null
  readonly curve: readonly { readonly x: number; readonly flow_m3_s: number }[]
  /** Flow jumps from point to point of the curve, or runs between them. */
  readonly stepwise: boolean
  /** Depth in the wet well at which its own float switch starts and stops it; 0 without one. */
  readonly start_m: number
  readonly stop_m: number
}

export interface Orifice extends Ends {
  readonly kind: 'orifice'
  readonly place: 'side' | 'bottom'
  readonly from_m: number
  readonly coefficient: number
  readonly section: Section
  readonly flap: boolean
}

export interface Weir extends Ends {
  readonly kind: 'weir'
  readonly from_m: number
  readonly height_m: number
  readonly width_m: number
  /** C of Q = C·b·h^1.5, m^0.5/s. */
  readonly coefficient: number
  readonly flap: boolean
}

export interface Outlet extends Ends {
  readonly kind: 'outlet'
  readonly from_m: number
  /** Flow by depth above `from_m`, rising. */
  readonly rating: readonly { readonly depth_m: number; readonly flow_m3_s: number }[]
  readonly flap: boolean
}

export type DrainLink = Conduit | Pump | Orifice | Weir | Outlet

export interface Catchment {
  readonly id: string
  readonly gauge: string
  /** Node into which it drains. */
  readonly to: string
  readonly area_m2: number
  readonly impervious: number
  readonly width_m: number
  readonly slope: number
  readonly roughness: { readonly impervious: number; readonly pervious: number }
  readonly depression_m: { readonly impervious: number; readonly pervious: number }
  /** Share of the impervious area without depressions. */
  readonly bare: number
  /** Horton: from `max` to `min` with `decay_1_h`. */
  readonly infiltration: { readonly max_mm_h: number; readonly min_mm_h: number; readonly decay_1_h: number }
}

/** Sewage and ground water by node. */
export interface BaseFlow {
  readonly node: string
  readonly flow_m3_s: number
  /** Factor by local hour; empty is 1 all day. */
  readonly hourly: readonly number[]
}

export type DrainTerm =
  | { readonly on: 'flooding'; readonly node: string; readonly weight: number }
  | { readonly on: 'flow' | 'flow_change'; readonly link: string; readonly weight: number }
  /** Of a pump: weight × kWh at the socket. */
  | { readonly on: 'energy'; readonly link: string; readonly weight: number; readonly efficiency?: number }
  /** Weight × times that a pump starts or stops, or a gate moves. */
  | { readonly on: 'switches'; readonly link: string; readonly weight: number }
  | { readonly on: 'flow_over'; readonly link: string; readonly limit_m3_s: number; readonly weight: number }

export interface Drainage {
  readonly nodes: readonly DrainNode[]
  readonly links: readonly DrainLink[]
  readonly catchments: readonly Catchment[]
  readonly base_flows: readonly BaseFlow[]
  /** Pumps, orifices and weirs that may be set; all others stand as they are built. */
  readonly actuators: readonly string[]
  /** What is to be small: the sum over time of weight × volume in m³, and of what energy and switches cost beside it. */
  readonly terms: readonly DrainTerm[]
  readonly district: string
}
