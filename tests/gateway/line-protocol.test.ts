import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucketFields, bucketLine, decodeName, encodeName, markLine, rawLines } from '../../gateway/store/line-protocol.ts'

const row = (metric: string, value = 2, ts = 1, device = 'd') => ({ device, metric, ts, value })
const one = (): string => 'reading'

it('writes names of the contract as they are', () => {
  expect(rawLines([row('rain_forecast_mm_h[3]', 12.4, 1767225600000, 'd0/flood/L-1.a:b_c')], one)).toEqual([
    'reading,device=d0/flood/L-1.a:b_c rain_forecast_mm_h[3]=12.4 1767225600000000000',
  ])
  expect(bucketLine('reading', 'd0/flood/L', [bucketFields('level_m', { ts: 60000, sum: 1.5, min: 0.5, max: 1, count: 2 })], 60000)).toBe(
    'reading,device=d0/flood/L level_m.sum=1.5,level_m.min=0.5,level_m.max=1,level_m.count=2i 60000000000',
  )
  expect(markLine({ hour: 3_600_000, device: null, due: true })).toBe('due due=true 3600000000000')
  expect(markLine({ hour: 3_600_000, device: 'a b', due: false })).toBe('due,device=a\\ b due=false 3600000000000')
})

it('puts the values of one device and time on one line, each name once, and nothing else', () => {
  const rows = [row('a'), row('b', 3), row('a', 4), row('c', 5, 2), row('d', 6, 2, 'e'), row('own', 7, 2, 'e'), row('f', 8, 2, 'e')]
  expect(rawLines(rows, (metric) => (metric === 'own' ? 'reading.own' : 'reading'))).toEqual([
    'reading,device=d a=2,b=3 1000000',
    'reading,device=d a=4 1000000',
    'reading,device=d c=5 2000000',
    'reading,device=e d=6 2000000',
    'reading.own,device=e own=7 2000000',
    'reading,device=e f=8 2000000',
  ])
  const many = Array.from({ length: 1000 }, (_, i) => row(`depth_m[${i}]`))
  const lines = rawLines(many, one)
  expect(lines.length).toBe(16)
  expect(lines.join().match(/depth_m/g)?.length).toBe(1000)
})

it('writes numbers that come back as the same number', () => {
  for (const value of [1e-9, 5e-324, Number.MAX_VALUE, 1e21, -0.1])
    expect(Number(rawLines([row('m', value)], one)[0].split(/[= ]/)[3])).toBe(value)
})

it('escapes every name so that it stays one tag and one field on one line', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.string({ minLength: 1, unit: 'binary' }), (device, metric) => {
      const [line] = rawLines([row(metric, 2, 1, device)], one)
      expect(line).not.toMatch(/[\n\r]/)
      const parts = /^reading,device=((?:[^,= \\]|\\[,= ])+) ((?:[^,= \\]|\\[,= ])+)=2 1000000$/.exec(line)
      expect(parts).not.toBeNull()
      const [, tag, field] = parts ?? []
      expect(decodeName(tag.replace(/\\([,= ])/g, '$1'))).toBe(device)
      expect(decodeName(field.replace(/\\([,= ])/g, '$1'))).toBe(metric)
    }),
  )
})

it('encodes what neither line protocol nor a delete predicate can say', () => {
  expect(encodeName('#a\\b"c%d\ne')).toBe('%23a%5Cb%22c%25d%0Ae')
  expect(encodeName('雨量_mm')).toBe('雨量_mm')
  expect(encodeName('time')).toBe('%74ime')
  expect(decodeName(encodeName('time'))).toBe('time')
})

it('says in the last six digits how late a row became known, and begins a new line where that differs', () => {
  const rows = [row('a'), { ...row('b'), received: 9_999 }, { ...row('c'), received: 3_600_001 }, { ...row('d'), received: 1e15 }]
  expect(rawLines(rows, () => 'reading')).toEqual([
    'reading,device=d a=2,b=2 1000000',
    'reading,device=d c=2 1000360',
    'reading,device=d d=2 1999999',
  ])
})
