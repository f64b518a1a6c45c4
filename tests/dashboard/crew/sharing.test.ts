import { describe, expect, it } from 'vitest'
import type { OwnPlace } from '../../../dashboard/crew/place.ts'
import { isWorthTelling } from '../../../dashboard/crew/sharing.ts'

const HERE: OwnPlace = { at: [120.15, 30.27], accuracy_m: 10, speed_mps: null, heading_deg: null, ts: 1_767_225_600_000 }
/** So many metres north and seconds later. */
const later = (north_m: number, s: number, accuracy_m = 10): OwnPlace => ({
  ...HERE,
  at: [HERE.at[0], HERE.at[1] + north_m / 111_195],
  accuracy_m,
  ts: HERE.ts + 1000 * s,
})

describe('a place is told', () => {
  it('first, when it has moved, and now and then to say that the phone is there', () => {
    expect(isWorthTelling(null, HERE)).toBe(true)
    expect(isWorthTelling(HERE, later(100, 9))).toBe(false)
    expect(isWorthTelling(HERE, later(26, 10))).toBe(true)
    expect(isWorthTelling(HERE, later(24, 10))).toBe(false)
    expect(isWorthTelling(HERE, later(0, 119))).toBe(false)
    expect(isWorthTelling(HERE, later(0, 120))).toBe(true)
  })

  it('never when the phone itself does not know', () => {
    expect(isWorthTelling(null, later(0, 0, 151))).toBe(false)
    expect(isWorthTelling(HERE, later(500, 600, 1000))).toBe(false)
  })
})
