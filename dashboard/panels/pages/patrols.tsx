/** Cameras that can turn: where each looks and why, what comes next, who has taken it over. A person looks somewhere at once, for a quarter of an hour, or hands the camera back. */
import { useState } from 'preact/hooks'
import type { PatrolDocument, PatrolList } from '../../../gateway/wire/patrol-api.ts'
import { askJson } from '../../data/api.ts'
import { figure, minuteText } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { Unread, useLook } from '../look.tsx'

const LOOK_MS = 3_000
const HOLD_S = 900
const NEXT_SHOWN = 3

function LookNow({ camera, token }: { camera: PatrolDocument; token: string | null }) {
  const wall = useWall()
  const open = camera.presets.filter(({ why }) => why === null)
  const [chosen, setChosen] = useState<string | null>(null)
  // What was chosen may have been closed meanwhile.
  const preset = (open.find(({ id }) => id === chosen) ?? open[0])?.id ?? ''
  const [why, setWhy] = useState<string | null>(null)
  const send = (path: string, body: object): void => {
    if (token === null) return
    setWhy(null)
    askJson(wall.base, path, token, 'POST', body).catch((error: unknown) => setWhy(error instanceof Error ? error.message : String(error)))
  }
  const name = pick(camera.name)
  return (
    <div class="patrol-wraps">
      <select
        class="patrol-preset"
        aria-label={t('patrol.where', { camera: name })}
        disabled={token === null || open.length === 0}
        value={preset}
        onChange={(event) => setChosen(event.currentTarget.value)}
      >
        {camera.presets.map((one) => (
          <option key={one.id} value={one.id} disabled={one.why !== null}>
            {one.why === null ? pick(one.name) : t('patrol.closed', { preset: pick(one.name), why: pick(one.why) })}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="button patrol-wrap"
        disabled={token === null || preset === ''}
        aria-label={t('patrol.look_now_at', { camera: name })}
        onClick={() => send('api/v1/commands', { device: camera.device, kind: 'camera.preset', fields: { preset }, hold_s: HOLD_S })}
      >
        {t('patrol.look_now')}
      </button>
      {camera.by !== null && (
        <button
          type="button"
          class="button patrol-wrap"
          disabled={token === null}
          aria-label={t('patrol.hand_back_of', { camera: name })}
          onClick={() => send('api/v1/cameras/release', { device: camera.device })}
        >
          {t('patrol.hand_back')}
        </button>
      )}
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
    </div>
  )
}

function whereText({ preset, turning }: PatrolDocument): string {
  if (preset === null) return t('patrol.unknown')
  return turning ? t('patrol.turning', { preset: pick(preset.name) }) : pick(preset.name)
}

function Camera({ camera, token, now }: { camera: PatrolDocument; token: string | null; now: number }) {
  const wall = useWall()
  const { by, until, reason, next } = camera
  return (
    <tr>
      <th scope="row" class="patrol-cell">
        {pick(camera.name)}
      </th>
      <td class="patrol-cell">
        <strong>{whereText(camera)}</strong>
        {by !== null && (
          <span class="chip chip-hand patrol-wrap">{t('patrol.by_hand', { by, until: minuteText(until, wall.timezone.value) })}</span>
        )}
        {camera.doubts.length > 0 && <span class="chip patrol-wrap">{t('patrol.doubts', { n: figure(camera.doubts.length) })}</span>}
        {by === null && reason !== null && <p translate={false}>{pick(reason)}</p>}
      </td>
      <td class="patrol-cell">
        {next.length === 0 ? (
          t('patrol.no_next')
        ) : (
          <ol class="patrol-next">
            {next.slice(0, NEXT_SHOWN).map((look) => (
              <li key={look.from}>
                {t('patrol.next', { preset: pick(look.preset.name), s: figure(Math.max(0, Math.round((look.from - now) / 1000))) })}
                {look.why.length > 0 && <small translate={false}> {pick(look.why[0])}</small>}
              </li>
            ))}
          </ol>
        )}
      </td>
      <td class="patrol-cell">
        <LookNow camera={camera} token={token} />
      </td>
    </tr>
  )
}

export function Patrols({ token }: { token: string | null }) {
  const known = useLook<PatrolList>('api/v1/cameras/patrol', LOOK_MS)
  if (known.document === null) return <Unread state={known.state} />
  const { cameras, now } = known.document
  if (cameras.length === 0) return <p class="empty">{t('patrol.none')}</p>
  return (
    <table class="patrols">
      <caption class="patrol-caption">{t('patrol.title', { n: figure(cameras.length) })}</caption>
      <thead>
        <tr>
          <th scope="col" class="patrol-cell">
            {t('patrol.camera')}
          </th>
          <th scope="col" class="patrol-cell">
            {t('patrol.looks_at')}
          </th>
          <th scope="col" class="patrol-cell">
            {t('patrol.then')}
          </th>
          <th scope="col" class="patrol-cell">
            {t('patrol.take_over')}
          </th>
        </tr>
      </thead>
      <tbody>
        {cameras.map((camera) => (
          <Camera key={camera.device} camera={camera} token={token} now={now} />
        ))}
      </tbody>
    </table>
  )
}
