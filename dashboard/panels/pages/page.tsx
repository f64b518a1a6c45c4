import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../../i18n/index.ts'
import type { Page } from '../../state/page.ts'
import { useWall } from '../../state/wall.ts'

const PAGES: readonly Page[] = [
  { kind: 'crews' },
  { kind: 'signals' },
  { kind: 'doubts' },
  { kind: 'rules' },
  { kind: 'bins', id: null },
  { kind: 'arterial', id: null },
  { kind: 'messages' },
]

/** The ways to the pages, on the map and on each page. */
export function PageLinks({ on_map = false }: { on_map?: boolean }) {
  const wall = useWall()
  const current = wall.page.value?.kind ?? null
  return (
    <nav class="page-links" aria-label={t('page.title')}>
      {!on_map && (
        <button
          type="button"
          class="layer"
          onClick={() => {
            wall.page.value = null
          }}
        >
          {t('page.map')}
        </button>
      )}
      {PAGES.map((page) => (
        <button
          type="button"
          key={page.kind}
          class="layer"
          aria-current={page.kind === current ? 'page' : undefined}
          onClick={() => {
            wall.page.value = page
          }}
        >
          {t(`page.${page.kind}`)}
        </button>
      ))}
    </nav>
  )
}

export interface PageFrameProps {
  readonly kind: Page['kind']
  /** Beside the title. */
  readonly note?: ComponentChildren
  readonly children: ComponentChildren
}

/** A page over the map, from the left edge to the events, which stay in sight. */
export function PageFrame({ kind, note, children }: PageFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), [kind])
  return (
    <section class={`page page-${kind}`} aria-labelledby="page-title">
      <header class="page-head">
        <h2 id="page-title" tabIndex={-1} ref={heading}>
          {t(`page.${kind}`)}
        </h2>
        {note}
        <PageLinks />
      </header>
      {children}
    </section>
  )
}
