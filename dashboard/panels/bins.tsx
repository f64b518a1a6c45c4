import type { Place } from '../data/city.ts'
import { figure, metricText } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { keyOf } from '../layers/sensors.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Panel } from './panel.tsx'

const FULL_PCT = 90
const CLASSES = 10
const ROWS_MAX = 3

export interface BinFill {
  readonly place: Place
  readonly fill_pct: number
}

/** Bins that report, fullest first. */
export function binFills(wall: Wall): BinFill[] {
  void wall.data.versions.devices.value
  const fills: BinFill[] = []
  for (const place of wall.city.value?.layers.device ?? []) {
    if (place.properties.kind !== 'bin') continue
    const fill_pct = wall.data.tables.devices.get(keyOf(place))?.v.fill_pct
    if (fill_pct !== undefined) fills.push({ place, fill_pct })
  }
  return fills.sort((a, b) => b.fill_pct - a.fill_pct)
}

/** How many bins in each tenth; overfull ones count into the last. */
export function fillClasses(fills: readonly BinFill[]): number[] {
  const classes = new Array<number>(CLASSES).fill(0)
  for (const { fill_pct } of fills) classes[Math.max(0, Math.min(CLASSES - 1, Math.floor(fill_pct / 10)))]++
  return classes
}

function Distribution({ classes }: { classes: readonly number[] }) {
  const most = Math.max(1, ...classes)
  return (
    <div class="fills" role="img" aria-label={t('bins.share')}>
      {classes.map((count, index) => (
        <span key={index} class={index === CLASSES - 1 ? 'tenth tenth-full' : 'tenth'} style={{ '--share': String(count / most) }} />
      ))}
      <span class="fills-scale" translate={false}>
        <span>0</span>
        <span>50</span>
        <span>100 %</span>
      </span>
    </div>
  )
}

export function BinsPanel() {
  const wall = useWall()
  const fills = binFills(wall)
  const open = (id: string | null): void => {
    wall.page.value = { kind: 'bins', id }
  }
  const over = fills.filter(({ fill_pct }) => fill_pct > FULL_PCT).length
  return (
    <Panel
      id="bins"
      title={t('bins.title')}
      note={
        fills.length === 0 ? undefined : (
          <button type="button" class="link" title={t('bins.all')} onClick={() => open(null)}>
            {t('bins.over', { n: figure(over) })}
          </button>
        )
      }
    >
      {fills.length === 0 ? (
        <p class="empty">{t('bins.none')}</p>
      ) : (
        <>
          <Distribution classes={fillClasses(fills)} />
          <ol class="rows">
            {fills.slice(0, ROWS_MAX).map(({ place, fill_pct }) => (
              <li key={keyOf(place)}>
                <button
                  type="button"
                  class="row"
                  onClick={() => {
                    open(keyOf(place))
                  }}
                >
                  <span class="row-main">{pick(place.properties.name)}</span>
                  <span class="row-figure">{metricText('fill_pct', fill_pct)}</span>
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </Panel>
  )
}
