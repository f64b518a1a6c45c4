/** What a job still lacks before it may be called done, and what is said about it when it is. Pure. */
import type { CrewJob, PhotoStage } from '../../gateway/wire/phone.ts'
import type { Draft } from './data/store.ts'

/** Near enough to suggest that the crew has arrived. */
export const ARRIVED_M = 80
/** A finished job may be corrected so long. */
export const CORRECT_MS = 600_000
export const DELAYS_MIN = [10, 20] as const

export type Missing =
  | { readonly kind: 'steps'; readonly left: number }
  | { readonly kind: 'reading'; readonly id: string }
  | { readonly kind: 'photo'; readonly stage: PhotoStage }

/** A reading as typed; a comma is a decimal point on many keyboards. Null: none, or out of range. */
export function readingOf({ min, max }: CrewJob['readings'][number], typed: string | undefined): number | null {
  const text = (typed ?? '').trim().replace(',', '.')
  const value = Number(text)
  return text === '' || !Number.isFinite(value) || value < min || value > max ? null : value
}

export function missingParts(job: CrewJob, draft: Draft, photos: ReadonlySet<PhotoStage>): Missing[] {
  const left = job.steps.filter((_, i) => !draft.ticked.includes(i)).length
  return [
    ...(left > 0 ? [{ kind: 'steps', left } as const] : []),
    ...job.readings.flatMap((field) =>
      readingOf(field, draft.readings[field.id]) === null ? [{ kind: 'reading', id: field.id } as const] : [],
    ),
    ...job.photos.flatMap((stage) => (photos.has(stage) ? [] : [{ kind: 'photo', stage } as const])),
  ]
}

/** For the incident's timeline: readings as `depth_m=0.31`, then the crew's own words. */
export function reportOf(job: CrewJob, draft: Draft): string {
  const readings = job.readings.flatMap((field) => {
    const value = readingOf(field, draft.readings[field.id])
    return value === null ? [] : [`${field.id}=${value}`]
  })
  return [readings.join(' '), draft.note.trim()].filter((text) => text !== '').join('; ')
}
