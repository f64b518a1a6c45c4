/** Plans and lamps of controllers at the door: readings of the junction's controller, whatever format they come in, and nothing that commands. */
import { describe, expect, it } from 'vitest'
import { createBinder } from '../../../gateway/dialects/binding.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import { toContract } from '../../../gateway/dialects/to-contract.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { byMqtt, context } from './fixtures.ts'

const city = smallCity()
const phases = { '1': 0, '2': 1, '4': 2 }

function readings(topic: string, body: string | object, rules: Parameters<typeof createBinder>[1] = []) {
  const { said } = understand(byMqtt(topic, body), context())
  if (!said.ok) throw new Error(said.reason)
  const bind = createBinder(city.devices, rules)
  return said.forms.flatMap((form) => {
    const to = bind(form)
    return (to === null ? [] : (toContract(form, to) ?? [])).map(({ topic: on, payload }) => ({ on, v: JSON.parse(payload).v }))
  })
}

const plan = `<?xml version="1.0" encoding="UTF-8"?><Message><Seq>20260718143000000001</Seq><Body><Operation name="Set"><PlanParam><CrossID>J11</CrossID><PlanNo>5</PlanNo>
  <CycleLen>60</CycleLen><Offset>10</Offset><StageTimingList><StageTiming><StageNo>1</StageNo><Green>27</Green><Yellow>3</Yellow><AllRed>0</AllRed></StageTiming>
  <StageTiming><StageNo>2</StageNo><Green>27</Green><Yellow>3</Yellow><AllRed>0</AllRed></StageTiming></StageTimingList></PlanParam></Operation></Body></Message>`

describe('what a controller says', () => {
  it('of its plan is a reading of the controller, by stage and, where the binding knows, by phase', () => {
    const v = { plan: 5, cycle_s: 60, offset_s: 10, stage_1_green_s: 27, stage_2_green_s: 27 }
    expect(readings('gat1049/up', plan)).toEqual([{ on: 'city/v1/d0/signal/J11/reading', v }])
    // A binding may name either device of the junction.
    for (const device of ['d0/signal/J11', 'd0/traffic/J11'])
      expect(readings('gat1049/up', plan, [{ entity: 'cross:J11', device, phases }])).toEqual([
        { on: 'city/v1/d0/signal/J11/reading', v: { ...v, phase_0_green_s: 27, phase_1_green_s: 27 } },
      ])
  })

  it('of its lamps is phase, hand and flashing', () => {
    const state = (lamps: string) =>
      `<Message><Body><CrossSignalGroupStatus><CrossID>J11</CrossID><SignalGroupStatusList>${lamps}</SignalGroupStatusList></CrossSignalGroupStatus></Body></Message>`
    const lamp = (group: number, status: string) =>
      `<SignalGroupStatus><SignalGroupNo>${group}</SignalGroupNo><LampStatus>${status}</LampStatus></SignalGroupStatus>`
    const rules = [{ entity: 'cross:J11', device: 'd0/signal/J11', phases: { ...phases, '6': 1 } }]
    const shown = (lamps: string) => readings('gat1049/up', state(lamps), rules)[0].v
    expect(shown(lamp(2, '112') + lamp(6, '112') + lamp(4, '211'))).toEqual({ manual: 0, flash: 0, phase: 1 })
    // Groups of two phases at once, or a group that nobody described: no phase is told.
    expect(shown(lamp(1, '112') + lamp(2, '112'))).toEqual({ manual: 0, flash: 0 })
    expect(shown(lamp(9, '112'))).toEqual({ manual: 0, flash: 0 })
    expect(shown(lamp(1, '131') + lamp(2, '131'))).toEqual({ manual: 0, flash: 1 })
  })

  it('over NTCIP is plan, cycle and offset of the same controller', () => {
    const poll = {
      controller: 'J11',
      '1.3.6.1.4.1.1206.4.2.1.1.4.1.4.1': { name: 'phaseStatusGroupGreens.1', value: 2 },
      plan: { patternNumber: 7, patternCycleTime: 90, patternOffsetTime: 12 },
    }
    expect(readings('ntcip/poll', poll, [{ entity: 'cross:J11', device: 'd0/signal/J11', phases }])).toEqual([
      { on: 'city/v1/d0/signal/J11/reading', v: { manual: 0, flash: 0, phase: 1 } },
      { on: 'city/v1/d0/signal/J11/reading', v: { plan: 7, cycle_s: 90, offset_s: 12 } },
    ])
  })

  it('never becomes a command', () => {
    expect(readings('gat1049/up', plan).every(({ on }) => on.endsWith('/reading'))).toBe(true)
  })
})
