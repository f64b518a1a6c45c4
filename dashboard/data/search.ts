/** Finding a thing by name, key or code, in either language. Pure. */
import type { Text } from '../../gateway/wire/frames.ts'
import type { Selection, SelectionKind } from '../state/selection.ts'
import type { CityIndex } from './city.ts'
import type { LiveTables } from './tables.ts'

export interface Found {
  readonly selection: Selection
  readonly name: Text
  /** Device kind, or the kind of thing. */
  readonly kind: string
  readonly id: string
}

const RESULTS_MAX = 12

/** 0 best; null when it does not match. */
function score(query: string, name: Text, id: string): number | null {
  const texts = [name.zh.toLowerCase(), name.en.toLowerCase(), id.toLowerCase()]
  if (texts.some((text) => text === query)) return 0
  if (texts.some((text) => text.startsWith(query))) return 1
  return texts.some((text) => text.includes(query)) ? 2 : null
}

const ORDER: readonly SelectionKind[] = ['incident', 'crew', 'low_point', 'junction', 'road', 'district', 'grid', 'depot', 'device']

export function searchCity(text: string, city: CityIndex | null, tables: LiveTables): Found[] {
  const query = text.trim().toLowerCase()
  if (query === '') return []
  const found: { rank: number; found: Found }[] = []
  const seen = new Set<string>()
  const add = (kind: SelectionKind, id: string, name: Text | null, shown_kind: string): void => {
    if (name === null) return
    const rank = score(query, name, id)
    // A street is many roads of one name: the first stands for all.
    const key = kind === 'road' ? `road ${name.zh}` : `${kind} ${id}`
    if (rank === null || seen.has(key)) return
    seen.add(key)
    found.push({ rank: rank * 10 + ORDER.indexOf(kind), found: { selection: { kind, id }, name, kind: shown_kind, id } })
  }
  for (const [id, incident] of tables.incidents) add('incident', id, incident.title, 'incident')
  for (const [id, crew] of tables.crews) add('crew', id, crew.name, 'crew')
  if (city !== null)
    for (const layer of ['low_point', 'junction', 'road', 'district', 'grid', 'depot', 'device'] as const)
      for (const { properties } of city.layers[layer])
        add(
          layer,
          layer === 'device' ? (properties.key ?? '') : properties.id,
          properties.name,
          layer === 'device' ? (properties.kind ?? 'other') : layer,
        )
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, RESULTS_MAX)
    .map((entry) => entry.found)
}
