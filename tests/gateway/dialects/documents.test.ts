/** Signals, alerts, tables and notices: the traps of each format. */
import { describe, expect, it } from 'vitest'
import { RAIN_LEVELS } from '../../../engine/model/rain-levels.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import { timeMark } from '../../../gateway/dialects/spat.ts'
import { gridParts } from '../../../gateway/dialects/tables.ts'
import { byHttp, byMqtt, context } from './fixtures.ts'

const asked = (body: string | object, topic = 'documents/in') => understand(byMqtt(topic, body), context()).said
const xml = (body: string) =>
  asked(`<?xml version="1.0" encoding="UTF-8"?><Message><Seq>20260718143015000001</Seq><Body>${body}</Body></Message>`)

const stage = (no: number, green: number) =>
  `<StageTiming><StageNo>${no}</StageNo><Green>${green}</Green><Yellow>3</Yellow><AllRed>2</AllRed><MaxGreen>50</MaxGreen><MinGreen>12</MinGreen></StageTiming>`
const plan = (cycle: number, stages: string, no = 7) =>
  `<PlanParam><CrossID>33010200000123</CrossID><PlanNo>${no}</PlanNo><CycleLen>${cycle}</CycleLen><Offset>5</Offset>${stages}</PlanParam>`
const set = (text: string) => xml(`<Operation name="Set"><SetPlanParam>${text}</SetPlanParam></Operation>`)
const timings = (...stages: string[]) => `<StageTimingList>${stages.join('')}</StageTimingList>`

describe('a GA/T 1049.2 plan', () => {
  it('is taken when its stages fill its cycle, and only then', () => {
    expect(set(plan(60, timings(stage(1, 30), stage(2, 20))))).toMatchObject({
      ok: true,
      forms: [{ cycle_s: 60, offset_s: 5, expires: null }],
    })
    expect(set(plan(61, timings(stage(1, 30), stage(2, 20))))).toMatchObject({
      ok: false,
      reason: 'StageTimingList: its stages take 60 s, CycleLen is 61',
    })
    expect(set(plan(60, timings(stage(1, 45), stage(2, 5))))).toMatchObject({ ok: false, reason: expect.stringContaining('stage 2') })
    expect(set(plan(60, timings(stage(1, 30), stage(2, 20)), 1000))).toMatchObject({ ok: false, reason: 'PlanNo: expected 0 to 999' })
  })

  it('of the centre ends by itself within a day', () => {
    const centre = (run: string) =>
      xml(
        `<Operation><CenterPlan><CrossID>33010200000123</CrossID>${run}${plan(60, timings(stage(1, 30), stage(2, 20)))}</CenterPlan></Operation>`,
      )
    expect(centre('<MaxRunTime>30</MaxRunTime>')).toMatchObject({ forms: [{ expires: Date.UTC(2026, 6, 18, 7, 0, 15) }] })
    for (const run of ['', '<MaxRunTime>0</MaxRunTime>', '<MaxRunTime>1441</MaxRunTime>']) expect(centre(run)).toMatchObject({ ok: false })
  })

  it('of the 2013 edition names its stages without their times', () => {
    const old = '<CoordPhaseNo>1</CoordPhaseNo><StageNoList><StageNo>1</StageNo><StageNo>2</StageNo></StageNoList>'
    expect(set(plan(110, old))).toMatchObject({ forms: [{ cycle_s: 110, stages: [] }], drift: [{ field: 'StageTimingList', what: 'key' }] })
  })
})

