import fc from 'fast-check'
import { expect, it } from 'vitest'
import { offCity_m, toWgs84, wgs84ToGcj02 } from '../../../engine/base/datum.ts'
import { distance_m, type LonLat } from '../../../engine/base/geo.ts'

/** Points of the test of eviltransform (github.com/googollee/eviltransform), WGS84 and GCJ-02. */
const KNOWN: readonly (readonly [LonLat, LonLat])[] = [
  [
    [121.5272106, 31.1774276],
    [121.531541859215, 31.17530398364597],
  ],
  [
    [113.912316, 22.543847],
    [113.9171764808363, 22.540796131694766],
  ],
  [
    [116.377817, 39.911954],
    [116.38404722455657, 39.91334545536069],
  ],
]

it('agrees with the published points to a centimetre, both ways', () => {
  for (const [wgs, gcj] of KNOWN) {
    expect(distance_m(wgs84ToGcj02(wgs), gcj)).toBeLessThan(0.01)
    expect(distance_m(toWgs84(gcj, 'gcj02'), wgs)).toBeLessThan(0.01)
  }
})

it('takes the shift back to a millimetre anywhere in China', () => {
  const place = fc.tuple(fc.double({ min: 74, max: 134, noNaN: true }), fc.double({ min: 18.5, max: 53, noNaN: true }))
  fc.assert(fc.property(place, (at) => distance_m(toWgs84(wgs84ToGcj02(at), 'gcj02'), at) < 0.001))
})

it('turns BD-09 back by its published formula', () => {
  const [wgs, [x, y]] = KNOWN[0]
  const turn = (Math.PI * 3000) / 180
  const z = Math.hypot(x, y) + 0.000_02 * Math.sin(y * turn)
  const theta = Math.atan2(y, x) + 0.000_003 * Math.cos(x * turn)
  expect(distance_m(toWgs84([z * Math.cos(theta) + 0.0065, z * Math.sin(theta) + 0.006], 'bd09'), wgs)).toBeLessThan(1)
})

it('leaves CGCS2000, WGS84 and places outside China as they are', () => {
  expect(toWgs84([120.1, 30.2], 'cgcs2000')).toEqual([120.1, 30.2])
  expect(toWgs84([120.1, 30.2], 'wgs84')).toEqual([120.1, 30.2])
  expect(toWgs84([-3.19, 55.95], 'gcj02')).toEqual([-3.19, 55.95])
})

it('says how far outside the city a place is', () => {
  const bounds = [120, 30, 121, 31] as const
  expect(offCity_m([120.5, 30.5], bounds)).toBe(0)
  expect(offCity_m([30.5, 120.5], bounds)).toBeGreaterThan(1_000_000)
})
