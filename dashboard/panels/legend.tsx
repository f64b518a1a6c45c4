import { SPEED_STEPS_PCT } from '../data/road-flow.ts'
import { metricText } from '../i18n/format.ts'
import { t, word } from '../i18n/index.ts'
import { DEPTH_STEPS_M } from '../layers/flood.ts'
import { CREW_SHAPES, KIND_SHAPES, PLAIN_SHAPES } from '../layers/glyphs.ts'
import { LAYER_IDS } from '../layers/ids.ts'
import { LAYERS, type LayerSpec, USUAL_LAYERS } from '../layers/index.ts'
import { KINDS_FROM_ZOOM } from '../layers/sensors.ts'
import { toggleLayer } from '../state/layers.ts'
import { useWall } from '../state/wall.ts'
import { Glyph, StateGlyph } from './shape.tsx'

export function LayerPanel() {
  const wall = useWall()
  const visible = wall.layers.value ?? USUAL_LAYERS
  return (
    <section class="layers" aria-label={t('layers.title')}>
      {LAYER_IDS.map((id, index) => (
        <button type="button" key={id} class="layer" aria-pressed={visible.has(id)} onClick={() => toggleLayer(wall, index)}>
          <kbd translate={false}>{index + 1}</kbd>
          {t(`layers.${id}`)}
        </button>
      ))}
    </section>
  )
}

const STATES = ['normal', 'watch', 'warning', 'critical', 'offline'] as const
const CREWS = ['idle', 'enroute', 'onsite'] as const

function Depths() {
  return (
    <div class="legend-item">
      <span class="legend-name">{t('legend.depth')}</span>
      <span class="ramp">
        {DEPTH_STEPS_M.map((from_m, index) => (
          <span key={from_m} class="ramp-step" style={{ '--colour': `var(--depth-${index})` }}>
            <i />
            <b translate={false}>{metricText('level_m', from_m)}</b>
          </span>
        ))}
      </span>
      <span class="legend-name">{t('legend.ghost')}</span>
    </div>
  )
}

const SPEEDS = [...SPEED_STEPS_PCT, 100].map((until_pct, speed) => ({
  speed,
  from_pct: speed === 0 ? 0 : SPEED_STEPS_PCT[speed - 1],
  until_pct,
}))

/** Only where roads are counted. The formula stands beneath, because no detector measures a speed. */
function Speeds() {
  const wall = useWall()
  if (wall.data.versions.roads.value === 0 || wall.data.tables.roads.size === 0) return null
  return (
    <div class="legend-item">
      <span class="legend-name">{t('legend.speed')}</span>
      <span class="ramp ramp-speed">
        {SPEEDS.map(({ speed, from_pct, until_pct }) => (
          <span key={speed} class="ramp-step" style={{ '--colour': `var(--speed-${speed})`, '--width': `${0.55 - speed * 0.08}rem` }}>
            <i />
            <b translate={false}>{speed === 4 ? `${from_pct}–${until_pct}\u2009%` : from_pct}</b>
          </span>
        ))}
      </span>
      <span class="legend-sign">
        <i class="legend-roadqueue" />
        {t('legend.roadqueue')}
      </span>
      <span class="legend-formula">{t('legend.speed.formula')}</span>
    </div>
  )
}

/** States once for sensors and events together: the shapes are the same. */
const States = () => (
  <div class="legend-item">
    {STATES.map((state) => (
      <span key={state} class="legend-sign">
        <StateGlyph state={state} />
        {t(`state.${state}`)}
      </span>
    ))}
  </div>
)

const Kinds = () => (
  <div class="legend-item">
    {Object.entries(KIND_SHAPES)
      .filter(([kind]) => kind !== 'other')
      .map(([kind, shape]) => (
        <span key={kind} class="legend-sign">
          <Glyph shape={shape} colour="var(--state-normal)" />
          {word('kind', kind)}
        </span>
      ))}
  </div>
)

const Crews = () => (
  <div class="legend-item">
    {CREWS.map((status) => (
      <span key={status} class="legend-sign">
        <Glyph shape={CREW_SHAPES[status]} colour="var(--state-done)" />
        {t(`crews.${status}`)}
      </span>
    ))}
  </div>
)

const Routes = () => (
  <div class="legend-item">
    <span class="legend-sign">
      <i class="legend-route" />
      {t('legend.route')}
    </span>
  </div>
)

const Signals = () => (
  <div class="legend-item">
    <span class="legend-sign">
      <Glyph shape={PLAIN_SHAPES.green} colour="var(--accent)" />
      {t('legend.green')}
    </span>
    <span class="legend-sign">
      <Glyph shape={PLAIN_SHAPES.clearing} colour="var(--state-watch)" />
      {t('legend.clearing')}
    </span>
    <span class="legend-sign">
      <Glyph shape={PLAIN_SHAPES.queue} colour="var(--text-2)" />
      {t('legend.queue')}
    </span>
  </div>
)

const ENTRIES: Readonly<Record<NonNullable<LayerSpec['legend']>, () => ReturnType<typeof States> | null>> = {
  speed: Speeds,
  depth: Depths,
  states: States,
  signals: Signals,
  routes: Routes,
  crews: Crews,
}

/** Made from the layers that are on at this zoom, each kind of entry once. */
export function Legend({ zoom }: { zoom: number }) {
  const wall = useWall()
  const visible = wall.layers.value ?? USUAL_LAYERS
  const entries = new Set<NonNullable<LayerSpec['legend']>>()
  for (const layer of LAYERS) if (layer.legend !== null && visible.has(layer.id) && zoom >= layer.zoom_min) entries.add(layer.legend)
  return (
    <section class="legend" aria-label={t('legend.title')}>
      {visible.has('sensors') && zoom >= KINDS_FROM_ZOOM && <Kinds />}
      {[...entries].map((entry) => {
        const Entry = ENTRIES[entry]
        return <Entry key={entry} />
      })}
    </section>
  )
}
