import { describe, expect, it } from 'vitest'
import type { Rule } from '../../../engine/model/rule.ts'
import { deviceView } from '../../../engine/view.ts'
import { createBrain, factsOf, reading, rule, T0 } from '../../support/brain.ts'

const GAUGE = 'd0/flood/G1'
const level = (seconds: number, level_m: number) => reading(GAUGE, seconds, { level_m })
const changes = (outcome: ReturnType<ReturnType<typeof createBrain>['at']>) =>
  factsOf(outcome.facts, 'rule').map(({ rule: id, raised }) => `${id} ${raised ? 'raised' : 'cleared'}`)

describe('raising and clearing', () => {
  it('raises at once without a duration and clears below the lower threshold only', () => {
    const brain = createBrain([rule()])
    expect(changes(brain.at(0, level(0, 0.31)))).toEqual(['wet raised'])
    expect(changes(brain.at(60, level(60, 0.25)))).toEqual([])
    expect(deviceView(brain.state, GAUGE)?.raised).toBe('warning')
    expect(changes(brain.at(120, level(120, 0.19)))).toEqual(['wet cleared'])
    expect(deviceView(brain.state, GAUGE)?.raised).toBeNull()
  })

  it('raises when the time has passed although nothing new came', () => {
    const brain = createBrain([rule({ for_s: 60 })])
    expect(changes(brain.at(0, level(0, 0.4)))).toEqual([])
    expect(changes(brain.at(59))).toEqual([])
    expect(changes(brain.at(60))).toEqual(['wet raised'])
  })

  it('starts anew when the condition was interrupted', () => {
    const brain = createBrain([rule({ for_s: 60 })])
    brain.at(0, level(0, 0.4))
    brain.at(30, level(30, 0.1))
    brain.at(50, level(50, 0.4))
    expect(changes(brain.at(60))).toEqual([])
    expect(changes(brain.at(110))).toEqual(['wet raised'])
  })

  it('waits for clear_for before it clears', () => {
    const brain = createBrain([rule({ clear_for_s: 120 })])
    brain.at(0, level(0, 0.4))
    expect(changes(brain.at(60, level(60, 0.1)))).toEqual([])
    expect(changes(brain.at(180, level(180, 0.1)))).toEqual(['wet cleared'])
  })

  it('concludes nothing from a silent device: pending is broken, raised stays raised', () => {
    const pending = createBrain([rule({ for_s: 600 })])
    pending.at(0, level(0, 0.4))
    pending.at(200)
    expect(changes(pending.at(600))).toEqual([])
    expect(changes(pending.at(601, level(601, 0.4)))).toEqual([])
    const raised = createBrain([rule()])
    raised.at(0, level(0, 0.4))
    expect(changes(raised.at(7200))).toEqual([])
    expect(deviceView(raised.state, GAUGE)?.raised).toBe('warning')
  })

  it('is driven by nothing suspect, late or backfilled', () => {
    const brain = createBrain([rule({ when: 'level_m > 0.3 or level_m < -0.5' })])
    expect(changes(brain.at(60, level(60, -20)))).toEqual([])
    expect(changes(brain.at(61, level(61, 0.1), level(30, 0.9)))).toEqual([])
    expect(changes(brain.at(62, reading(GAUGE, 62, { level_m: 0.5 }, { backfill: true })))).toEqual([])
  })

  it('does not guess a missing metric, and goes on without it where the rest decides', () => {
    const brain = createBrain([rule({ when: 'level_m > 0.3 or not (flow_m3_s > 1)' })])
    expect(changes(brain.at(0, level(0, 0.25)))).toEqual([])
    expect(changes(brain.at(1, level(1, 0.5)))).toEqual(['wet raised'])
    expect(changes(brain.at(2, level(2, 0.1)))).toEqual(['wet cleared'])
    expect(changes(brain.at(3, reading(GAUGE, 3, { level_m: 0.1, flow_m3_s: 0 })))).toEqual(['wet raised'])
  })

  it('knows the constants of a device', () => {
    const brain = createBrain([rule({ when: 'level_m > threshold_m' })])
    expect(changes(brain.at(0, level(0, 0.14)))).toEqual([])
    expect(changes(brain.at(1, level(1, 0.16)))).toEqual(['wet raised'])
  })

  it('watches age without any message, per device interval', () => {
    const brain = createBrain([rule({ id: 'quiet', when: 'age_s >= 10 * interval_s', clear: 'age_s < 60' })])
    brain.at(0, level(0, 0.1))
    const seen = []
    for (let s = 10; s <= 700; s += 10) seen.push(...changes(brain.at(s)).map((change) => `${s} ${change}`))
    expect(seen).toEqual(['600 quiet raised'])
    expect(changes(brain.at(701, level(701, 0.1)))).toEqual(['quiet cleared'])
  })
})

