/** Why a round is driven or not, beside what speaks for the other. */
import type { Bilingual } from '../../model/bilingual.ts'
import type { FillForecast } from '../../model/fill.ts'
import type { Reason } from '../../model/incident.ts'
import type { RoundDecision } from '../../model/round.ts'
import { WAIT_SHARE } from './plan-round.ts'

/** Bins that the decision rests on most are named. */
const NAMED = 3

export type RoundFigures = Omit<RoundDecision, 'ts' | 'by' | 'reason' | 'skipped'>

/** @param considered the forecasts of the bins that could be chosen */
export function roundReason(figures: RoundFigures, considered: readonly FillForecast[]): Reason {
  const { zh, en } = sentence(figures)
  const { spared_s, cost_s } = figures
  return {
    policy: 'waste.round',
    text: en,
    text_zh: zh,
    evidence: [
      `spared_s=${Math.round(spared_s)} cost_s=${Math.round(cost_s)} wait_share=${WAIT_SHARE.toFixed(3)}`,
      ...[...considered]
        .sort((a, b) => b.urgent_s - a.urgent_s || (a.bin < b.bin ? -1 : 1))
        .slice(0, NAMED)
        .map(({ bin, level_pct, p_overflow_24h, issued }) => `${bin} level_pct=${level_pct} p_overflow_24h=${p_overflow_24h} at ${issued}`),
    ],
  }
}

function sentence({ outcome, lorries, bins, chosen, spared_s, cost_s, overflows, km }: RoundFigures): Bilingual {
  const [spared, cost, bar] = [minutes(spared_s), minutes(cost_s), minutes(WAIT_SHARE * cost_s)]
  const n = overflows.toFixed(1)
  switch (outcome) {
    case 'drive':
      return {
        zh: `出车：${lorries} 辆车清运 ${chosen} 个桶，${km.toFixed(1)} 公里、行驶 ${cost} 分钟，预计避免 ${n} 次满溢（折合 ${spared} 分钟）；低于 ${bar} 分钟则等待下次`,
        en: `Drive: ${chosen} bins with ${lorries} ${lorries === 1 ? 'lorry' : 'lorries'} in ${km.toFixed(1)} km, ${cost} min of driving, spare ${n} expected overflows, worth ${spared} min of a lorry; below ${bar} it would wait for the next round`,
      }
    case 'wait':
      return {
        zh: `等待：现在出车需行驶 ${cost} 分钟，只能避免 ${n} 次满溢（折合 ${spared} 分钟），达到 ${bar} 分钟才出车`,
        en: `Wait: a round now would cost ${cost} min of driving and spare ${n} expected overflows, worth ${spared} min of a lorry; it is driven from ${bar}`,
      }
    case 'nothing':
      return { zh: `无需出车：${bins} 个桶均不值得清运`, en: `Nothing to collect: none of ${bins} bins is worth a visit` }
    case 'no_lorry':
      return { zh: '未能安排：没有当班且空闲的清运车辆', en: 'Not planned: no lorry on duty is without a round' }
    case 'failed':
      return { zh: '未能安排：路线计算失败', en: 'Not planned: the solver could not answer' }
  }
}

const minutes = (seconds: number): string => (seconds / 60).toFixed(0)
