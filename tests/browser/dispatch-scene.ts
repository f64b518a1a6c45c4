/** What the dispatch page reads, made up: four crews, one of them late, a task that nobody can take, grids near and far. */
import type { City } from '../../engine/model/city.ts'
import type { Coverage, DispatchBoard } from '../../gateway/wire/dispatch-api.ts'

const MINUTE = 60_000

const STATUSES = ['onsite', 'enroute', 'idle', 'off'] as const

export function createBoard({ crews }: City, now: number): DispatchBoard {
  const job = (
    i: number,
    began_min: number,
    onsite_min: number | null,
    ended_min: number | null,
  ): DispatchBoard['crews'][number]['jobs'][number] => ({
    task: `T-${i}-${began_min}`,
    incident: `i-${i + 1}`,
    title: { zh: '路面积水', en: 'Water on the road' },
    priority: (i % 3) + 1,
    status: ended_min !== null ? 'done' : onsite_min !== null ? 'onsite' : 'enroute',
    offered: now - began_min * MINUTE,
    onsite: onsite_min === null ? null : now - onsite_min * MINUTE,
    eta: onsite_min === null ? now + 12 * MINUTE : null,
    ended: ended_min === null ? null : now - ended_min * MINUTE,
    due: now - (began_min - 40) * MINUTE,
  })
  return {
    now,
    crews: crews.map(({ id, name, district, skills }, i) => ({
      id: `${district}/crew/${id}`,
      name,
      district,
      status: STATUSES[i % STATUSES.length],
      skills: [...skills],
      jobs: i % 4 === 3 ? [] : [job(i, 200, 180, 150), job(i, i % 4 === 1 ? 20 : 60, i % 4 === 1 ? null : 30, i % 4 === 2 ? 5 : null)],
    })),
    waiting: [
      {
        task: 'T-9',
        incident: 'i-2',
        title: { zh: '垃圾满溢', en: 'Bin overflowing' },
        where: { zh: '中山路', en: 'Zhongshan Road' },
        priority: 2,
        created: now - 25 * MINUTE,
        due: now + 35 * MINUTE,
        why: { zh: '等待中：合适的班组都在忙（collect）。', en: 'Waiting: suitable crews are busy (collect).' },
      },
    ],
    response: [
      { priority: 1, arrived: 7, median_min: 9.5, p90_min: 18.2, in_time: 0.86, counts: [1, 3, 2, 1, 0, 0, 0, 0], open: 1, oldest_min: 6 },
      { priority: 2, arrived: 12, median_min: 16.1, p90_min: 41, in_time: 0.75, counts: [0, 2, 3, 3, 2, 1, 1, 0], open: 2, oldest_min: 25 },
      {
        priority: 3,
        arrived: 0,
        median_min: null,
        p90_min: null,
        in_time: null,
        counts: [0, 0, 0, 0, 0, 0, 0, 0],
        open: 0,
        oldest_min: null,
      },
    ],
    response_classes_min: [5, 10, 15, 20, 30, 45, 60],
  }
}

export function createCoverage({ grids, crews }: City, now: number, skill: string | null): Coverage {
  const skills = [...new Set(crews.flatMap((crew) => crew.skills))].sort()
  const minutes = grids.map((_, i) => (i % 5 === 4 ? null : 3 + 4 * (i % 4)))
  const share = (min: number): number => minutes.filter((value) => value !== null && value <= min).length / Math.max(1, grids.length)
  return {
    now,
    skill,
    skills,
    crews: skill === skills[0] ? 0 : 2,
    grids: grids.map(({ code }, i) => ({ code, minutes: minutes[i], crew: minutes[i] === null ? null : `d0/crew/${crews[0].id}` })),
    within: [5, 10, 15].map((min) => ({ min, share: share(min) })),
  }
}