describe('scope', () => {
  const scoped = (scope: Rule['scope'], device: string) => {
    const brain = createBrain([rule({ scope })])
    return changes(brain.at(0, reading(device, 0, { level_m: 0.5 }))).length === 1
  }
  it('goes by domain, kind and device', () => {
    expect(scoped({ domain: 'flood', kind: null, device: null }, GAUGE)).toBe(true)
    expect(scoped({ domain: 'waste', kind: null, device: null }, GAUGE)).toBe(false)
    expect(scoped({ domain: 'flood', kind: 'rain_gauge', device: null }, GAUGE)).toBe(false)
    expect(scoped({ domain: 'flood', kind: null, device: 'G2' }, GAUGE)).toBe(false)
    expect(scoped({ domain: 'flood', kind: null, device: GAUGE }, GAUGE)).toBe(true)
    expect(scoped({ domain: 'flood', kind: null, device: null }, 'd9/flood/unlisted')).toBe(true)
  })
})

it('says why in both languages, with evidence that can be looked up', () => {
  const brain = createBrain([rule({ when: 'level_m > threshold_m', for_s: 60, clear: 'level_m < 0.1' })])
  brain.at(0, level(0, 0.4256))
  const [raised] = factsOf(brain.at(60, level(60, 0.4256)).facts, 'rule')
  expect(raised.reason).toEqual({
    rule: 'wet',
    text: 'Wet: level_m = 0.426, threshold_m = 0.15; "level_m > threshold_m" has held for 60 s',
    text_zh: '湿：level_m = 0.426，threshold_m = 0.15；“level_m > threshold_m”已持续 60 秒',
    evidence: [`${GAUGE} level_m=0.4256 at ${T0 + 60_000}`],
  })
  const [cleared] = factsOf(brain.at(120, level(120, 0.05)).facts, 'rule')
  expect(cleared.reason.text).toBe('Wet has passed: level_m = 0.05, threshold_m = 0.15; "level_m < 0.1" holds')
})

describe('a new rule set', () => {
  const swap = (brain: ReturnType<typeof createBrain>, seconds: number, rules: readonly Rule[]) =>
    brain.at(seconds, { kind: 'rules', ts: T0 + seconds * 1000, rules })

  it('keeps what stands under an unchanged judgement, clears what is gone, and looks at once', () => {
    const brain = createBrain([rule(), rule({ id: 'gone' })])
    brain.at(0, level(0, 0.4))
    const outcome = swap(brain, 5, [rule({ title: { en: 'Wetter', zh: '更湿' } }), rule({ id: 'new', when: 'level_m > 0.35' })])
    expect(changes(outcome)).toEqual(['gone cleared', 'new raised'])
    expect(factsOf(outcome.facts, 'rules')).toEqual([{ kind: 'rules', ts: T0 + 5000, count: 2, rejected: [] }])
    expect(changes(brain.at(60, level(60, 0.1)))).toEqual(['wet cleared', 'new cleared'])
  })

  it('judges anew where the expression changed', () => {
    const brain = createBrain([rule()])
    brain.at(0, level(0, 0.4))
    expect(changes(swap(brain, 5, [rule({ when: 'level_m > 0.5' })]))).toEqual(['wet cleared'])
  })

  it('leaves out a rule that does not compile and says why', () => {
    const brain = createBrain()
    const { facts } = swap(brain, 0, [rule(), rule(), rule({ id: 'bad', when: 'level_m >' })])
    expect(factsOf(facts, 'rules')).toMatchObject([
      {
        count: 1,
        rejected: [
          { rule: 'wet', why: 'another rule has this id' },
          { rule: 'bad', why: 'when, column 10: unexpected end of expression' },
        ],
      },
    ])
  })
})

describe('actions', () => {
  const pumping = rule({
    actions: [{ command: 'drain.setting', to: 'pumps', setting: 1, clear_setting: 0.25, text: null, expires_s: 600 }],
  })

  it('sets the pumps of the low point while raised and sets them back when cleared', () => {
    const brain = createBrain([pumping])
    const setting = (outcome: ReturnType<typeof brain.at>) =>
      outcome.commands.flatMap((command) => (command.kind === 'drain.setting' ? [`${command.device} ${command.setting}`] : []))
    expect(setting(brain.at(1, level(1, 0.4)))).toEqual(['d0/drain/P1 1'])
    expect(setting(brain.at(61, level(61, 0.1)))).toEqual(['d0/drain/P1 0.25'])
  })
})

it('an alarm that eases by itself makes its incident milder, and one that escalates worse', () => {
  const incident = { class: 'a.b', title: { en: 'A', zh: '甲' }, deadline_min: 600, crew: null }
  const steps = { escalate: [{ after_s: 600, severity: 'critical' as const }], ease: [{ after_s: 600, severity: 'watch' as const }] }
  const brain = createBrain([rule({ incident, clear: 'level_m < 0.05', ...steps })])
  const severities = (outcome: ReturnType<typeof brain.at>) =>
    factsOf(outcome.facts, 'incident').map(({ change, incident: { severity } }) => `${change} ${severity}`)
  brain.at(0, level(0, 0.4))
  for (let s = 60; s < 600; s += 60) brain.at(s, level(s, 0.4))
  expect(severities(brain.at(600, level(600, 0.4)))).toContain('escalated critical')
  brain.at(660, level(660, 0.2))
  for (let s = 720; s < 1260; s += 60) brain.at(s, level(s, 0.2))
  expect(severities(brain.at(1260, level(1260, 0.2)))).toContain('eased watch')
})
