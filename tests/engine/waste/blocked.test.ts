/** Bins that cannot be believed, at brain.step: blocked, tilted, on fire. */
import { expect, it } from 'vitest'
import { loadRules, SHIPPED_RULES } from '../../../config/rules.ts'
import { distance_m } from '../../../engine/base/geo.ts'
import { DEFAULT_RUN_CARDS } from '../../../engine/model/run-cards.ts'
import { bins } from '../../../engine/round-view.ts'
import { incidents } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, reading, T0 } from '../../support/brain.ts'
import { createAnswers } from '../../support/solver.ts'

const BIN = 'd0/waste/B1'
const CREW = 'd0/crew/crew-2'
const MINUTE = 60
const HOUR = 3600
const city = smallCity()
const answers = createAnswers(city)
const { rules, problems } = await loadRules(SHIPPED_RULES)
if (problems.length > 0) throw new Error(problems[0].message)

type Brain = ReturnType<typeof createBrain>
/** Every step's requests answered in the next, as the running city does. */
function running() {
  const brain = createBrain(rules, city)
  let waiting: ReturnType<Brain['at']>['requests'] = []
  const at = (seconds: number, ...observations: Parameters<Brain['at']>[1][]) => {
    const outcome = brain.at(seconds, ...answers(waiting, T0 + seconds * 1000), ...observations)
    waiting = outcome.requests
    return outcome
  }
  const raised = (name: string) => [...incidents(brain.state)].filter((one) => one.class === name)
  const bin = (key = BIN) => [...bins(brain.state)].find((one) => one.bin === key)
  return { brain, at, raised, bin }
}
type Running = ReturnType<typeof running>

const fill = (seconds: number, fill_pct: number, key = BIN) => reading(key, seconds, { fill_pct })

/** A full bin, and a crew that says soon after that it has emptied it. */
function collected(): { run: Running; done: number } {
  const run = running()
  for (let m = 0; m <= 10; m += 5) run.at(m * MINUTE, fill(m * MINUTE, 96))
  let s = 10 * MINUTE + 1
  const press = (type: 'task.accepted' | 'task.onsite' | 'task.done') => {
    s += 10
    const [task] = run.raised('waste.overflow')[0].tasks
    run.at(s, { kind: 'crew', device: CREW, ts: T0 + s * 1000, id: type, type, task, note: null, photo: null })
  }
  // The solver's answer is the offer.
  run.at(s)
  press('task.accepted')
  press('task.onsite')
  press('task.done')
  expect([...run.brain.state.dispatch.ended.values()].map(({ task }) => task.status)).toEqual(['done'])
  return { run, done: s }
}

it('asks for a look where the level stays high after a crew was done, and takes it back when it falls', () => {
  const { run, done } = collected()
  run.at(done + 10 * MINUTE, fill(done + 10 * MINUTE, 97))
  run.at(done + 20 * MINUTE, fill(done + 20 * MINUTE, 96))
  expect(run.bin()?.blocked).toBeNull()
  run.at(done + 30 * MINUTE, fill(done + 30 * MINUTE, 96))
  expect(run.bin()).toMatchObject({ blocked: { why: 'collected', since: T0 + done * 1000 }, forecast: null })
  const [incident] = run.raised('waste.blocked')
  expect(incident).toMatchObject({ severity: 'watch', active: true, devices: [BIN] })
  expect(incident.reason).toEqual({
    policy: 'waste.blocked',
    text: 'Fill 96 % still 0.5 h after a crew reported it done: lid blocked, sensor covered or not emptied',
    text_zh: '班组报告完成 0.5 小时后满溢度仍为 96%：桶盖受阻、传感器被遮挡或未清空',
    evidence: [`${BIN} fill_pct=96 at ${T0 + done * 1000}`, `${BIN} fill_pct=96 at ${T0 + (done + 30 * MINUTE) * 1000}`],
  })
  const later = done + 40 * MINUTE
  run.at(later, fill(later, 90))
  expect(run.bin()?.blocked).not.toBeNull()
  run.at(later + MINUTE, fill(later + MINUTE, 8))
  expect(run.bin()?.blocked).toBeNull()
  expect(run.raised('waste.blocked').every(({ active }) => !active)).toBe(true)
  run.at(later + 2 * MINUTE, fill(later + 2 * MINUTE, 8))
  run.at(later + 3 * MINUTE)
  expect(run.bin()?.forecast).not.toBeNull()
})

it('says nothing where the sensor has seen the emptying', () => {
  const { run, done } = collected()
  for (let m = 10; m <= 120; m += 10) run.at(done + m * MINUTE, fill(done + m * MINUTE, 6))
  expect(run.bin()?.blocked).toBeNull()
  expect(run.raised('waste.blocked')).toEqual([])
})