describe('a junction of GA/T 1049.2', () => {
  const state = (inner: string) => xml(`<CrossCtrlInfo><CrossID>1</CrossID>${inner}</CrossCtrlInfo>`)
  it.each([
    ['13', { flash: true, manual: false }],
    ['01', { flash: false, manual: true }],
    ['51', { manual: true }],
    ['41', { flash: false, manual: false }],
  ])('in control mode %s', (mode, expected) => {
    expect(state(`<ControlMode>${mode}</ControlMode>`)).toMatchObject({
      forms: [{ kind: 'signal.state', green: null, ...expected }],
      drift: [],
    })
  })
  it('in a mode that nobody knows is counted', () => {
    expect(state('<ControlMode>99</ControlMode>')).toMatchObject({ drift: [{ field: 'ControlMode', what: 'range' }] })
  })
  it('tells its lamps red, yellow, green: 2 is on', () => {
    const group = (no: number, lamps: string) =>
      `<SignalGroupStatus><SignalGroupNo>${no}</SignalGroupNo><LampStatus>${lamps}</LampStatus></SignalGroupStatus>`
    const groups = `<SignalGroupStatusList>${group(1, '112')}${group(2, '211')}${group(3, '121')}</SignalGroupStatusList>`
    expect(xml(`<CrossSignalGroupStatus><CrossID>1</CrossID>${groups}</CrossSignalGroupStatus>`)).toMatchObject({
      forms: [{ green: [1], red: [2], yellow: [3], flash: false }],
    })
  })
  it('counts in local time and percent', () => {
    const data =
      '<CrossTrafficData><CrossID>1</CrossID><EndTime>2026-07-18 14:30:00</EndTime><Interval>300</Interval><DataList><Data><LaneNo>2</LaneNo><Volume>3</Volume><Occupancy>0.76</Occupancy></Data><Data><LaneNo>3</LaneNo><Occupancy>176</Occupancy><Speed>20</Speed></Data></DataList></CrossTrafficData>'
    expect(xml(data)).toMatchObject({
      forms: [
        {
          entity: 'lane:1/2',
          ts: Date.UTC(2026, 6, 18, 6, 30),
          from: Date.UTC(2026, 6, 18, 6, 25),
          metrics: { volume: 3, occupancy_pct: 0.76 },
        },
        { entity: 'lane:1/3', metrics: { speed_kmh: 20 } },
      ],
      drift: [{ field: 'Occupancy', what: 'range' }],
    })
  })
  it('of broken XML is refused without an entity being read', () => {
    expect(xml('<CrossTrafficData>')).toMatchObject({ ok: false, kind: 'schema' })
    expect(asked('<!DOCTYPE Message [<!ENTITY x "y">]><Message><CrossTrafficData>&x;</CrossTrafficData></Message>')).toMatchObject({
      ok: false,
    })
    expect(asked(`<Message><CrossTrafficData>${'<a>'.repeat(50)}`)).toMatchObject({ ok: false })
  })
})

