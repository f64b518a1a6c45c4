import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucketLine, decodeName, encodeName, rawLine, seriesHead } from '../../gateway/store/line-protocol.ts'

it('writes names of the contract as they are', () => {
  expect(rawLine(seriesHead('d0/flood/L-1.a:b_c', 'rain_forecast_mm_h[3]'), { ts: 1767225600000, value: 12.4 })).toBe(
    'rain_forecast_mm_h[3],device=d0/flood/L-1.a:b_c value=12.4 1767225600000',
  )
  expect(bucketLine(seriesHead('d0/flood/L', 'level_m'), { ts: 60000, sum: 1.5, min: 0.5, max: 1, count: 2 })).toBe(
    'level_m,device=d0/flood/L sum=1.5,min=0.5,max=1,count=2i 60000',
  )
})

it('writes numbers that come back as the same number', () => {
  for (const value of [1e-9, 5e-324, Number.MAX_VALUE, 1e21, -0.1])
    expect(Number(rawLine('m,device=d', { ts: 0, value }).split(/[= ]/)[3])).toBe(value)
})

it('escapes every name so that it stays one measurement and one tag on one line', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.string({ minLength: 1, unit: 'binary' }), (device, metric) => {
      const line = rawLine(seriesHead(device, metric), { ts: 1, value: 2 })
      expect(line).not.toMatch(/[\n\r]|^#/)
      const parts = /^((?:[^,\\]|\\[, ])+),device=((?:[^,= \\]|\\[,= ])+) value=2 1$/.exec(line)
      expect(parts).not.toBeNull()
      const [, measurement, tag] = parts ?? []
      expect(decodeName(measurement.replace(/\\([, ])/g, '$1'))).toBe(metric)
      expect(decodeName(tag.replace(/\\([,= ])/g, '$1'))).toBe(device)
    }),
  )
})

it('encodes what neither line protocol nor a delete predicate can say', () => {
  expect(encodeName('#a\\b"c%d\ne')).toBe('%23a%5Cb%22c%25d%0Ae')
  expect(encodeName('雨量_mm')).toBe('雨量_mm')
})
