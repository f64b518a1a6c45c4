import { useEffect, useState } from 'preact/hooks'
import type { CrewJob, PhotoStage } from '../../../gateway/wire/phone.ts'
import { pick, t } from '../../i18n/index.ts'
import type { Photo } from '../data/store.ts'
import { usePhone } from '../phone.ts'

const STAGES: readonly PhotoStage[] = ['before', 'after', 'other']

function Thumbnail({ photo }: { photo: Photo }) {
  const phone = usePhone()
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const made = URL.createObjectURL(photo.blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [photo.blob])
  const stage = t(`crew.photo.${photo.stage}`)
  return (
    <li class="photo">
      {url !== null && <img src={url} alt={t('crew.photo.taken', { stage })} />}
      <span>
        {stage} · {photo.state === 'refused' ? t('crew.photo.refused', { why: pick(photo.why) }) : t(`crew.photo.${photo.state}`)}
      </span>
      {photo.state !== 'sent' && (
        <button type="button" class="key key-quiet" onClick={() => void phone.dropPhoto(photo)}>
          {t('crew.photo.drop')}
        </button>
      )}
    </li>
  )
}

/** Photos of a job, and the buttons that take them: the camera opens, or the gallery where there is none. */
export function Photos({ job }: { job: CrewJob }) {
  const phone = usePhone()
  const photos = phone.photos.value.filter(({ task }) => task === job.id)
  return (
    <section aria-labelledby="photos-title">
      <h2 id="photos-title">{t('crew.photos')}</h2>
      <div class="keys">
        {STAGES.map((stage) => (
          <label class="key" key={stage}>
            <input
              class="visually-hidden"
              type="file"
              accept="image/*"
              capture="environment"
              aria-label={t('crew.photo.take', { stage: t(`crew.photo.${stage}`) })}
              onChange={({ currentTarget }) => {
                for (const file of currentTarget.files ?? []) void phone.takePhoto(job.id, stage, file)
                // The same picture may be chosen again.
                currentTarget.value = ''
              }}
            />
            <span aria-hidden="true">{t(`crew.photo.${stage}`)}</span>
          </label>
        ))}
      </div>
      <ul class="photos">
        {photos.map((photo) => (
          <Thumbnail key={photo.id} photo={photo} />
        ))}
      </ul>
    </section>
  )
}
