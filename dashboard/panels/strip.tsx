import { useComputed } from '@preact/signals'
import { type DensitySlot, eventDensity, slotTotal } from '../data/density.ts'
import { figure, minuteText } from '../i18n/format.ts'
import { t } from '../i18n/index.ts'
import { useWall } from '../state/wall.ts'

const HOURS = 6
const SLOT_MIN = 5
const SLOTS = (HOURS * 60) / SLOT_MIN
const SLOTS_OF_NOW = 5
const SLOT_MS = SLOT_MIN * 60_000
const SEVERITIES = ['watch', 'warning', 'critical'] as const
/** The whole height stands for at least this many, so that a single event does not look like a storm. */
const BAR_MIN = 4
const HEIGHT = 46
const WIDTH = SLOTS * 10

function Bar({ slot, index, most }: { slot: DensitySlot; index: number; most: number }) {
  let base = HEIGHT
  return (
    <g>
      {SEVERITIES.map((severity) => {
        const height = (slot.counts[severity] / most) * (HEIGHT - 2)
        base -= height
        return <rect key={severity} x={index * 10 + 1} y={base} width={8} height={height} fill={`var(--state-${severity})`} />
      })}
    </g>
  )
}

/** When events began, from the events the brain still knows. */
export function EventStrip() {
  const wall = useWall()
  // Recomputed when an incident changed or a slot ended, not every second.
  const slot = useComputed(() => Math.floor((wall.now.value ?? 0) / SLOT_MS))
  const slots = useComputed(() => {
    void wall.data.versions.incidents.value
    return eventDensity(wall.data.tables.incidents.values(), slot.value * SLOT_MS, SLOTS, SLOT_MS)
  }).value
  if (wall.now.value === null) return null
  const most = Math.max(BAR_MIN, ...slots.map(slotTotal))
  const zone = wall.timezone.value
  // The last hours' mark would stand in the way of "now".
  const hours = slots.slice(0, -SLOTS_OF_NOW).filter(({ from }) => from % 3_600_000 === 0)
  return (
    <section class="strip" aria-label={t('strip.title')}>
      <header>
        <h2>{t('strip.title')}</h2>
        <p>{t('strip.range', { h: HOURS, min: SLOT_MIN })}</p>
        <p class="strip-peak">{t('strip.peak', { n: figure(Math.max(...slots.map(slotTotal))) })}</p>
      </header>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <line class="strip-base" x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {slots.map((entry, index) => (slotTotal(entry) === 0 ? null : <Bar key={entry.from} slot={entry} index={index} most={most} />))}
      </svg>
      <div class="strip-scale">
        {hours.map(({ from }) => (
          <time key={from} style={{ left: `${((from - slots[0].from) / (SLOTS * SLOT_MS)) * 100}%` }}>
            {minuteText(from, zone)}
          </time>
        ))}
        <span class="strip-now">{t('strip.now')}</span>
      </div>
    </section>
  )
}
