/** Why a camera looks where it looks, for people: what it looks for, how long nobody has, and where it would look otherwise. */
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../base/time.ts'
import type { Bilingual } from '../../model/bilingual.ts'
import type { Reason } from '../../model/incident.ts'
import type { Wish } from './needs.ts'
import type { TurningPlaces } from './places.ts'
import type { CameraPlan, PlannedLook } from './plan.ts'
import { gain } from './worth.ts'

const POLICY = 'camera.patrol'
const SHOWN = 3

export function presetName({ presets }: TurningPlaces, id: string): Bilingual {
  return presets.find(({ preset }) => preset.id === id)?.preset.name ?? { zh: id, en: id }
}

/** What a look at these is for, the worthiest first. */
export const topWishes = (
  needs: readonly Wish[],
  look: Pick<PlannedLook, 'settled' | 'until'>,
  now: EpochMs,
): readonly { wish: Wish; worth: number }[] =>
  needs
    .map((wish) => ({ wish, worth: gain(wish, wish.seen, { from: look.settled, until: look.until }, [], now) }))
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth)
    .slice(0, SHOWN)

function sinceText({ seen }: Wish, now: EpochMs): Bilingual {
  const absence_ms = now - seen
  if (absence_ms >= 24 * HOUR_MS) return { en: 'not looked at for a day', zh: '一天未查看' }
  const minutes = Math.max(1, Math.round(absence_ms / MINUTE_MS))
  return { en: `last looked at ${minutes} min ago`, zh: `${minutes} 分钟前查看` }
}

/** Happenings an hour, each counted with how bad it is. */
const hourly = (rate: number): string => (rate * 3600).toFixed(2)

export function reasonOf(places: TurningPlaces, plan: CameraPlan, needs: readonly Wish[], must: boolean, now: EpochMs): Reason {
  const [look] = plan.looks
  const name = presetName(places, look.preset)
  const top = topWishes(needs, look, now)
  const parts = top.map(({ wish }) => {
    const since = sinceText(wish, now)
    return { en: `${wish.what.en} (${since.en})`, zh: `${wish.what.zh}（${since.zh}）` }
  })
  if (must) parts.unshift({ en: 'nobody has looked there for too long', zh: '该预置位过久未查看' })
  const second = plan.runner_up === null ? null : presetName(places, plan.runner_up.preset)
  const other =
    second === null || plan.runner_up === null
      ? { en: 'no other direction may be looked at now', zh: '目前没有其他可用预置位' }
      : {
          en: `runner-up ${second.en}, ${hourly(plan.runner_up.rate)} against ${hourly(plan.rate)} an hour`,
          zh: `次选${second.zh}，每小时 ${hourly(plan.runner_up.rate)} 对 ${hourly(plan.rate)}`,
        }
  return {
    policy: POLICY,
    text: `${name.en}: ${parts.map(({ en }) => en).join('; ')}. ${other.en}`,
    text_zh: `${name.zh}：${parts.map(({ zh }) => zh).join('；')}。${other.zh}`,
    evidence: top.map(({ wish, worth }) => `${wish.key} worth ${worth.toFixed(4)}`),
  }
}

/** It goes home because it may look nowhere. */
export function restReason(places: TurningPlaces, home: string, closed: readonly (Bilingual & { readonly preset: string })[]): Reason {
  const name = presetName(places, home)
  const why = [...new Map(closed.map((one) => [one.en, one])).values()]
  return {
    policy: POLICY,
    text: `${name.en}: it may look nowhere now (${why.map(({ en }) => en).join('; ')})`,
    text_zh: `${name.zh}：目前没有可用预置位（${why.map(({ zh }) => zh).join('；')}）`,
    evidence: closed.map(({ preset, en }) => `${preset}: ${en}`),
  }
}
