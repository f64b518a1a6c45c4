/** The switchable layers in the order of their keys 1 to 8. The ground (land and water) is always drawn. */
export const LAYER_IDS = ['roads', 'flood', 'grids', 'sensors', 'signals', 'routes', 'crews', 'events'] as const
export type LayerId = (typeof LAYER_IDS)[number]

export const isLayerId = (text: string): text is LayerId => (LAYER_IDS as readonly string[]).includes(text)
