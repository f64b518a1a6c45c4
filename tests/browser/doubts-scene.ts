/** What the page of camera events reads, made up: two that wait, one that is an incident already; what was judged is gone. */
import type { DoubtList } from '../../gateway/wire/cameras-api.ts'

export function createDoubts(judged: readonly string[], now: number): DoubtList {
  const one = (id: string, zh: string, en: string, raised: boolean): DoubtList['doubts'][number] => ({
    key: `d0/camera/C1 ${id}`,
    device: 'd0/camera/C1',
    type: 'road.flooded',
    title: { zh, en },
    opened: now - 60_000,
    ts: now - 20_000,
    at: [120.15, 30.27],
    score: raised ? 0.8 : 0.5,
    threshold: 0.6,
    precision: 0.8,
    probability: 0.42,
    evidence: [
      { from: 'camera', source: 'd0/camera/C1', said: 'road.flooded score 0.50', log_odds: 0.46 },
      { from: 'sensor', source: 'd0/flood/G1', said: 'level_m 0', log_odds: -2.2 },
    ],
    still: true,
    raised,
    labels: 1,
    verdict: judged.some((body) => body.includes(`"d0/camera/C1 ${id}"`)) ? true : null,
  })
  return {
    doubts: [
      one('e1', '道路积水', 'Water on the road', false),
      one('e2', '占道经营', 'Street stall', false),
      one('e3', '烟火', 'Smoke or fire', true),
    ],
  }
}
