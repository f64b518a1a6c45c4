/**
 * Pages that take the place of the map: `?view=signals`, `crews`, `doubts`, `rules`, `messages`, `bins`, and `?view=arterial&id=A1`. The map's own view is three
 * numbers in the same place. `?view=bins&id=d1/waste/B7` has one bin open.
 */
const PLAIN = ['signals', 'crews', 'doubts', 'rules', 'messages'] as const
type Plain = (typeof PLAIN)[number]
export type Page = { readonly kind: Plain } | { readonly kind: 'arterial' | 'bins'; readonly id: string | null }

const isPlain = (view: string): view is Plain => (PLAIN as readonly string[]).includes(view)

export function parsePage(view: string | null, id: string | null): Page | null {
  if (view !== null && isPlain(view)) return { kind: view }
  return view === 'arterial' || view === 'bins' ? { kind: view, id } : null
}
