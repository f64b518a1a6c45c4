/** What the page of camera events reads, made up: two that wait, one that is an incident already; what was judged is gone. */
import type { DoubtList } from '../../gateway/wire/cameras-api.ts'
import type { PatrolList } from '../../gateway/wire/patrol-api.ts'

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

/** Two cameras: one goes round, and `taken` by somebody; of the other a preset is closed. */
export function createPatrols(taken: string | null, now: number): PatrolList {
  const preset = (id: string, zh: string, en: string) => ({ id, name: { zh, en } })
  const [gate, bins] = [preset('gate', '大门', 'Gate'), preset('bins', '垃圾房', 'Bin house')]
  return {
    now,
    cameras: [
      {
        device: 'd0/camera/C1',
        name: { zh: '一号摄像机', en: 'Camera one' },
        preset: taken === null ? gate : taken === 'bins' ? bins : gate,
        turning: false,
        until: now + 20_000,
        by: taken === null ? null : 'ana',
        reason: taken === null ? { zh: '大门：降雨中', en: 'Gate: rain' } : null,
        next: taken === null ? [{ preset: bins, from: now + 20_000, until: now + 50_000, why: [{ zh: '满溢', en: 'overflow' }] }] : [],
        presets: [
          { ...gate, why: null, seen: now - 60_000 },
          { ...bins, why: null, seen: null },
        ],
        doubts: ['d0/camera/C1 e1'],
      },
      {
        device: 'd0/camera/C2',
        name: { zh: '二号摄像机', en: 'Camera two' },
        preset: null,
        turning: false,
        until: now,
        by: null,
        reason: null,
        next: [],
        presets: [{ ...gate, why: { zh: '未声明该预置位的隐私遮挡', en: 'nobody has said what is masked there' }, seen: null }],
        doubts: [],
      },
    ],
  }
}
