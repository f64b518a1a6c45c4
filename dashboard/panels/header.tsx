import { clockText, DASH, dateText, figure, withUnit } from '../i18n/format.ts'
import { language, pick, t } from '../i18n/index.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Glyph } from './shape.tsx'
import { Warnings } from './warnings.tsx'

/** Strongest rain that any gauge reports now; null without a gauge that has reported. */
export function rainNow_mm_h(wall: Wall): number | null {
  void wall.data.versions.devices.value
  let strongest: number | null = null
  for (const row of wall.data.tables.devices.values()) {
    const rain = row.v.rain_mm_h
    if (rain !== undefined && row.online && (strongest === null || rain > strongest)) strongest = rain
  }
  return strongest
}

function Rain() {
  const rain = rainNow_mm_h(useWall())
  return (
    <p class="head-item rain">
      <span class="head-label">{t('header.rain')}</span>
      <span class="head-figure">
        {figure(rain, 1)}
        <small translate={false}> mm/h</small>
      </span>
    </p>
  )
}

const LAMP = {
  fresh: { path: 'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z' },
  late: { path: 'M0 -10L10.5 8.5H-10.5Z' },
  lost: { path: 'M-7 -7L7 7M7 -7L-7 7', line: 3.4 },
}

function FreshLamp() {
  const wall = useWall()
  const state = wall.freshness.value
  const received_ms = wall.data.head.value?.received_ms ?? null
  const age_s = received_ms === null ? null : Math.max(0, Math.floor((wall.second.value - received_ms) / 1000))
  return (
    <p class={`head-item lamp lamp-${state}`} role="status">
      <Glyph shape={LAMP[state]} colour="currentColor" size="0.9em" />
      <span>{t(`fresh.${state}`)}</span>
      {state !== 'fresh' && age_s !== null && <span class="lamp-age">{t('fresh.age', { s: age_s })}</span>}
    </p>
  )
}

function Clock() {
  const wall = useWall()
  const now = wall.now.value
  const zone = wall.timezone.value
  if (now === null) return <p class="clock">{DASH}</p>
  return (
    <div class="clock">
      <p class="clock-date">
        <time>{dateText(now, zone)}</time>
        <span translate={false}>{zone.replace('_', ' ')}</span>
      </p>
      <time class="clock-time">{clockText(now, zone)}</time>
    </div>
  )
}

function LanguageSwitch() {
  const next = language.value === 'zh' ? 'en' : 'zh'
  return (
    <button
      type="button"
      class="language"
      aria-label={t('header.language.label')}
      onClick={() => {
        language.value = next
      }}
    >
      {t('header.language')}
    </button>
  )
}

export function ModeBadge() {
  const mode = useWall().data.head.value?.mode ?? 'live'
  return <p class={`mode mode-${mode}`}>{t(`mode.${mode}`)}</p>
}

function DeskSwitch() {
  const wall = useWall()
  const { desk } = wall
  if (!desk.enabled) return null
  const signed = desk.token.value !== null
  return (
    <button
      type="button"
      class="language"
      onClick={() => {
        if (signed) desk.signOut()
        else wall.dialog.value = 'sign-in'
      }}
    >
      {signed ? t('desk.token.forget') : t('desk.token.save')}
    </button>
  )
}

export function Header() {
  const wall = useWall()
  const city = wall.city.value
  const devices = wall.data.versions.devices.value > 0 ? wall.data.tables.devices.size : null
  return (
    <header class={`head head-${wall.data.head.value?.mode ?? 'live'}`}>
      <div class="head-title">
        <h1>{city === null ? t('app.title') : pick(city.document.name)}</h1>
        <p>{t('app.wall')}</p>
      </div>
      <ModeBadge />
      <div class="head-middle">
        {devices !== null && <p class="head-item head-devices">{t('map.devices', { n: withUnit(devices, 0, '') })}</p>}
        <Rain />
        <Warnings />
        <FreshLamp />
      </div>
      <Clock />
      <div class="head-tools">
        <DeskSwitch />
        <LanguageSwitch />
      </div>
    </header>
  )
}

/** Screen design, section 10: what is shown is said, when it is not the present. */
export function StaleBanner() {
  const wall = useWall()
  const head = wall.data.head.value
  if (head === null || wall.freshness.value !== 'lost') return null
  const time = clockText(head.now, wall.timezone.value)
  return (
    <p class="stale-banner" role="alert">
      {t(head.received_ms === null ? 'fresh.stored' : 'fresh.banner', { time })}
    </p>
  )
}
