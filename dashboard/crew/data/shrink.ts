/**
 * A photo as it is sent: at most 1600 px, about 300 kB, upright, and drawn anew, so that nothing of what the camera wrote into the file (place,
 * device) leaves the phone.
 */
const SIDE_PX_MAX = 1600
const BYTES_WANTED = 350_000
const QUALITIES = [0.82, 0.7, 0.55]

/** @returns null when the file is no picture that this browser can read */
export async function shrinkPhoto(file: Blob): Promise<Blob | null> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
  if (picture === null) return null
  const scale = Math.min(1, SIDE_PX_MAX / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  let smallest: Blob | null = null
  for (const quality of QUALITIES) {
    smallest = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
    if (smallest === null || smallest.size <= BYTES_WANTED) break
  }
  return smallest
}
