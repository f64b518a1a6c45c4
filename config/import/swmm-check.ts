/** Whether a network can work at all: every node drains, and no flow is asked to go round. */

import type { Reporter } from './swmm-fields.ts'
import type { ReadLink } from './swmm-links.ts'
import type { ReadNode } from './swmm-nodes.ts'
import type { Inp } from './swmm-read.ts'

export function checkNetwork(inp: Inp, nodes: readonly ReadNode[], links: readonly ReadLink[], say: Reporter): void {
  checkDrains(nodes, links, say)
  const circle = circleOf(nodes, links)
  if (circle === null) return
  const path = [...circle.map(({ from }) => from), circle[0].from].join(' → ')
  const routing = (inp.options.get('FLOW_ROUTING')?.words[1] ?? 'KINWAVE').toUpperCase()
  // SWMM's own error 131: only dynamic wave routing can go round.
  if (routing === 'DYNWAVE') say.note(circle[0].line, `${path} go round in a circle: water takes the way of the lower head`)
  else say.fault(circle[0].line, `${path} go round in a circle: expected a network without one for FLOW_ROUTING ${routing}`)
}

/** From every node with a link, water must be able to reach an outfall or a storage's rim; pumps lift one way only. */
function checkDrains(nodes: readonly ReadNode[], links: readonly ReadLink[], say: Reporter): void {
  const into = new Map<string, string[]>()
  const open = (from: string, to: string): void => void into.set(to, [...(into.get(to) ?? []), from])
  for (const link of links) {
    open(link.from, link.to)
    if (link.kind === 'conduit') open(link.to, link.from)
  }
  const reached = new Set(nodes.filter(({ kind }) => kind === 'outfall').map(({ id }) => id))
  const outfalls = reached.size
  for (const id of reached) for (const from of into.get(id) ?? []) reached.add(from)
  const stranded = nodes.filter(({ id }) => !reached.has(id))
  if (nodes.length === 0) say.fault(1, 'no nodes found: expected [JUNCTIONS], [STORAGE] and [OUTFALLS]')
  else if (outfalls === 0)
    say.fault(stranded[0].line, 'no outfall found: expected at least one row in [OUTFALLS], or the network cannot drain')
  else
    for (const { id, line } of stranded.slice(0, 10))
      say.fault(line, `${id}: no outfall can be reached from here, expected a way out (links run from their first node to their second)`)
}

/** Links of one directed circle, or null. */
function circleOf(nodes: readonly ReadNode[], links: readonly ReadLink[]): ReadLink[] | null {
  const leaving = new Map<string, ReadLink[]>()
  for (const link of links) leaving.set(link.from, [...(leaving.get(link.from) ?? []), link])
  const done = new Set<string>()
  for (const { id } of nodes) {
    const path: ReadLink[] = []
    const places = new Map<string, number>([[id, 0]])
    const open = [[...(leaving.get(id) ?? [])]]
    while (!done.has(id) && open.length > 0) {
      const next = open[open.length - 1].pop()
      if (next === undefined) {
        open.pop()
        const back = path.pop()
        if (back !== undefined) {
          places.delete(back.to)
          done.add(back.to)
        }
        continue
      }
      const before = places.get(next.to)
      if (before !== undefined) return [...path.slice(before), next]
      if (done.has(next.to)) continue
      path.push(next)
      places.set(next.to, path.length)
      open.push([...(leaving.get(next.to) ?? [])])
    }
    done.add(id)
  }
  return null
}
