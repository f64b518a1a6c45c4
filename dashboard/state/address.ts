/** The view as an address, so that it can be shared, kept as a bookmark and opened by a test. Parts that are as usual are left out. */
import { isLayerId, LAYER_IDS, type LayerId } from '../layers/ids.ts'
import type { View } from '../map/projection.ts'
import { type Page, parsePage } from './page.ts'
import { parseSelection, type Selection, selectionText } from './selection.ts'

export interface Address {
  readonly language: string | null
  /** null: the usual layers. */
  readonly layers: ReadonlySet<LayerId> | null
  /** null: the whole city. */
  readonly view: View | null
  /** null: the map. */
  readonly page: Page | null
  readonly selection: Selection | null
  readonly list: boolean
}

function parseView(text: string | null): View | null {
  if (text === null) return null
  const [lon, lat, zoom, ...rest] = text.split(',').map(Number)
  const good = rest.length === 0 && Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 1 && zoom <= 20
  return good ? { lon, lat, zoom } : null
}

export function parseAddress(search: string): Address {
  const params = new URLSearchParams(search)
  const layers = params.get('layers')
  return {
    language: params.get('lang'),
    layers: layers === null ? null : new Set(layers.split(',').filter(isLayerId)),
    view: parseView(params.get('view')),
    page: parsePage(params.get('view'), params.get('id')),
    selection: parseSelection(params.get('sel')),
    list: params.get('list') === '1',
  }
}

const viewText = ({ lon, lat, zoom }: View): string => `${lon.toFixed(5)},${lat.toFixed(5)},${zoom.toFixed(2)}`

/** The query with our own parameters set or removed and everybody else's (`role`, `recording`) kept. */
export function writeAddress(search: string, address: Address): string {
  const params = new URLSearchParams(search)
  const set = (name: string, value: string | null): void => (value === null ? params.delete(name) : params.set(name, value))
  set('lang', address.language)
  set('layers', address.layers === null ? null : LAYER_IDS.filter((id) => address.layers?.has(id)).join(','))
  set('view', address.page?.kind ?? (address.view === null ? null : viewText(address.view)))
  set('id', address.page !== null && 'id' in address.page ? address.page.id : null)
  set('sel', address.selection === null ? null : selectionText(address.selection))
  set('list', address.list ? '1' : null)
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/')
  return text === '' ? '' : `?${text}`
}
