/**
 * What the plan keeps free because the water is not known better: chance constraints by tightening rims and limits with the estimate's own standard
 * deviation (Svensen et al. 2021, on stochastic control of sewers).
 */
import { type DrainState, waterOf } from './estimate.ts'
import { volumeSd_m3 } from './filter.ts'
import { type DrainModel, stepWater, type Water } from './hydraulics.ts'
import { fullVolume_m3 } from './shape.ts'

/** One in forty that more than this many standard deviations are missing. */
const SPARE_SD = 2

/** What is kept free because the water is not known better: by node, m³; and by link, by how much more may flow than the model says. */
export interface Margins {
  readonly spare_m3: Float64Array
  readonly more: Float64Array
}

/**
 * Standard deviations of the storages' water until the next orders, and what the limited flows become if all hold so much more.
 * @param coming inflow by step of `step_s` and node, m³/s
 */
export function marginsOf(
  state: DrainState,
  model: DrainModel,
  coming: readonly (readonly number[])[],
  step_s: number,
  ahead_s: number,
): Margins {
  const { drainage, nodes } = model
  const spare_m3 = Float64Array.from(nodes, (node, n) =>
    drainage.nodes[n].kind === 'storage' && state.beliefs[n].residual_m !== null
      ? Math.min(fullVolume_m3(node), SPARE_SD * volumeSd_m3(state.beliefs[n], ahead_s))
      : 0,
  )
  const more = new Float64Array(drainage.links.length).fill(1)
  const limits = drainage.terms.flatMap((term) => (term.on === 'flow_over' ? [{ ...term, l: model.link_of.get(term.link) ?? 0 }] : []))
  if (limits.length === 0) return { spare_m3, more }
  const through = (water: Water): Float64Array => {
    const flow_m3 = new Float64Array(drainage.links.length)
    for (let i = 0; i * step_s < ahead_s; i++) {
      stepWater(model, water, coming[i], state.settings, step_s)
      for (const { l } of limits) flow_m3[l] += Math.abs(water.flow_m3_s[l]) * step_s
    }
    return flow_m3
  }
  const fuller = waterOf(state, model)
  for (let n = 0; n < nodes.length; n++) fuller.volume_m3[n] = Math.min(fullVolume_m3(nodes[n]), fuller.volume_m3[n] + spare_m3[n])
  const [flow_m3, fuller_m3] = [through(waterOf(state, model)), through(fuller)]
  // As it stands little may flow, and twice of that says nothing of what the limit is about.
  for (const { l, limit_m3_s } of limits) more[l] = 1 + Math.max(0, fuller_m3[l] - flow_m3[l]) / Math.max(flow_m3[l], limit_m3_s * ahead_s)
  return { spare_m3, more }
}
