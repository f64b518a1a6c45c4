/** A city from an OpenStreetMap file: its road graph, names in both languages, signals and ground. © OpenStreetMap contributors, ODbL 1.0. */
import { basename } from 'node:path'
import type { Problem } from '../../engine/base/errors.ts'
import type { City, RoadNode } from '../../engine/model/city.ts'
import { largestStrongPart } from '../city-graph.ts'
import { boundsOf } from '../city-places.ts'
import type { Imported } from './imported.ts'
import { buildLand } from './osm-land.ts'
import { type OsmData, readOsm } from './osm-read.ts'
import { buildRoads, nodeId, type OsmNetwork } from './osm-roads.ts'
import { buildJunctions } from './osm-signals.ts'
import { plantJunctionDevices } from './populate.ts'
import { emptyCity, outlineAround, timezoneAt } from './street-city.ts'

/** Reads `.osm`, `.osm.gz` and the JSON of the Overpass API. Everything lies in one district. */
export async function importOsm(file: string, { district }: { readonly district: string }): Promise<Imported> {
  const { data, problems } = await readOsm(file)
  const signalNodes = [...data.nodeTags].filter(([, tags]) => tags.highway?.split(';').includes('traffic_signals')).map(([id]) => id)
  const network = buildRoads(data, new Set(signalNodes))
  const connected = largestStrongPart(network.nodes, network.roads)
  const nodes = network.nodes.filter(({ id }) => connected.has(id))
  const roads = network.roads.filter(({ from, to }) => connected.has(from) && connected.has(to))
  if (problems.length === 0 && roads.length === 0) {
    problems.push({ place: { file }, code: 'osm.empty', message: 'no roads found: expected ways tagged highway=* with their nodes' })
  }
  const signals = new Set(signalNodes.map(nodeId).filter((id) => connected.has(id)))
  const { junctions, plain } = buildJunctions(nodes, roads, signals, network.markings, district)
  const city = plantJunctionDevices({ ...frameOf(file, nodes, district), nodes, roads, junctions, land: buildLand(data) })
  return { city, problems, notes: notesOf(file, data, network, { nodes: nodes.length, roads: roads.length, plain, signals: signals.size }) }
}

/** The city around its streets. */
function frameOf(file: string, nodes: readonly RoadNode[], district: string): City {
  const id = basename(file)
    .replace(/\.(gz|osm|json|xml)/g, '')
    .replace(/[^A-Za-z0-9_.:-]/g, '_')
    .slice(0, 64)
  const outline = outlineAround(nodes)
  const bounds = boundsOf(outline)
  const bare = emptyCity(id === '' ? 'city' : id, district)
  return {
    ...bare,
    timezone: timezoneAt(bounds[0]),
    source: '© OpenStreetMap contributors, ODbL 1.0',
    bounds,
    districts: [{ id: district, name: bare.name, outline }],
  }
}

function notesOf(
  file: string,
  data: OsmData,
  network: OsmNetwork,
  kept: { readonly nodes: number; readonly roads: number; readonly plain: number; readonly signals: number },
): Problem[] {
  const notes: Problem[] = []
  const note = (code: string, count: number, message: string): void => {
    if (count > 0) notes.push({ place: { file }, code, message: `${count} ${message}` })
  }
  note('osm.other_ways', data.ways.length - network.ways, 'ways are no roads that may be driven')
  note('osm.broken_ways', network.broken, 'ways name nodes that the file does not hold; the rest of them is kept')
  note('osm.unconnected', network.roads.length - kept.roads, 'roads left out: from there one cannot drive to the main network and back')
  note('osm.maxspeed', network.speedless, 'maxspeed values say no number; the speed of the class is taken')
  note('osm.plain_signals', kept.plain, 'groups of signals left out: no traffic conflicts there (pedestrian crossings)')
  return notes
}
