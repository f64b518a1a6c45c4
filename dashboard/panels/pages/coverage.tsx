/** Who reaches what in five, ten, fifteen minutes: the grids as a small map, its shares, and the worst in words. */
import type { Coverage } from '../../../gateway/wire/dispatch-api.ts'
import type { CityIndex } from '../../data/city.ts'
import { COVERED_MIN, coverClass, farthest } from '../../data/dispatch.ts'
import type { Look } from '../../data/look.ts'
import { DASH, figure, withUnit } from '../../i18n/format.ts'
import { pick, t, word } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { Unread } from '../look.tsx'

const SIZE = 320
const WORST_SHOWN = 10

/** Grids as one path per class, so that a city of many grids stays a few elements. */
function CoverageMap({ city, coverage }: { city: CityIndex; coverage: Coverage }) {
  const [west, south, east, north] = city.bounds
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = SIZE / Math.max((east - west) * shrink, north - south, 1e-9)
  const x = (lon: number): string => ((lon - west) * shrink * scale).toFixed(1)
  const y = (lat: number): string => ((north - lat) * scale).toFixed(1)
  const paths = Array.from({ length: COVERED_MIN.length + 1 }, () => '')
  for (const { code, minutes } of coverage.grids) {
    const ring = city.places.get(`grid:${code}`)?.line ?? []
    if (ring.length > 0) paths[coverClass(minutes)] += `M${ring.map(([lon, lat]) => `${x(lon)} ${y(lat)}`).join('L')}Z`
  }
  const width = (east - west) * shrink * scale
  const height = (north - south) * scale
  return (
    <svg class="coverage-map" viewBox={`0 0 ${width.toFixed(0)} ${height.toFixed(0)}`} role="img" aria-label={sharesText(coverage)}>
      {paths.map((path, cover) => (
        <path key={cover} class={`cover cover-${cover}`} d={path} />
      ))}
    </svg>
  )
}

const shareText = (share: number): string => withUnit(share * 100, 0, '%')
const sharesText = ({ within }: Coverage): string =>
  within.map(({ min, share }) => t('coverage.within', { n: min, share: shareText(share) })).join(t('list.join'))

function Shares({ coverage }: { coverage: Coverage }) {
  const beyond = coverage.grids.filter(({ minutes }) => coverClass(minutes) === COVERED_MIN.length).length
  return (
    <ul class="coverage-legend">
      {coverage.within.map(({ min, share }, cover) => (
        <li key={min}>
          <i class={`cover-sample cover-${cover}`} />
          {t('coverage.within', { n: min, share: shareText(share) })}
        </li>
      ))}
      <li>
        <i class={`cover-sample cover-${COVERED_MIN.length}`} />
        {t('coverage.beyond', { n: figure(beyond) })}
      </li>
      <li>{t('coverage.crews', { n: coverage.crews })}</li>
    </ul>
  )
}

function Worst({ city, coverage }: { city: CityIndex; coverage: Coverage }) {
  const wall = useWall()
  void wall.data.versions.crews.value
  return (
    <details class="twin">
      <summary>{t('coverage.worst')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('kind.grid')}</th>
            <th scope="col" class="number">
              {t('coverage.minutes')}
            </th>
            <th scope="col">{t('kind.crew')}</th>
          </tr>
        </thead>
        <tbody>
          {farthest(coverage, WORST_SHOWN).map(({ code, minutes, crew }) => (
            <tr key={code}>
              <th scope="row">{pick(city.places.get(`grid:${code}`)?.properties.name) || code}</th>
              <td class="number">{minutes === null ? DASH : withUnit(minutes, 1, t('unit.min'))}</td>
              <td>{crew === null ? DASH : pick(wall.data.tables.crews.get(crew)?.name) || crew}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

export interface CoverageProps {
  readonly known: Look<Coverage>
  readonly skill: string | null
  readonly onSkill: (skill: string | null) => void
}

export function CoverageSection({ known, skill, onSkill }: CoverageProps) {
  const city = useWall().city.value
  const coverage = known.document
  return (
    <section class="page-section coverage" aria-label={t('coverage.title')}>
      <h3>{t('coverage.title')}</h3>
      <label class="page-choice">
        {t('coverage.skill')}
        <select value={skill ?? ''} onChange={(event) => onSkill(event.currentTarget.value === '' ? null : event.currentTarget.value)}>
          <option value="">{t('coverage.any')}</option>
          {(coverage?.skills ?? (skill === null ? [] : [skill])).map((name) => (
            <option key={name} value={name}>
              {word('skill', name)}
            </option>
          ))}
        </select>
      </label>
      {coverage === null || city === null ? (
        <Unread state={known.state} />
      ) : coverage.crews === 0 ? (
        <p class="empty">{t('coverage.none')}</p>
      ) : (
        <>
          <div class="coverage-row">
            <CoverageMap city={city} coverage={coverage} />
            <Shares coverage={coverage} />
          </div>
          <Worst city={city} coverage={coverage} />
        </>
      )}
    </section>
  )
}
