import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'
import { createDueHours, type DueHours } from '../../gateway/store/influx-due.ts'

const row = (ts: number, device = 'a') => ({ device, metric: 'level_m', ts, value: 1 })
const closedAt = HOUR_MS + 10 * MINUTE_MS

function take(due: DueHours, now: number, ...rows: ReturnType<typeof row>[]) {
  const marks = due.missing(rows, now)
  due.commit(marks)
  return marks
}

describe('due hours', () => {
  it('marks an open hour once for all devices, a closed one for each that is late', () => {
    const due = createDueHours([])
    expect(take(due, 0, row(1), row(2, 'b'), row(HOUR_MS))).toEqual([
      { hour: 0, device: null, due: true },
      { hour: HOUR_MS, device: null, due: true },
    ])
    expect(take(due, closedAt, row(3, 'c'))).toEqual([])
    due.begin(0)
    due.end(0, true)
    expect(take(due, closedAt, row(3, 'c'), row(4, 'c'), row(5, 'd')).map((mark) => mark.device)).toEqual(['c', 'd'])
    expect(due.missing([row(6, 'c')], closedAt)).toEqual([])
  })

  it('marks the whole hour when very many devices are late', () => {
    const due = createDueHours([])
    for (let i = 0; i < 600; i++) take(due, closedAt, row(1, `n${i}`))
    expect(due.begin(0)).toBeNull()
    expect(due.finished(0).length).toBe(501)
  })

  it('computes an hour only when it has closed', () => {
    const due = createDueHours([{ hour: 0, device: null }])
    expect([due.closed(closedAt - 1), due.closed(closedAt)]).toEqual([[], [0]])
  })

  it('keeps what came while it was computed, and everything when that failed', () => {
    const due = createDueHours([
      { hour: 0, device: 'a' },
      { hour: 0, device: 'b' },
    ])
    expect(due.begin(0)).toEqual(['a', 'b'])
    take(due, closedAt, row(1, 'b'))
    expect(due.finished(0)).toEqual([{ hour: 0, device: 'a', due: false }])
    due.end(0, true)
    expect([due.stretches('a', 0, HOUR_MS), due.stretches('b', 0, HOUR_MS)]).toEqual([[], [{ from: 0, to: HOUR_MS }]])
    due.begin(0)
    due.end(0, false)
    expect(due.closed(closedAt)).toEqual([0])
  })

  it('answers near hours as one stretch, also while they are computed', () => {
    const hours = [0, 2, 50].map((hour) => ({ hour: hour * HOUR_MS, device: null }))
    const due = createDueHours(hours)
    due.begin(2 * HOUR_MS)
    expect(due.stretches('a', 0, 60 * HOUR_MS)).toEqual([
      { from: 0, to: 3 * HOUR_MS },
      { from: 50 * HOUR_MS, to: 51 * HOUR_MS },
    ])
    expect(due.stretches('a', 4 * HOUR_MS, 5 * HOUR_MS)).toEqual([])
    due.forgetBefore(HOUR_MS)
    expect(due.stretches('a', 0, HOUR_MS)).toEqual([])
  })
})
