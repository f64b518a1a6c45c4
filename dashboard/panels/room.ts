import { useEffect, useState } from 'preact/hooks'

export interface Room {
  /** Given to the element whose height decides. */
  readonly ref: (element: HTMLElement | null) => void
  readonly rows: number
}

/** How many rows of a fixed height fit into an element, so that no row is ever cut and what is left out can be counted. */
export function useRoom(row_rem: number, rows_max: number): Room {
  const [element, ref] = useState<HTMLElement | null>(null)
  const [rows, setRows] = useState(rows_max)
  useEffect(() => {
    if (element === null) return
    const measure = (): void => {
      const rem_px = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
      // Half a pixel of tolerance for fractional heights.
      setRows(Math.max(1, Math.min(rows_max, Math.floor((element.clientHeight + 0.5) / (row_rem * rem_px)))))
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [element, row_rem, rows_max])
  return { ref, rows }
}
