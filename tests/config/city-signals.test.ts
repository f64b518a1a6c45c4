import { describe, expect, it } from 'vitest'
import { placed, readJson } from '../../config/check-json.ts'
import { readSignals } from '../../config/city-signals.ts'
import { smallCity } from '../fixtures/small-city.ts'

const city = smallCity()

function read(text: string) {
  const { source } = readJson('signals.json', text)
  if (source === null) throw new Error('not JSON')
  const { programme, findings } = readSignals(source, city)
  return { programme, problems: placed(source, findings).map(({ place, message }) => `${place.line}:${place.column} ${message}`) }
}
const wrong = (value: object): string[] => read(JSON.stringify(value)).problems

const PLAN = {
  cycle_s: 90,
  offset_s: 10,
  splits: [
    { phase: 0, green_s: 20 },
    { phase: 1, green_s: 15 },
    { phase: 2, green_s: 20 },
    { phase: 3, green_s: 15 },
  ],
}

describe('signals.json', () => {
  it('names who controls which junctions when', () => {
    const { programme, problems } = read(
      JSON.stringify({
        areas: [
          { id: 'one', junctions: ['J11'], controller: 'planner', programme: [{ from_h: 22, until_h: 6, days: ['fri'], plan: 'night' }] },
          { id: 'rest', district: 'd0', decision_s: 5, human: { share: 0.5 } },
        ],
        plans: [{ id: 'night', junctions: { J11: PLAN } }],
      }),
    )
    expect(problems).toEqual([])
    expect(programme?.areas[0].programme).toEqual([{ from_h: 22, until_h: 6, days: [4], controller: 'fixed', plan: 'night' }])
    expect(programme?.areas[1]).toMatchObject({ controller: null, decision_s: 5, human: { share: 0.5, junctions: [] } })
    expect(programme?.bands).toHaveLength(4)
  })

  it('says file, line and what was expected', () => {
    expect(read('{\n "areas": [\n  {"id": "a", "district": "d0", "controler": "planner"}]}').problems).toEqual([
      '3:46 areas[0].controler is "planner", expected no such member; near is controller',
    ])
    expect(read('{\n "areas": [{"id": "a", "district": "d0", "controller": "best"}]}').problems[0]).toMatch(
      /^2:\d+ areas\[0\]\.controller is "best", expected "planner" or "fixed"/,
    )
    expect(read('{"areas": [],\n "areas": []}').problems).toEqual(['2:11 areas is written twice, expected once'])
  })

  it('checks every name and plan against the city', () => {
    const area = { id: 'a', junctions: ['J11'] }
    expect(wrong({ areas: [{ id: 'a', junctions: ['J12'] }] })).toEqual(['1:34 J12 is no junction of this city; did you mean J11?'])
    expect(wrong({ areas: [{ id: 'a' }] })[0]).toContain('names neither district and junctions')
    expect(wrong({ areas: [area, area] })[0]).toContain('a is used twice')
    expect(wrong({ areas: [{ ...area, programme: [{ from_h: 0, until_h: 24, plan: 'x' }] }] })[0]).toContain('x is no plan of this file')
    expect(wrong({ areas: [{ ...area, programme: [{ from_h: 0, until_h: 24 }] }] })[0]).toContain('neither controller and plan')
    const plans = [{ id: 'p', junctions: { J11: PLAN } }]
    expect(wrong({ plans, areas: [{ id: 'a', district: 'd0', programme: [{ from_h: 0, until_h: 24, plan: 'p' }] }] })[0]).toContain(
      'plan p says nothing of J21',
    )
    const short = { ...PLAN, splits: [{ phase: 0, green_s: 5 }, ...PLAN.splits.slice(1)] }
    expect(wrong({ plans: [{ id: 'p', junctions: { J11: short } }] })[0]).toContain('green of 5 s for phase 0 is outside 10…60 s')
    expect(wrong({ areas: [{ ...area, human: { share: 0.1, junctions: ['J21'] } }] })[0]).toContain('J21 is no junction of area a')
    expect(wrong({ bands: [{ from: 1, name: { zh: '畅', en: 'free' } }] })[0]).toContain('expected 0')
  })
})
