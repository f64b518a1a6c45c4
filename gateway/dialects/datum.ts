/** What messages call the datum of their coordinates. */
import type { Datum } from '../../engine/base/datum.ts'

const NAMES: Readonly<Record<string, Datum>> = {
  WGS84: 'wgs84',
  'EPSG:4326': 'wgs84',
  '4326': 'wgs84',
  GCJ02: 'gcj02',
  GCJ: 'gcj02',
  AMAP: 'gcj02',
  高德: 'gcj02',
  BD09: 'bd09',
  BD09LL: 'bd09',
  百度: 'bd09',
  CGCS2000: 'cgcs2000',
  'EPSG:4490': 'cgcs2000',
  '4490': 'cgcs2000',
}

/** Null: a name that nobody knows, whose coordinates mean nothing. */
export const datumOf = (name: string | null): Datum | null => NAMES[(name ?? 'WGS84').toUpperCase().replace(/[\s_-]/g, '')] ?? null
