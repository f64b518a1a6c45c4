import { LAYER_IDS } from '../layers/ids.ts'
import { USUAL_LAYERS } from '../layers/index.ts'
import type { Wall } from './wall.ts'

/** Switches the layer in the order of their keys, 0 for key 1. */
export function toggleLayer(wall: Wall, index: number): void {
  const id = LAYER_IDS[index]
  if (id === undefined) return
  const visible = new Set(wall.layers.value ?? USUAL_LAYERS)
  if (!visible.delete(id)) visible.add(id)
  wall.layers.value = visible
}
