/** What crews photographed at an incident. People may be on it: only a desk that is signed in sees it, and only the pictures it asks for. */
import { useEffect, useState } from 'preact/hooks'
import type { PhotoDocument } from '../../gateway/wire/phone.ts'
import { fetchPhoto, fetchPhotos } from '../data/api.ts'
import { minuteText } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { useWall } from '../state/wall.ts'

function Picture({ photo, token }: { photo: PhotoDocument; token: string }) {
  const wall = useWall()
  const [url, setUrl] = useState<string | null>(null)
  const [why, setWhy] = useState<string | null>(null)
  useEffect(() => () => void (url !== null && URL.revokeObjectURL(url)), [url])
  const crew = pick(wall.data.tables.crews.get(photo.crew)?.name) || photo.crew
  const words = t('photos.one', { stage: t(`crew.photo.${photo.stage}`), crew, time: minuteText(photo.ts, wall.timezone.value) })
  return (
    <li>
      {url === null ? (
        <button
          type="button"
          class="button"
          onClick={() => {
            fetchPhoto(wall.base, photo, token).then(
              (blob) => setUrl(URL.createObjectURL(blob)),
              (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
            )
          }}
        >
          {words}
        </button>
      ) : (
        <figure>
          <img src={url} alt="" width={photo.width_px} height={photo.height_px} />
          <figcaption>{words}</figcaption>
        </figure>
      )}
      {why !== null && <p role="alert">{t('desk.failed', { why })}</p>}
    </li>
  )
}

/** Photos of these tasks, read again when one of them has moved on. */
function usePhotos(tasks: string, token: string | null): readonly PhotoDocument[] {
  const { base } = useWall()
  const [photos, setPhotos] = useState<readonly PhotoDocument[]>([])
  useEffect(() => {
    const leaving = new AbortController()
    if (token !== null && tasks !== '') {
      const ids = tasks.split(' ').map((one) => one.split('@')[0])
      Promise.all(ids.map((id) => fetchPhotos(base, id, token, leaving.signal))).then(
        (lists) => setPhotos(lists.flat()),
        () => setPhotos([]),
      )
    }
    return () => leaving.abort()
  }, [base, tasks, token])
  return photos
}

export function Photos({ incident }: { incident: string }) {
  const wall = useWall()
  void wall.data.versions.tasks.value
  const token = wall.desk.enabled ? wall.desk.token.value : null
  const tasks = [...wall.data.tables.tasks].filter(([, task]) => task.incident === incident)
  const photos = usePhotos(tasks.map(([id, { status }]) => `${id}@${status}`).join(' '), token)
  if (token === null || photos.length === 0) return null
  return (
    <section class="photos" aria-labelledby="photos-title">
      <h3 id="photos-title">{t('photos.title')}</h3>
      <ul>
        {photos.map((photo) => (
          <Picture key={photo.id} photo={photo} token={token} />
        ))}
      </ul>
    </section>
  )
}
