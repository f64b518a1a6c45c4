import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import { useWall } from '../state/wall.ts'
import { IncidentCard } from './incident-card.tsx'
import { ThingCard } from './thing-card.tsx'

/** The one card: whatever is chosen, opened beside the right rail. */
export function Card() {
  const wall = useWall()
  const selection = wall.selection.value
  const element = useRef<HTMLElement>(null)
  const id = selection === null ? null : `${selection.kind}:${selection.id}`
  const opener = useRef<Element | null>(null)
  useLayoutEffect(() => {
    const { activeElement } = document
    const inside = element.current?.contains(activeElement) ?? false
    if (id === null) {
      // Back to where the card was opened from, unless the focus has gone elsewhere meanwhile.
      if (activeElement === document.body && opener.current instanceof HTMLElement) opener.current.focus()
      opener.current = null
      return
    }
    element.current?.scrollTo(0, 0)
    if (!inside && activeElement !== document.body) opener.current = activeElement
    element.current?.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true })
  }, [id])
  if (selection === null) return null
  void wall.data.versions.incidents.value
  void wall.data.versions.tasks.value
  const incident = selection.kind === 'incident' ? wall.data.tables.incidents.get(selection.id) : undefined
  return (
    <aside class="card" aria-label={t(`kind.${selection.kind}`)} ref={element}>
      <button
        type="button"
        class="card-close"
        aria-label={t('card.close')}
        onClick={() => {
          wall.selection.value = null
        }}
      >
        <svg viewBox="-12 -12 24 24" aria-hidden="true">
          <path d="M-6 -6L6 6M6 -6L-6 6" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        </svg>
      </button>
      {incident !== undefined ? (
        <IncidentCard key={selection.id} id={selection.id} incident={incident} />
      ) : selection.kind === 'incident' ? (
        <p class="empty">{t('card.gone')}</p>
      ) : (
        <ThingCard key={id} selection={selection} />
      )}
    </aside>
  )
}
