/** JPEG files made by hand for tests: what matters is their segments, not what they show. */

const segment = (marker: number, body: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}
const frame = (width_px: number, height_px: number): Buffer => {
  const body = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0])
  body.writeUInt16BE(height_px, 1)
  body.writeUInt16BE(width_px, 3)
  return segment(0xc0, body)
}

/** With EXIF, a comment, and a picture hidden behind the end. */
export function jpegWith(secret: string, width_px = 1600, height_px = 1200): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xe1, Buffer.from(`Exif\0\0${secret}`)),
    segment(0xfe, Buffer.from(secret)),
    frame(width_px, height_px),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
    Buffer.from([0xff, 0xd9]),
    Buffer.from(secret),
  ])
}

/** A picture as a camera writes it, with something in its EXIF. */
export const withExif = (jpeg: Buffer, secret: string): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), segment(0xe1, Buffer.from(`Exif\0\0${secret}`)), jpeg.subarray(2)])
