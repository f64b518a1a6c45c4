/**
 * A JPEG taken apart as far as needed (ITU-T T.81, annex B): that it is one, how large the picture is, and the same picture without what
 * cameras write beside it (EXIF with place and device, comments, previews behind the end).
 */

export interface Jpeg {
  readonly width_px: number
  readonly height_px: number
  /** Without metadata. */
  readonly bytes: Buffer
}

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const COM = 0xfe
/** Start of frame, by coding; 0xc4, 0xc8 and 0xcc are something else. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
/** APP0 is the JFIF header, APP14 says how colours are coded: decoders need them. */
const isMetadata = (marker: number): boolean => marker === COM || (marker >= 0xe1 && marker <= 0xef && marker !== 0xee)
const isAlone = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01

/** Where coded data end: at the next marker that is neither a stuffed zero nor a restart. */
function endOfScan(data: Buffer, from: number): number {
  for (let at = from; at + 1 < data.length; at++) {
    if (data[at] === 0xff && data[at + 1] !== 0x00 && data[at + 1] !== 0xff && !isAlone(data[at + 1])) return at
  }
  return data.length
}

/** @returns null for anything that is not a whole JPEG */
export function readJpeg(data: Buffer): Jpeg | null {
  if (data.length < 4 || data[0] !== 0xff || data[1] !== SOI) return null
  const kept: Buffer[] = [data.subarray(0, 2)]
  let size: { width_px: number; height_px: number } | null = null
  for (let at = 2; at + 3 < data.length || (at + 1 < data.length && data[at + 1] === EOI); ) {
    if (data[at] !== 0xff) return null
    const marker = data[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === EOI) {
      kept.push(data.subarray(at, at + 2))
      return size === null ? null : { ...size, bytes: Buffer.concat(kept) }
    }
    if (isAlone(marker)) {
      at += 2
      continue
    }
    const length = data.readUInt16BE(at + 2)
    let end = at + 2 + length
    if (length < 2 || end > data.length) return null
    if (isFrame(marker) && length >= 8) size = { height_px: data.readUInt16BE(at + 5), width_px: data.readUInt16BE(at + 7) }
    if (marker === SOS) end = endOfScan(data, end)
    if (!isMetadata(marker)) kept.push(data.subarray(at, end))
    at = end
  }
  return null
}
