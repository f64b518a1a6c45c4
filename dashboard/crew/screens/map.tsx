import { useEffect, useMemo, useState } from 'preact/hooks'
import type { CityDocument } from '../../../gateway/wire/city.ts'
import type { CrewJob } from '../../../gateway/wire/phone.ts'
import { pick, t } from '../../i18n/index.ts'
import { fetchSurroundings } from '../data/api.ts'
import { drawMap, routePath, scaleFor } from '../map-drawing.ts'
import { distanceText, distanceToJob } from '../parts.tsx'
import { type Phone, usePhone } from '../phone.ts'
import { ownPlace, watchPlace } from '../place.ts'

/** Half of the width that is shown, metres. */
const RADII_M = [150, 300, 600, 1200, 2400]
const RADIUS_FIRST = 2

type MapState = { readonly state: 'loading' | 'away' } | { readonly state: 'read'; readonly document: CityDocument }

async function readMap(phone: Phone, job: CrewJob): Promise<MapState> {
  const kept = await phone.store.read('map').catch(() => null)
  if (kept?.task === job.id) return { state: 'read', document: kept.document }
  const session = phone.session.peek()
  const document = session === null ? null : await fetchSurroundings(phone.base, session, job.at)
  if (document === null) return { state: 'away' }
  await phone.store.write('map', { task: job.id, document }).catch(() => undefined)
  return { state: 'read', document }
}

function useMap(job: CrewJob): MapState {
  const phone = usePhone()
  const [map, setMap] = useState<MapState>({ state: 'loading' })
  const online = phone.connected.value
  useEffect(() => {
    let left = false
    void readMap(phone, job).then((read) => {
      if (!left) setMap(read)
    })
    return () => {
      left = true
    }
    // Tried again when the network is back.
  }, [phone, job.id, online])
  return map
}

function Drawing({ job, map }: { job: CrewJob; map: MapState }) {
  const [zoom, setZoom] = useState(RADIUS_FIRST)
  const document = map.state === 'read' ? map.document : null
  const drawing = useMemo(() => drawMap(document, job.at), [document, job.id])
  const radius_m = RADII_M[zoom]
  const scale_m = scaleFor(2 * radius_m)
  const own = ownPlace.value === null ? null : drawing.toXY(ownPlace.value.at)
  return (
    <>
      <svg
        class="map"
        viewBox={`${-radius_m} ${-radius_m} ${2 * radius_m} ${2 * radius_m}`}
        preserveAspectRatio="xMidYMid slice"
        role="img"
        aria-label={t('crew.map.label', { place: pick(job.where) })}
      >
        {drawing.paths.map((path) => (
          <path key={path.id} class={path.class} d={path.d} />
        ))}
        <path class="route" d={routePath(drawing, job.route)} />
        <g transform={`scale(${radius_m / 100})`}>
          <path class="job-mark" d="M0 0L-6 -13A8.5 8.5 0 1 1 6 -13Z" />
        </g>
        {own !== null && <circle class="own" cx={own[0]} cy={own[1]} r={radius_m / 22} />}
      </svg>
      <div class="zoom">
        <button type="button" aria-label={t('crew.map.in')} disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
          +
        </button>
        <button type="button" aria-label={t('crew.map.out')} disabled={zoom === RADII_M.length - 1} onClick={() => setZoom(zoom + 1)}>
          −
        </button>
      </div>
      <p class="scale" style={{ width: `${(scale_m / (2 * radius_m)) * 100}%` }}>
        {distanceText(scale_m)}
      </p>
    </>
  )
}

function JobMap({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const map = useMap(job)
  useEffect(watchPlace, [])
  const m = distanceToJob(phone, job)
  return (
    <div class="map-frame">
      <Drawing job={job} map={map} />
      <div class="map-words">
        <h1>{pick(job.where)}</h1>
        <ul class="legend">
          <li class="legend-job">
            {t('crew.map.job')}
            {m !== null && ` · ${distanceText(m)}`}
          </li>
          {job.route.length > 1 && <li class="legend-route">{t('crew.map.route')}</li>}
          {ownPlace.value !== null && <li class="legend-own">{t('crew.map.you')}</li>}
        </ul>
        {map.state !== 'read' && <p role="status">{t(`crew.map.${map.state}`)}</p>}
      </div>
    </div>
  )
}

export function MapScreen() {
  const shown = usePhone().current.value
  if (shown === null)
    return (
      <div class="scroll">
        <h1>{t('crew.tab.map')}</h1>
        <p>{t('crew.map.none')}</p>
      </div>
    )
  return <JobMap key={shown.job.id} job={shown.job} />
}
