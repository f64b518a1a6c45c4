import { useEffect, useState } from 'preact/hooks'

export interface Size {
  readonly ref: (element: HTMLElement | null) => void
  readonly width: number
  readonly height: number
}

/** The inner size of an element in CSS pixels, for drawings that are made for their place; 0 until it is known. */
export function useSize(): Size {
  const [element, ref] = useState<HTMLElement | null>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    if (element === null) return
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [element])
  return { ref, ...size }
}
