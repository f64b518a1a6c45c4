/**
 * What a report is about, from the code or the words of the system that took it. Codes and time limits differ by city and change: they are rows with dates, and the words of a
 * report go before a code that nobody listed.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { Bilingual } from '../../engine/model/bilingual.ts'

export type CaseCategory = 'flood' | 'waste' | 'traffic' | 'road' | 'lighting' | 'drainage' | 'order'

export interface CaseCode {
  /** Major and minor number of CJ/T 214 and GB/T 30428.2 events. */
  readonly code: string
  readonly name: Bilingual
  readonly category: CaseCategory | null
  /** In force from and until; null is open. */
  readonly from: EpochMs | null
  readonly until: EpochMs | null
}

const code = (number: string, zh: string, en: string, category: CaseCategory | null): CaseCode => ({
  code: number,
  name: { zh, en },
  category,
  from: null,
  until: null,
})

/** Event codes as restated publicly (the standard's own text is not free); 0105 and 0106 differ by city and are left to the words. */
export const EVENT_CODES: readonly CaseCode[] = [
  code('0101', '私搭乱建', 'Unlicensed building', 'order'),
  code('0102', '暴露垃圾', 'Exposed rubbish', 'waste'),
  code('0103', '积存垃圾渣土', 'Heaps of rubbish or rubble', 'waste'),
  code('0104', '道路不洁', 'Dirty or flooded road', 'road'),
]

/** First match counts: a flooded road is flood before it is road. */
const WORDS: readonly (readonly [CaseCategory, RegExp])[] = [
  ['flood', /积水|内涝|水浸|淹水|被淹|flood|waterlogg|standing water/i],
  ['waste', /垃圾|渣土|满溢|厨余|rubbish|garbage|trash|waste|litter/i],
  ['drainage', /井盖|下水道|污水|排水|manhole|sewer|drain/i],
  ['lighting', /路灯|照明|street ?light/i],
  ['traffic', /信号灯|红绿灯|拥堵|堵车|违停|违章停车|交通事故|traffic|parking|congestion/i],
  ['road', /路面|坑洼|塌陷|破损|pothole|pavement/i],
  ['order', /占道|噪音|噪声|违建|noise|stall/i],
]

export const categoryOfWords = (texts: readonly (string | null)[]): CaseCategory | null => {
  for (const text of texts) {
    const found = text === null ? undefined : WORDS.find(([, pattern]) => pattern.test(text))
    if (found !== undefined) return found[0]
  }
  return null
}

export const categoryOfCode = (codes: readonly CaseCode[], wanted: string, at: EpochMs): CaseCategory | null =>
  codes.find((one) => one.code === wanted && (one.from === null || one.from <= at) && (one.until === null || at < one.until))?.category ??
  null
