/** Cameras that go round, at `brain.step`. */
import { describe, expect, it } from 'vitest'
import type { CameraTerms, ImpactAssessment } from '../../../../engine/model/cameras.ts'
import type { City } from '../../../../engine/model/city.ts'
import type { Command } from '../../../../engine/model/command.ts'
import type { Observation, OperatorOrder } from '../../../../engine/model/observation.ts'
import { presetNow } from '../../../../engine/view.ts'
import { smallCity } from '../../../fixtures/small-city.ts'
import { createBrain, event, factsOf, reading, T0 } from '../../../support/brain.ts'

const C1 = 'd0/camera/C1'
const C2 = 'd0/camera/C2'
const small = smallCity()
const [low_point] = small.low_points
const bin = small.devices.find(({ kind }) => kind === 'bin') ?? small.devices[0]
const KINDS = ['road.flooded', 'road.accident', 'street.stall', 'waste.overflow']

interface Options {
  readonly camera?: Partial<CameraTerms>
  readonly assessment?: Partial<ImpactAssessment>
}

/** C1 can look at the first low point, at a bin, and at the sky, of which nobody has said what is masked. */
function turningCity({ camera = {}, assessment = {} }: Options = {}): City {
  const terms: CameraTerms = {
    impact_assessment: 'DPIA-7',
    retention_days: 30,
    masks: [],
    presets: [
      { id: 'water', at: low_point.at, places: [low_point.id], masks: [], kinds: ['road.flooded', 'road.accident'] },
      { id: 'bin', at: bin.at, places: [`d0/waste/${bin.id}`], masks: [], kinds: ['waste.overflow', 'street.stall'] },
      { id: 'sky', at: low_point.at },
    ],
    patrol: { home: null, move_s: 5, dwell_s: 25, revisit_min: 30 },
    ...camera,
  }
  return {
    ...small,
    assessments: [{ id: 'DPIA-7', kinds: KINDS, hours: null, cameras: [], districts: ['d0'], ...assessment }],
    devices: small.devices.map((device) => (device.id === 'C1' ? { ...device, camera: terms } : device)),
  }
}

const online: Observation = { kind: 'presence', device: C1, ts: T0, online: true, battery_pct: null, rssi_dbm: null, fw: null }
const order = (s: number, act: OperatorOrder): Observation => ({ kind: 'operator', ts: T0 + s * 1000, id: `o${s}`, by: 'ana', act })
const ack = (s: number, command: Command, status: 'done' | 'rejected' = 'done'): Observation => ({
  kind: 'ack',
  device: C1,
  ts: T0 + s * 1000,
  command: command.id,
  status,
  reason: null,
})
const turns = (commands: readonly Command[]) => commands.flatMap((command) => (command.kind === 'camera.preset' ? [command] : []))

/** Second by second; the camera answers each command in the step after it, unless told otherwise. */
function play(
  brain: ReturnType<typeof createBrain>,
  from: number,
  until: number,
  answer: 'done' | 'rejected' | null = 'done',
  more: Readonly<Record<number, Observation[]>> = {},
) {
  const sent: Command[] = []
  const looks = []
  const seen: (string | null)[] = []
  const reasons = new Set<string>()
  let waiting: Command[] = []
  for (let s = from; s <= until; s++) {
    const acks = answer === null ? [] : waiting.map((command) => ack(s, command, answer))
    const { commands, facts } = brain.at(s, ...(s === from ? [online] : []), ...acks, ...(more[s] ?? []))
    waiting = turns(commands)
    sent.push(...waiting)
    looks.push(...factsOf(facts, 'look'))
    seen.push(presetNow(brain.state, C1))
    reasons.add(brain.state.camera.patrol.cameras.get(C1)?.reason?.text ?? '')
  }
  return { sent: turns(sent), looks, seen, reasons: [...reasons] }
}

