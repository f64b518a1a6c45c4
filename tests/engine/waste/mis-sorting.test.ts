/** Mis-sorted waste at brain.step: reminders, quiet hours, the grid officer, and volunteers' points. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_WASTE } from '../../../engine/model/collection.ts'
import type { Command } from '../../../engine/model/command.ts'
import type { CrewEvent } from '../../../engine/model/observation.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, event, T0 } from '../../support/brain.ts'

const CAMERA = 'd0/camera/C1'
const HOUR = 3600
const DAY = 24 * HOUR
const seen = (seconds: number, id: string, more: Partial<Parameters<typeof event>[2]> = {}) =>
  event(CAMERA, seconds, { id, type: 'waste.mis_sorted', score: 0.9, subject: 'p:abc', ...more })

/** Local time is told outright. */
const brainAt = () => createBrain([], smallCity(), { localHour: (now) => ((now - T0) / 3_600_000) % 24 })
const notices = (commands: readonly Command[]) =>
  commands.flatMap(({ kind, ...fields }) => (kind === 'notice' && 'to' in fields ? [fields.to] : []))

describe('a person who sorts wrongly', () => {
  it('is reminded once a day, however often it is seen', () => {
    const brain = brainAt()
    expect(notices(brain.at(10 * HOUR, seen(10 * HOUR, 'a')).commands)).toEqual(['p:abc'])
    expect(notices(brain.at(11 * HOUR, seen(11 * HOUR, 'b')).commands)).toEqual([])
    expect(notices(brain.at(12 * HOUR).commands)).toEqual([])
    expect(notices(brain.at(DAY + 10 * HOUR).commands)).toEqual(['p:abc'])
    expect(notices(brain.at(2 * DAY + 11 * HOUR).commands)).toEqual([])
  })

  it('is left in peace at night, and reminded in the morning', () => {
    const brain = brainAt()
    expect(notices(brain.at(22 * HOUR, seen(22 * HOUR, 'a')).commands)).toEqual([])
    expect(notices(brain.at(DAY + 7.9 * HOUR).commands)).toEqual([])
    expect(notices(brain.at(DAY + 8.3 * HOUR).commands)).toEqual(['p:abc'])
  })

  it('is left in peace at the hours that the settings say, or at none', () => {
    const noticesAt = (quiet: { from_h: number; until_h: number }, hour: number): string[] => {
      const brain = createBrain([], smallCity(), {
        localHour: (now) => ((now - T0) / 3_600_000) % 24,
        waste: { ...DEFAULT_WASTE, quiet },
      })
      return notices(brain.at(hour * HOUR, seen(hour * HOUR, 'a')).commands)
    }
    expect(noticesAt({ from_h: 12, until_h: 14 }, 13)).toEqual([])
    expect(noticesAt({ from_h: 12, until_h: 14 }, 22)).toEqual(['p:abc'])
    expect(noticesAt({ from_h: 0, until_h: 0 }, 3)).toEqual(['p:abc'])
  })

  it('becomes the grid officer’s when reminders do not help, once', () => {
    const brain = brainAt()
    const days = [0, 1, 2, 3].map((day) => notices(brain.at(day * DAY + 10 * HOUR, seen(day * DAY + 10 * HOUR, `e${day}`)).commands))
    const officer =
      smallCity().grids.find(({ code }) => code === smallCity().devices.find(({ id }) => id === 'C1')?.grid)?.officer.id ?? 'operator'
    expect(days).toEqual([['p:abc'], ['p:abc'], ['p:abc', officer], ['p:abc']])
  })

  it('is not reminded of what the detector is not sure of, of the same event twice, or without a subject', () => {
    const brain = brainAt()
    expect(notices(brain.at(10 * HOUR, seen(10 * HOUR, 'a', { score: 0.7 }), seen(10 * HOUR, 'b', { subject: null })).commands)).toEqual([])
    brain.at(11 * HOUR, seen(11 * HOUR, 'c'))
    brain.at(12 * HOUR, seen(12 * HOUR, 'c', { stage: 'update' }))
    expect(notices(brain.at(2 * DAY + 12 * HOUR).commands)).toEqual([])
  })

  it('is forgotten after a month', () => {
    const brain = brainAt()
    brain.at(10 * HOUR, seen(10 * HOUR, 'a'))
    brain.at(32 * DAY)
    expect(brain.state.waste.sorting.subjects.size).toBe(0)
  })
})

it('counts a volunteer’s half-hours on duty, and a shift that began twice once', () => {
  const city = smallCity()
  const [first, ...others] = city.crews
  const brain = createBrain([], { ...city, crews: [{ ...first, volunteer: { within_m: 500 } }, ...others] })
  const crew = `${first.district}/crew/${first.id}`
  const press = (seconds: number, id: string, type: CrewEvent['type']): CrewEvent => ({
    kind: 'crew',
    device: crew,
    ts: T0 + seconds * 1000,
    id,
    type,
    task: null,
    note: null,
    photo: null,
  })
  brain.at(0, press(0, 'a', 'shift.start'))
  brain.at(HOUR, press(HOUR, 'b', 'shift.start'))
  brain.at(2.7 * HOUR, press(2.7 * HOUR, 'c', 'shift.end'))
  brain.at(3 * HOUR, press(3 * HOUR, 'd', 'shift.end'))
  expect(brain.state.waste.duty.get(crew)).toEqual({ points: 5, since: null })
})