describe('a SPaT message', () => {
  const at = Date.UTC(2026, 6, 18, 6, 30, 15)
  it('marks times in tenths of a second of the UTC hour', () => {
    expect(timeMark(22_120, at)).toBe(Date.UTC(2026, 6, 18, 6, 36, 52))
    expect(timeMark(0, Date.UTC(2026, 6, 18, 6, 59, 50))).toBe(Date.UTC(2026, 6, 18, 7))
    expect(timeMark(35_990, Date.UTC(2026, 6, 18, 7, 0, 5))).toBe(Date.UTC(2026, 6, 18, 6, 59, 59))
    expect(timeMark(36_001, at)).toBeNull()
  })

  const spat = (intersection: object, received = '2026-07-18T06:30:15.000Z') => ({
    metadata: { payloadType: 'us.dot.its.jpo.ode.model.OdeSpatPayload', odeReceivedAt: received },
    payload: { data: { intersectionStateList: { intersectionStatelist: [intersection] } } },
  })
  const movement = (group: number, eventState: string) => ({
    signalGroup: group,
    state_time_speed: { movementEventList: [{ eventState }] },
  })

  it('has its moment in the minute nearest to when it was heard', () => {
    const late = spat({ id: { id: 1 }, timeStamp: 59_500, states: { movementList: [] } }, '2026-07-18T06:30:01.000Z[UTC]')
    expect(asked(late)).toMatchObject({ forms: [{ ts: Date.UTC(2026, 6, 18, 6, 29, 59, 500), heard: Date.UTC(2026, 6, 18, 6, 30, 1) }] })
    expect(asked(spat({ id: { id: 1 }, timeStamp: 65_535 }))).toMatchObject({ forms: [{ ts: at, clock: 'gateway' }] })
  })

  it('writes its keys and states in any case', () => {
    const list = [movement(1, 'protected-Movement-Allowed'), movement(2, 'PERMISSIVE_CLEARANCE'), movement(3, 'stop-And-Remain')]
    const odd = {
      metadata: { payloadType: 'x.OdeSpatPayload' },
      payload: { data: { IntersectionStateList: [{ id: 5, states: { MovementList: list } }] } },
    }
    expect(asked(odd)).toMatchObject({ forms: [{ entity: 'cross:5', green: [1], yellow: [2], red: [3] }], drift: [] })
    expect(asked(spat({ id: { id: 1 }, states: { movementList: [movement(1, 'PURPLE')] } }))).toMatchObject({
      drift: [{ field: 'eventState', what: 'range' }],
    })
  })

  it('flashes by its status or when all do', () => {
    expect(asked(spat({ id: { id: 1 }, status: { failureFlash: true } }))).toMatchObject({ forms: [{ flash: true }] })
    expect(asked(spat({ id: { id: 1 }, states: { movementList: [movement(1, 'STOP_THEN_PROCEED')] } }))).toMatchObject({
      forms: [{ flash: true }],
    })
  })
})

describe('an NTCIP 1202 controller', () => {
  const poll = (more: object) => asked({ '1.3.6.1.4.1.1206.4.2.1.1.4.1.4.1': { value: 34 }, ...more }, 'snmp/c7')
  it('has phase n at bit n-1, eight in a group', () => {
    expect(poll({})).toMatchObject({ forms: [{ entity: 'cross:c7', green: [2, 6], red: null }] })
    expect(poll({ '1.3.6.1.4.1.1206.4.2.1.1.4.1.4.2': { name: 'phaseStatusGroupGreens.2', value: 129 } })).toMatchObject({
      forms: [{ green: [2, 6, 9, 16] }],
    })
  })
  it('is known by names before object ids', () => {
    expect(asked({ '1.3.6.1.4.1.1206.4.2.1.9.9.9': { name: 'phaseStatusGroupGreens.1', value: 1 } })).toMatchObject({
      forms: [{ green: [1] }],
    })
  })
  it('is free in pattern 254 and flashes in 255', () => {
    const pattern = (value: number) => poll({ '1.3.6.1.4.1.1206.4.2.1.4.10.0': { name: 'coordPatternStatus.0', value } })
    expect(pattern(3)).toMatchObject({ forms: [{ flash: false }, { metrics: { pattern: 3 } }] })
    const free = pattern(254)
    expect(free).toMatchObject({ forms: [{ flash: false }] })
    expect(free.ok && free.forms).toHaveLength(1)
    expect(pattern(255)).toMatchObject({ forms: [{ flash: true }] })
  })
  it('has yellow in tenths on the wire, and rings that fill the cycle', () => {
    expect(poll({ '1.3.6.1.4.1.1206.4.2.1.1.2.1.8.2': { name: 'phaseYellowChange.2', value: 36 } })).toMatchObject({
      forms: [{}, { metrics: { yellow_2_s: 3.6 } }],
    })
    const splits = [1, 2, 3, 4].map((phase) => ({ phase, splitTime: 20 }))
    expect(poll({ plan: { patternCycleTime: 110 }, splits })).toMatchObject({ drift: [{ field: 'splits', what: 'range' }] })
    expect(poll({ plan: { patternCycleTime: 80 }, splits })).toMatchObject({ drift: [] })
  })
})