it('asks for a look at a full bin in the middle of bins that were emptied, not at one that became full later', () => {
  const [first, ...others] = city.devices.filter(({ kind }) => kind === 'bin')
  // All bins at one corner: they are one round.
  const near = { ...city, devices: city.devices.map((device) => (device.kind === 'bin' ? { ...device, at: first.at } : device)) }
  expect(distance_m(first.at, others[0].at)).toBeGreaterThan(0)
  const blockedOf = (mine: (h: number) => number) => {
    const brain = createBrain([], near)
    for (let h = 0; h <= 6; h += 0.5) {
      const s = h * HOUR
      brain.at(s, fill(s, mine(h)), ...others.slice(0, 2).map(({ id }) => fill(s, h < 2 ? 70 : 5, `d0/waste/${id}`)))
    }
    return [...bins(brain.state)].find(({ bin }) => bin === BIN)?.blocked
  }
  expect(first.id).toBe('B1')
  expect(blockedOf(() => 85)).toMatchObject({ why: 'round' })
  expect(blockedOf((h) => (h < 2 ? 85 : 5))).toBeNull()
  expect(blockedOf((h) => (h < 3.5 ? 70 : 85))).toBeNull()
})

it('asks for a look where a bin stands still that by its own habit must have risen, and forgets what it learned there', () => {
  const brain = createBrain([], city)
  let s = 0
  let level = 0
  // Two weeks of 2 % an hour, emptied at 80 %.
  for (; s < 14 * 24 * HOUR; s += HOUR) {
    level = level >= 80 ? 2 : level + 2
    brain.at(s, fill(s, level))
  }
  const known = () => brain.state.waste.bins.get(BIN)?.track.slots.filter((amount) => amount !== -999).length ?? 0
  const before = known()
  const end = s + 60 * HOUR
  for (; s < end; s += HOUR) brain.at(s, fill(s, 70))
  const blocked = brain.state.waste.bins.get(BIN)?.blocked
  expect(blocked).toMatchObject({ why: 'still', level_pct: 70 })
  expect(blocked?.expected_pct).toBeGreaterThan(10)
  expect(known()).toBeLessThanOrEqual(before + 1)
  const [incident] = [...incidents(brain.state)].filter((one) => one.class === 'waste.blocked')
  expect(incident.reason.text).toMatch(
    /^Fill has stood at 70 % for \d+\.\d h in which its habit brings \d+ %: lid blocked or sensor covered$/,
  )
  brain.at(s, fill(s, 76))
  expect(brain.state.waste.bins.get(BIN)?.blocked).toBeNull()
})

it('leaves a bin alone that stands still as often as this one does', () => {
  const brain = createBrain([], city)
  // 1 % a day: two quiet days say nothing.
  for (let h = 0; h < 16 * 24; h++) brain.at(h * HOUR, fill(h * HOUR, Math.min(70, 56 + Math.floor(h / 24))))
  expect(brain.state.waste.bins.get(BIN)?.blocked).toBeNull()
})

it('does not believe the level of a bin that lies on its side, nor learn from it, until it stands again', () => {
  for (const [tilt, upright] of [
    [{ tilt_deg: 80 }, { tilt_deg: 2 }],
    [{ tilt: 1 }, { tilt: 0 }],
  ]) {
    const run = running()
    const rows = [0, 1, 2, 3].map((i) => i * 10 * MINUTE)
    for (const s of rows) run.at(s, reading(BIN, s, { fill_pct: 40, ...upright }))
    const track = () => JSON.stringify(run.brain.state.waste.bins.get(BIN)?.track)
    const before = track()
    let s = 40 * MINUTE
    for (; s <= 80 * MINUTE; s += 10 * MINUTE) run.at(s, reading(BIN, s, { fill_pct: 99, ...tilt }))
    expect(run.bin()).toMatchObject({ tilted: true, fill_pct: 40 })
    expect(track()).toBe(before)
    expect(run.raised('waste.overflow')).toEqual([])
    expect(run.raised('waste.tilt')).toMatchObject([{ active: true, devices: [BIN] }])
    run.at(s, reading(BIN, s, { fill_pct: 41, ...upright }))
    run.at(s + 1, reading(BIN, s + 1, { fill_pct: 41, ...upright }))
    expect(run.bin()).toMatchObject({ tilted: false, fill_pct: 41 })
    expect(run.raised('waste.tilt').every(({ active }) => !active)).toBe(true)
  }
})

it('tells a fire at once, also in a bin that lies on its side', () => {
  const run = running()
  run.at(0, reading(BIN, 0, { fill_pct: 40, temperature_c: 21, tilt_deg: 1 }))
  run.at(60, reading(BIN, 60, { fill_pct: 90, temperature_c: 95, tilt_deg: 70 }))
  expect(run.raised('waste.fire')).toMatchObject([{ severity: 'critical', active: true, devices: [BIN] }])
})

it('has cards with steps for what crews do there', () => {
  for (const name of ['waste.blocked', 'waste.tilt', 'waste.fire']) {
    expect(DEFAULT_RUN_CARDS.get(name)?.site.steps.length).toBeGreaterThan(3)
  }
})