describe('patrol', () => {
  it('turns the camera with commands that expire, and says why and where it would look otherwise', () => {
    const brain = createBrain([], turningCity())
    const { sent, seen } = play(brain, 1, 600)
    expect(new Set(sent.map(({ preset }) => preset))).toEqual(new Set(['water', 'bin']))
    for (const command of sent) {
      expect(command.device).toBe(C1)
      expect(command.expires - command.ts).toBeGreaterThanOrEqual(25_000)
      expect(command.expires - command.ts).toBeLessThanOrEqual(70_000)
      expect(command.reason).toMatchObject({
        policy: 'camera.patrol',
        text: expect.stringContaining('runner-up'),
        text_zh: expect.stringContaining('次选'),
      })
    }
    expect(new Set(seen)).toEqual(new Set([null, 'water', 'bin']))
    expect(brain.state.camera.patrol.cameras.get(C1)?.next.length).toBeGreaterThan(2)
  })

  it('looks where somebody is not sure, and the audit trail has it', () => {
    // The same until the doubt arises: then the camera looks elsewhere.
    const quiet = play(createBrain([], turningCity()), 1, 400)
    expect(quiet.looks).toEqual([])
    const from = 241 + quiet.seen.slice(240).indexOf('bin')
    const doubt = (s: number): Observation => event(C2, s, { id: 'e7', type: 'road.flooded', at: low_point.at, score: 0.5 })
    const doubtful = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [from + i, [doubt(from + i)]]))
    const brain = createBrain([], turningCity())
    const { looks, reasons } = play(brain, 1, from + 120, 'done', doubtful)
    expect(reasons.some((text) => /^water: doubtful \(.. %\): water on the road/.test(text))).toBe(true)
    expect(looks[0]).toMatchObject({ device: C1, preset: 'water', by: 'policy:camera.patrol', events: [`${C2} e7`] })
    expect(brain.state.camera.patrol.places.has(`doubt ${C2} e7`)).toBe(true)
  })

  it('looks at low points oftener in the rain, and leaves no preset alone for longer than agreed', () => {
    const share = (rain_mm_h: number): { readonly water: number; readonly gap_s: number } => {
      const brain = createBrain([], turningCity({ camera: { patrol: { home: null, move_s: 5, dwell_s: 25, revisit_min: 4 } } }))
      const rain = Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [i * 60 + 1, [reading('d0/flood/R1', i * 60 + 1, { rain_mm_h }), online]]),
      )
      let water = 0
      let last = 0
      let gap_s = 0
      for (let s = 1; s <= 3600; s++) {
        play(brain, s, s, null, {
          [s]: [
            ...(rain[s] ?? []),
            ...[...brain.state.act.issued.values()].filter(({ status }) => status === 'issued').map(({ command }) => ack(s, command)),
          ],
        })
        const at = presetNow(brain.state, C1)
        if (at === 'water') water++
        if (at === 'bin') last = s
        else gap_s = Math.max(gap_s, s - last)
      }
      return { water, gap_s }
    }
    const [dry, wet] = [share(0), share(30)]
    expect(wet.water).toBeGreaterThan(dry.water)
    expect(wet.gap_s).toBeLessThanOrEqual(4 * 60 + 40)
  })

  it('never looks where nobody has said what is masked, nor without purposes; at the end of its hours it goes home', () => {
    const none = createBrain([], turningCity({ assessment: { kinds: null } }))
    expect(play(none, 1, 120).sent).toEqual([])
    const other = createBrain([], turningCity({ assessment: { kinds: ['fire.smoke'] } }))
    expect(play(other, 1, 120).sent).toEqual([])
    // Eight in the morning in the small city; two minutes are left.
    const closing = turningCity({
      assessment: { hours: [{ from_h: 7, until_h: 8 + 2 / 60 }] },
      camera: { patrol: { home: 'bin', move_s: 5, dwell_s: 25, revisit_min: 30 } },
    })
    const { sent } = play(createBrain([], closing), 1, 400)
    expect(sent.filter(({ expires, preset }) => preset === 'water' && expires > T0 + 120_000)).toEqual([])
    expect(sent.at(-1)).toMatchObject({ preset: 'bin', reason: { text: expect.stringContaining('it may look nowhere now') } })
    expect(sent.map(({ preset }) => preset)).not.toContain('sky')
  })

  it('leaves a camera to the person who takes it over, and goes on when it is handed back', () => {
    const brain = createBrain([], turningCity())
    const look: OperatorOrder = { type: 'command', device: C1, command: 'camera.preset', fields: { preset: 'bin' }, hold_s: 300 }
    const taken = play(brain, 1, 200, 'done', { 60: [order(60, look)], 150: [order(150, { type: 'command.release', device: C1 })] })
    const byHand = taken.sent.filter(({ reason }) => reason.policy === 'operator')
    expect(byHand).toMatchObject([{ preset: 'bin', ts: T0 + 60_000, expires: T0 + 360_000 }])
    expect(taken.sent.filter(({ ts }) => ts > T0 + 60_000 && ts < T0 + 150_000)).toEqual([])
    expect(taken.sent.filter(({ ts }) => ts >= T0 + 150_000).length).toBeGreaterThan(0)
    expect(brain.state.camera.patrol.cameras.get(C1)?.by).toBeNull()
    const forbidden = brain.at(201, order(201, { ...look, fields: { preset: 'sky' } }))
    expect(factsOf(forbidden.facts, 'operator')).toMatchObject([{ done: false, why: expect.stringContaining('masked') }])
  })

  it('counts nothing that a camera did not obey, and asks it for something else', () => {
    for (const answer of ['rejected', null] as const) {
      const brain = createBrain([], turningCity())
      const { sent } = play(brain, 1, 150, answer)
      expect(new Set(sent.map(({ preset }) => preset))).toEqual(new Set(['water', 'bin']))
      expect(brain.state.camera.patrol.places.size).toBe(0)
      expect(presetNow(brain.state, C1)).toBeNull()
    }
  })

  it('learns from what it finds how often something happens at a place', () => {
    const brain = createBrain([], turningCity())
    const { seen } = play(brain, 1, 120)
    const other = createBrain([], turningCity())
    const s = 2 + seen.indexOf('water')
    play(other, 1, 200, 'done', { [s]: [event(C1, s, { type: 'road.accident', at: low_point.at, score: 0.95 })] })
    const watched = [...other.state.camera.patrol.places].filter(([key]) => key.endsWith('road.accident'))
    expect(watched.some(([, { found: n }]) => n > 0)).toBe(true)
  })
})
