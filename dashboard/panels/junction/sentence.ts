/** What the drawing of a junction says, in words: for the middle of the dial and for who cannot see it. */

import type { JunctionDocument } from '../../../gateway/wire/junction.ts'
import { compassOf, runningStage, type Stage, sumApproach } from '../../data/junction.ts'
import { DASH, figure, withUnit } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import type { Middle } from './dial.tsx'

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000))

/** A road's name with the side it comes from; the side alone where it has no name. */
export function approachName({
  name,
  bearing_deg,
}: {
  readonly name: JunctionDocument['name'] | null
  readonly bearing_deg: number
}): string {
  const side = t(`compass.${compassOf(bearing_deg)}`)
  return name === null ? t('junction.approach.bare', { side }) : t('junction.approach', { side, road: pick(name) })
}

/** Big figure: what is left where that is planned, else how long it has lasted. */
export function middleOf(document: JunctionDocument, running: Stage | null, now: number): Middle {
  if (running === null) return { label: t('junction.unheard'), value: DASH, note: '' }
  const left_s = seconds(running.until - now)
  if (running.clearing) return { label: t('junction.clearing', { n: running.phase }), value: figure(left_s), note: t('junction.left') }
  const label = t('junction.phase', { n: running.phase })
  if (document.plan !== null) return { label, value: figure(left_s), note: t('junction.left.green') }
  const note = left_s > 0 ? t('junction.least', { s: withUnit(left_s, 0, t('unit.s')) }) : t('junction.anytime')
  return { label, value: figure(seconds(now - running.from)), note }
}

export function junctionSentence(document: JunctionDocument, now: number): string {
  const { label, value, note } = middleOf(document, runningStage(document, now), now)
  const queues = document.approaches.map((approach) => {
    const { queued_veh, silent } = sumApproach(approach.lanes)
    return silent
      ? t('junction.sentence.silent', { road: approachName(approach) })
      : t('junction.sentence.queue', { road: approachName(approach), n: figure(queued_veh) })
  })
  return [t('junction.sentence', { label, value, note }), ...queues].join(t('text.separator'))
}
