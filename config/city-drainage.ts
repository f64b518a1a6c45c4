/** `drainage.json` of a city directory, read and written; and what single entries cannot show: that the names in it exist. */
import type { City } from '../engine/model/city.ts'
import type { Drainage } from '../engine/model/drainage.ts'
import { type Finding, type JsonPath, type JsonSource, repeatedKeys } from './check-json.ts'
import { nearest } from './check-names.ts'
import { createChecker, findingsOf } from './check-schema.ts'
import { DrainageFile } from './drainage-schema.ts'

export const DRAINAGE_FILE = 'drainage.json'

const check = createChecker(DrainageFile)

/** The network, or null with everything that is wrong in the file. */
export function readDrainage(
  source: JsonSource,
  city: City,
): { readonly drainage: Drainage | null; readonly findings: readonly Finding[] } {
  const findings: Finding[] = repeatedKeys(source).map((path) => ({
    path,
    code: 'drainage.repeated',
    message: `${String(path.at(-1))} is written twice, expected once`,
  }))
  findings.push(...findingsOf([], 'drainage.value', check(source.value)))
  if (findings.length > 0) return { drainage: null, findings }
  // Checked just above.
  const drainage = source.value as Drainage
  for (const { path, message } of drainageFaults(drainage, city)) findings.push({ path, code: 'drainage.reference', message })
  return findings.length > 0 ? { drainage: null, findings } : { drainage, findings }
}

interface Fault {
  readonly path: JsonPath
  readonly message: string
}

function drainageFaults({ district, nodes, links, catchments, base_flows, actuators, terms }: Drainage, city: City): Fault[] {
  const faults: Fault[] = []
  const unknown = (path: JsonPath, what: string, id: string, known: readonly string[]): void => {
    if (known.includes(id)) return
    const near = nearest(id, known)
    faults.push({ path, message: `${id} is no ${what} of this network${near === null ? '' : `, expected one such as ${near}`}` })
  }
  const node_ids = nodes.map(({ id }) => id)
  const link_ids = links.map(({ id }) => id)
  const settable = links.filter(({ kind }) => kind !== 'conduit').map(({ id }) => id)
  const pumps = links.filter(({ kind }) => kind === 'pump').map(({ id }) => id)
  if (!city.districts.some(({ id }) => id === district))
    faults.push({ path: ['district'], message: `${district} is no district of this city` })
  for (const [list, ids] of [['nodes', node_ids] as const, ['links', link_ids] as const])
    for (const [i, id] of ids.entries())
      if (ids.indexOf(id) < i) faults.push({ path: [list, i, 'id'], message: `${id} is used twice, expected each once` })
  for (const [i, { kind, tide }] of nodes.entries()) {
    if (tide === undefined) continue
    if (kind !== 'outfall') faults.push({ path: ['nodes', i, 'tide'], message: `a ${kind} has no tide, expected an outfall` })
    const times = tide.by === 'hour' ? tide.points.map(({ hour }) => hour) : tide.points.map(({ ts }) => ts)
    const fall = times.findIndex((time, k) => k > 0 && time <= times[k - 1])
    if (fall > 0)
      faults.push({
        path: ['nodes', i, 'tide', 'points', fall],
        message: `${times[fall]} follows ${times[fall - 1]}, expected times that rise`,
      })
  }
  for (const [i, { from, to }] of links.entries()) {
    unknown(['links', i, 'from'], 'node', from, node_ids)
    unknown(['links', i, 'to'], 'node', to, node_ids)
    if (from === to) faults.push({ path: ['links', i, 'to'], message: `begins and ends at ${to}, expected two nodes` })
  }
  for (const [i, { to }] of catchments.entries()) unknown(['catchments', i, 'to'], 'node', to, node_ids)
  for (const [i, { node }] of base_flows.entries()) unknown(['base_flows', i, 'node'], 'node', node, node_ids)
  for (const [i, id] of actuators.entries()) unknown(['actuators', i], 'pump, gate or weir', id, settable)
  for (const [i, term] of terms.entries()) {
    if (term.on === 'flooding') unknown(['terms', i, 'node'], 'node', term.node, node_ids)
    else if (term.on === 'energy') unknown(['terms', i, 'link'], 'pump', term.link, pumps)
    else if (term.on === 'switches') unknown(['terms', i, 'link'], 'pump, gate or weir', term.link, settable)
    else unknown(['terms', i, 'link'], 'link', term.link, link_ids)
  }
  return faults
}

/** One line for each entry, so that a change shows as the lines that changed. */
export function drainageText(drainage: Drainage): string {
  const { district, nodes, links, catchments, base_flows, actuators, terms } = drainage
  const list = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`
  const members = Object.entries({ nodes, links, catchments, base_flows, actuators, terms }).map(
    ([name, items]) => `"${name}":${list(items)}`,
  )
  return `{"district":${JSON.stringify(district)},\n${members.join(',\n')}}\n`
}
