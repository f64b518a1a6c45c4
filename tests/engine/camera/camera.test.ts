import { describe, expect, it } from 'vitest'
import { incidents } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, event, reading, rule } from '../../support/brain.ts'

const CAMERA = 'd0/camera/C1'
const [low_point] = smallCity().low_points
const open = (brain: ReturnType<typeof createBrain>) =>
  [...incidents(brain.state)].map(({ class: name, active }) => `${name} ${active ? 'active' : 'over'}`)

describe('events', () => {
  it('become incidents of their type when the detector is sure enough', () => {
    const brain = createBrain()
    brain.at(1, event(CAMERA, 1, { score: 0.59 }))
    expect(open(brain)).toEqual([])
    brain.at(2, event(CAMERA, 2, { stage: 'update', score: 0.6 }))
    expect(open(brain)).toEqual(['road.accident active'])
    expect([...incidents(brain.state)][0]).toMatchObject({ severity: 'critical', devices: [CAMERA] })
  })

  it('stay one event while their id stays, and end when they end', () => {
    const brain = createBrain()
    brain.at(1, event(CAMERA, 1))
    brain.at(20, event(CAMERA, 20, { stage: 'update' }))
    expect(open(brain)).toHaveLength(1)
    brain.at(30, event(CAMERA, 30, { stage: 'end' }))
    expect(open(brain).filter((line) => line.endsWith('active'))).toEqual([])
    expect(brain.state.camera.events.size).toBe(0)
  })

  it('expire when nobody updates them', () => {
    const brain = createBrain()
    brain.at(0, event(CAMERA, 0))
    brain.at(600, event(CAMERA, 600, { stage: 'update' }))
    brain.at(1499)
    expect(open(brain)).toEqual(['road.accident active'])
    brain.at(1500)
    expect(open(brain).filter((line) => line.endsWith('active'))).toEqual([])
  })

  it('raise nothing when they come hours late', () => {
    const brain = createBrain()
    brain.at(7200, event(CAMERA, 0))
    expect(open(brain)).toEqual([])
  })

  it('of a type that nobody described are watched', () => {
    const brain = createBrain()
    brain.at(1, event(CAMERA, 1, { type: 'park.bench_missing' }))
    expect(open(brain)).toEqual(['park.bench_missing active'])
  })
})

it('a flooded road at a low point is the case that its gauge opened', () => {
  const template = { class: 'flood.waterlogging', title: { en: 'Waterlogging', zh: '积水' }, deadline_min: 60, crew: null }
  const brain = createBrain([rule({ incident: template, when: 'level_m > 0.15' })])
  brain.at(1, reading('d0/flood/G1', 1, { level_m: 0.2 }))
  brain.at(2, event(CAMERA, 2, { type: 'road.flooded', at: low_point.at }))
  expect(open(brain)).toEqual(['flood.waterlogging active'])
  expect([...incidents(brain.state)][0].devices).toEqual(['d0/flood/G1', CAMERA])
  brain.at(3, event(CAMERA, 3, { id: 'e2', type: 'road.flooded', at: [120.1, 30.2] }))
  expect(open(brain)).toContain('road.flooded active')
})