describe('a CAP alert', () => {
  const alert = (status: string, type = 'Alert', more = '') =>
    asked(
      `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>i1</identifier><sender>s@x.cn</sender><sent>2026-07-18T14:05:00+08:00</sent><status>${status}</status><msgType>${type}</msgType><scope>Public</scope>${more}<info><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty><area><areaDesc>a</areaDesc><polygon>30,120 30,121 31,121 30,120</polygon></area></info></alert>`,
    )
  it('of an exercise or a test is a drill', () => {
    expect(alert('Actual')).toMatchObject({
      forms: [
        {
          drill: false,
          polygons: [
            [
              [120, 30],
              [121, 30],
              [121, 31],
              [120, 30],
            ],
          ],
        },
      ],
    })
    for (const status of ['Exercise', 'Test']) expect(alert(status)).toMatchObject({ forms: [{ drill: true }] })
    expect(alert('Draft')).toMatchObject({ ok: false })
  })
  it('refers to what it replaces or ends', () => {
    const references = '<references>s@x.cn,i0,2026-07-18T14:00:00+08:00</references>'
    expect(alert('Actual', 'Update', references)).toMatchObject({ forms: [{ stage: 'update', replaces: ['alert:s@x.cn,i0'] }] })
    expect(alert('Actual', 'Cancel', references)).toMatchObject({ forms: [{ stage: 'cancel' }] })
    expect(alert('Actual', 'Update')).toMatchObject({ ok: false })
  })
})

describe('a table', () => {
  it('of rain levels says what this program warns by, and has no holes', () => {
    const said = asked(RAIN_LEVELS.toReversed())
    expect(said).toMatchObject({
      ok: true,
      forms: [{ kind: 'config', rows: RAIN_LEVELS.toReversed().map((row) => ({ ...row, from: '2007-06-12', assumed: true })) }],
    })
    // A city's own levels: nobody knows since when, but surely since they came; and dates that are said are taken as they are.
    expect(asked([{ level: 'red', mm: 120, hours: 3 }])).toMatchObject({ forms: [{ rows: [{ from: '2026-07-18', assumed: true }] }] })
    const dated = asked([{ level: 'red', mm: 120, hours: 3, from: '2024-01-01' }])
    expect(dated.ok && dated.forms[0]).toMatchObject({ rows: [{ from: '2024-01-01' }] })
    expect(JSON.stringify(dated)).not.toContain('assumed')
    expect(asked([...RAIN_LEVELS, { level: 'purple', mm: 1, hours: 1 }])).toMatchObject({ ok: false })
    expect(asked([{ level: 'red', mm: 0, hours: 3 }])).toMatchObject({ ok: false })
  })
  it('of codes divides a grid into district, street, community and grid', () => {
    expect(gridParts('330102001001007')).toEqual({ district: '330102', street: '001', community: '001', grid: '007' })
    expect(gridParts('33010200100100')).toBeNull()
  })
})

describe('a notice', () => {
  it('mentions nobody, and is counted when it is longer than its service takes', () => {
    const text = { content: `积水 ${'水'.repeat(700)}`, mentioned_list: ['zhangsan'], mentioned_mobile_list: ['13800000000'] }
    const said = asked({ msgtype: 'text', text })
    expect(said).toMatchObject({ forms: [{ channel: 'wecom' }], drift: [{ field: 'content', what: 'range' }] })
    expect(JSON.stringify(said)).not.toMatch(/zhangsan|138/)
  })
  it('of Web Push replaces an older one of its topic', () => {
    const body = { subscription: {}, plaintext: { title: 't', body: 'b', id: 'd1' } }
    expect(understand(byHttp({ path: '/p', headers: { topic: 't-1' } }, body), context()).said).toMatchObject({
      forms: [{ dedupeKey: 't-1' }],
    })
    expect(asked({ ...body, plaintext: { title: 't', body: 'x'.repeat(4_000) } })).toMatchObject({
      drift: [{ field: 'plaintext', what: 'range' }],
    })
  })
})
