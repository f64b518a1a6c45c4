import { useEffect, useRef, useState } from 'preact/hooks'
import { ageText, metricText } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import { createCityMap, revealChosen } from '../map/city-map.ts'
import { detailZoom, type Frame, type Projection } from '../map/projection.ts'
import type { Selection } from '../state/selection.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Legend } from './legend.tsx'
import { mainMetric } from './thing-card.tsx'

interface Hover {
  readonly selection: Selection
  readonly x: number
  readonly y: number
}

/** One line about what lies under the pointer; null where a tooltip would only be in the way. */
function hoverText(wall: Wall, { kind, id }: Selection): string | null {
  const { tables } = wall.data
  if (kind === 'incident') {
    const incident = tables.incidents.get(id)
    return incident === undefined
      ? null
      : t('text.beside', { first: pick(incident.title), second: ageText((wall.now.value ?? incident.opened) - incident.opened) })
  }
  if (kind === 'crew') {
    const crew = tables.crews.get(id)
    return crew === undefined ? null : t('text.beside', { first: pick(crew.name), second: t(`crews.${crew.status}`) })
  }
  const place = wall.city.value?.places.get(`${kind}:${id}`)
  if (place === undefined || kind === 'grid') return null
  const name = pick(place.properties.name)
  if (kind !== 'device') return name === '' ? null : name
  const values = tables.devices.get(id)?.v ?? {}
  const metric = mainMetric(values)
  return metric === null
    ? name
    : t('text.beside', {
        first: name,
        second: t('text.measure', { name: word('metric', metric), value: metricText(metric, values[metric]) }),
      })
}

function Tooltip({ hover }: { hover: Hover }) {
  const text = hoverText(useWall(), hover.selection)
  if (text === null) return null
  return (
    <p class="tooltip" style={{ left: `${hover.x}px`, top: `${hover.y}px` }}>
      {text}
    </p>
  )
}

/** The longest round length that fits: 1, 2 or 5 times a power of ten. */
export function scaleLength_m(metres_per_px: number, px_max: number): number {
  const most = px_max * metres_per_px
  const power = 10 ** Math.floor(Math.log10(most))
  return [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power
}

function ScaleBar({ projection }: { projection: Projection }) {
  const length_m = scaleLength_m(projection.metres_per_px, 150 * projection.frame.scale)
  const text = length_m >= 1000 ? `${length_m / 1000}\u2009km` : `${length_m}\u2009m`
  return (
    <div class="scale" translate={false}>
      <span style={{ width: `${length_m / projection.metres_per_px}px` }} />
      {text}
    </div>
  )
}

/**
 * How much of the map lies beneath the panels: what `.map-frame` leaves over. The frame does not follow the legend, which grows with the
 * zoom: the map must not jump because a line was added below it.
 */
function measurePadding(root: HTMLElement, free: HTMLElement): Frame['padding'] {
  const outer = root.getBoundingClientRect()
  const inner = free.getBoundingClientRect()
  return {
    left: inner.left - outer.left,
    right: outer.right - inner.right,
    top: inner.top - outer.top,
    bottom: outer.bottom - inner.bottom,
  }
}

function hasWebGL2(): boolean {
  const probe = document.createElement('canvas').getContext('webgl2')
  // A page may hold about sixteen contexts; the probe gives its own back.
  probe?.getExtension('WEBGL_lose_context')?.loseContext()
  return probe !== null
}

export interface MapViewProps {
  readonly plain: boolean
  /** For trying the fallback on a machine that has WebGL2. */
  readonly canvas_only: boolean
}

export function MapView({ plain, canvas_only }: MapViewProps) {
  const wall = useWall()
  const root = useRef<HTMLElement>(null)
  const ground = useRef<HTMLCanvasElement>(null)
  const labels = useRef<HTMLCanvasElement>(null)
  const free = useRef<HTMLDivElement>(null)
  const [hover, setHover] = useState<Hover | null>(null)
  const [webgl] = useState(() => !canvas_only && hasWebGL2())
  const [projection, setProjection] = useState<Projection | null>(null)
  useEffect(() => {
    if (root.current === null || ground.current === null || labels.current === null || free.current === null) return
    const element = root.current
    const inner = free.current
    const made = createCityMap({
      wall,
      elements: { root: element, ground: ground.current, labels: labels.current },
      padding: () => measurePadding(element, inner),
      onHover: (selection, x, y) => setHover(selection === null ? null : { selection, x, y }),
      onView: setProjection,
      plain,
      webgl,
    })
    return () => void made.then((stop) => stop())
  }, [wall, plain, webgl])
  const chosen = wall.selection.value
  useEffect(() => {
    const card = document.querySelector('.card')?.getBoundingClientRect()
    const box = root.current?.getBoundingClientRect()
    // A page lies over the map: nobody sees it move.
    if (chosen === null || card === undefined || box === undefined || projection === null || wall.page.peek() !== null) return
    revealChosen(wall, projection, card.left - box.left)
    // Only another choice moves the map, not every new view.
  }, [chosen])
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the map is moved with the arrow keys; the list view is its twin in words */}
      <section class="map" ref={root} tabIndex={0} role="application" aria-label={t('map.label')}>
        <canvas class="map-ground" ref={ground} />
        <canvas class="map-labels" ref={labels} />
        <div class="map-frame" ref={free} />
        {hover !== null && <Tooltip hover={hover} />}
      </section>
      <div class="map-foot">
        <Legend zoom={projection === null ? 13 : detailZoom(projection)} />
        <div class="map-margin">
          {wall.city.value !== null && <p class="source">{t('map.source', { source: wall.city.value.document.source })}</p>}
          {!webgl && <p class="source">{t('map.fallback')}</p>}
          {projection !== null && <ScaleBar projection={projection} />}
        </div>
      </div>
      {wall.city.value === null && <p class="map-message">{t(wall.city_failed.value ? 'map.failed' : 'map.loading')}</p>}
    </>
  )
}
