/** Pages that take the place of the map: `?view=signals`, `?view=crews`, `?view=rules`, `?view=arterial&id=A1`. The map's own view is three numbers in the same place. */
export type Page = { readonly kind: 'signals' | 'crews' | 'rules' | 'messages' } | { readonly kind: 'arterial'; readonly id: string | null }

export function parsePage(view: string | null, id: string | null): Page | null {
  if (view === 'signals' || view === 'crews' || view === 'rules' || view === 'messages') return { kind: view }
  return view === 'arterial' ? { kind: 'arterial', id } : null
}
