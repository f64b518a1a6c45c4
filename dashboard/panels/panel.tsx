import type { ComponentChildren } from 'preact'

export interface PanelProps {
  readonly id: string
  readonly title: string
  /** A figure or word at the right of the title. */
  readonly note?: ComponentChildren
  /** Rows the panel would like to show, for panels whose height follows them. */
  readonly rows?: number
  readonly children: ComponentChildren
}

/** A titled part of a rail: a hairline, a small heading, the content. */
export function Panel({ id, title, note, rows = 0, children }: PanelProps) {
  return (
    <section class={`panel panel-${id}`} aria-labelledby={`${id}-title`} style={{ '--rows': String(rows) }}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <p class="panel-note">{note}</p>}
      </header>
      {children}
    </section>
  )
}
