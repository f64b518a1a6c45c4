import { expect, it } from 'vitest'
import { responseTimes } from '../../../engine/kpi/response.ts'
import type { Task, TaskStatus } from '../../../engine/model/incident.ts'

const MINUTE = 60_000
const NOW = 1_767_225_600_000

/** Made so many minutes ago; on site after so many, or not yet. */
const task = (made_min: number, after_min: number | null, priority: Task['priority'], due_min = 15): Task => {
  const created = NOW - made_min * MINUTE
  const status: TaskStatus = after_min === null ? 'enroute' : 'done'
  return {
    id: `T${made_min}`,
    incident: 'I',
    kind: 'road.accident',
    title: { zh: '', en: '' },
    at: [0, 0],
    district: 'd0',
    where: { zh: '', en: '' },
    skill: 'traffic',
    kit: [],
    priority,
    service_s: 60,
    due: created + due_min * MINUTE,
    status,
    created,
    updated: NOW,
    crew: 'c',
    eta: null,
    route: [],
    reason: null,
    refused_by: [],
    times: after_min === null ? {} : { onsite: created + after_min * MINUTE },
  }
}

it('counts by priority who was there how soon, and who still waits', () => {
  const tasks = [task(100, 4, 1), task(90, 12, 1), task(80, 16, 1), task(50, 70, 2, 80), task(9, null, 1), task(3, null, 1)]
  const [first, second, third] = responseTimes(tasks, () => true, NOW)
  expect(first).toEqual({
    priority: 1,
    arrived: 3,
    median_min: 12,
    p90_min: 16,
    in_time: 2 / 3,
    counts: [1, 0, 1, 1, 0, 0, 0, 0],
    open: 2,
    oldest_min: 9,
  })
  expect(second).toMatchObject({ arrived: 1, in_time: 1, counts: [0, 0, 0, 0, 0, 0, 0, 1], open: 0, oldest_min: null })
  expect(third).toMatchObject({ arrived: 0, median_min: null, p90_min: null, in_time: null })
  expect(responseTimes(tasks, () => false, NOW).every(({ arrived, open }) => arrived + open === 0)).toBe(true)
})
