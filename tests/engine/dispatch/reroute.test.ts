/** A closure in the middle of a trip: who needs another way gets one, and nobody else is told anything. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { City, CityCrew } from '../../../engine/model/city.ts'
import { buildRoadGraph } from '../../../engine/solve/network.ts'
import { solveRoutes } from '../../../engine/solve/roads/door.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { requestsFor } from '../../support/solver.ts'
import { closed, type Desk, openDesk, signal } from './desk.ts'

const base = smallCity()
const graph = buildRoadGraph(base)
const pumpCrew = (id: string): CityCrew => ({ ...base.crews[0], id, name: { zh: id, en: id } })
const city: City = {
  ...base,
  depots: [{ ...base.depots[0], at: base.nodes[3].at }],
  crews: [pumpCrew('a'), pumpCrew('b')],
}

let desk: Desk
/** Two crews, each under way to a low point of its own. */
beforeEach(() => {
  desk = openDesk(city)
  desk.step(0)
  desk.step(1, signal('s1', 'critical'), signal('s2', 'critical', { at: base.low_points[1].at, place: 'LP2', device: 'd0/flood/G2' }))
  desk.answer()
  for (const { id, crew } of desk.tasks()) {
    desk.press(crew?.split('/')[2] ?? '', 'task.accepted', id)
    desk.press(crew?.split('/')[2] ?? '', 'task.enroute', id)
  }
  expect(desk.tasks().map(({ status }) => status)).toEqual(['enroute', 'enroute'])
})

const [NEAR, FAR] = [0, 1]
const roadsOf = (task: number): readonly string[] => [...desk.state.open.values()][task].roads
const crewOf = (task: number): string => desk.tasks()[task].crew ?? ''
const asked = () => requestsFor(desk.out.requests, 'route')

function close(roads: readonly string[]): void {
  desk.streets = closed(roads)
  desk.step(1)
}

/** Answers the question that the last step has put. */
function answer(): string[] {
  const [request] = asked()
  return desk.told({ kind: 'solution', ts: desk.now, request: request.id, answer: solveRoutes(graph, request.problem) })
}

describe('a road that closes', () => {
  it('on one way only: that crew gets another way and hears of it, the other keeps its own', () => {
    const only = roadsOf(FAR).find((road) => !roadsOf(NEAR).includes(road)) ?? ''
    const other = desk.tasks()[NEAR]
    close([only])
    expect(asked()[0].problem.trips.map(({ task }) => task)).toEqual([desk.tasks()[FAR].id])
    const before = desk.tasks()[FAR]
    expect(answer()).toEqual(['task rerouted', `→ ${crewOf(FAR).split('/')[2]} notice`])
    const after = desk.tasks()[FAR]
    expect(roadsOf(FAR)).not.toContain(only)
    expect(after.route).not.toEqual(before.route)
    expect(after.eta).toBeGreaterThanOrEqual(desk.now)
    expect(after.status).toBe('enroute')
    expect(desk.tasks()[NEAR]).toBe(other)
    desk.step(60)
    expect(asked()).toEqual([])
  })

  it('on nobody’s way, or behind the crew: nothing is asked', () => {
    close([base.roads.find(({ id }) => !roadsOf(NEAR).includes(id) && !roadsOf(FAR).includes(id))?.id ?? ''])
    expect(asked()).toEqual([])
    const [lon, lat] = desk.tasks()[FAR].at
    desk.told({ kind: 'reading', device: crewOf(FAR), ts: desk.now, seq: null, values: { lon, lat }, backfill: false })
    close(
      roadsOf(FAR)
        .filter((road) => !roadsOf(NEAR).includes(road))
        .slice(0, 1),
    )
    expect(asked()).toEqual([])
  })

  it('with no other way: crew and desk are told, and asked again only when closures change', () => {
    close(base.roads.map(({ id }) => id))
    const said = answer()
    expect(said).toEqual(['task no_way', `→ ${crewOf(FAR).split('/')[2]} notice`])
    desk.step(1)
    expect(asked()).toEqual([])
  })

  it('around the very place of a task leaves its crew a way in', () => {
    const last = roadsOf(FAR).at(-1) ?? ''
    const end = base.roads.find(({ id }) => id === last)?.to
    close(base.roads.filter(({ from, to }) => from === end || to === end).map(({ id }) => id))
    answer()
    expect(desk.tasks()[FAR].status).toBe('enroute')
    expect(desk.facts.filter((fact) => fact.kind === 'task' && fact.change === 'no_way')).toEqual([])
  })

  it('is asked for again when the solver has failed', () => {
    close(roadsOf(FAR).slice(0, 1))
    const [request] = asked()
    desk.told({ kind: 'solution', ts: desk.now, request: request.id, answer: { type: 'failed', why: 'busy' } })
    desk.step(1)
    expect(asked()).toHaveLength(1)
  })
})
