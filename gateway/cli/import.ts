/** Foreign formats to city directories. */
import { loadCity, writeBeside, writeCity } from '../../config/city.ts'
import { importCityflow } from '../../config/import/cityflow.ts'
import { importGeojson } from '../../config/import/geojson.ts'
import type { Imported } from '../../config/import/imported.ts'
import { importOsm } from '../../config/import/osm.ts'
import { populate } from '../../config/import/populate.ts'
import { renameCity } from '../../config/import/street-city.ts'
import { importSumo } from '../../config/import/sumo.ts'
import { importSwmm } from '../../config/import/swmm.ts'
import { formatProblem, UrbanError } from '../../engine/base/errors.ts'
import { ID_PATTERN } from '../wire/topics.ts'
import { type Arguments, type Command, type Option, say, seedOf, usageError } from './command.ts'

const OUT: Option = { type: 'string', value: 'DIR', help: 'city directory to write (required)' }
const DISTRICT: Option = { type: 'string', value: 'ID', help: 'district of everything imported (d0)' }
const NAMES: Readonly<Record<string, Option>> = {
  name: { type: 'string', value: 'TEXT', help: 'English name of the city (the file name, made readable)' },
  'name-zh': { type: 'string', value: 'TEXT', help: 'Chinese name of the city (as --name)' },
}
const POPULATE: Option = { type: 'string', value: 'SEED', help: 'add plausible depots, crews, grids and devices' }

function outOf(args: Arguments): string {
  const out = args.text('out')
  if (out === undefined) throw usageError('--out DIR is missing: where the city is to be written')
  return out
}

function districtOf(args: Arguments): string {
  const district = args.text('district') ?? 'd0'
  if (!ID_PATTERN.test(district)) throw usageError(`--district is an id of letters, digits and _ . : -, not ${district}`)
  return district
}

function nameOf(args: Arguments, option: string): string | undefined {
  const text = args.text(option)?.trim()
  if (text === '') throw usageError(`--${option} is empty: expected a name`)
  return text
}

/** `1-8`, `1,3,5`, `0-3,6`. */
function phasesOf(text: string | undefined): number[] | null {
  if (text === undefined) return null
  return text.split(',').flatMap((part) => {
    const range = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part.trim())
    if (range === null) throw usageError(`--phases is like 1-8 or 1,3,5, not ${text}`)
    const first = Number(range[1])
    const last = Number(range[2] ?? range[1])
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  })
}

async function finish({ city, problems, notes, files }: Imported, args: Arguments): Promise<number> {
  if (problems.length > 0) throw new UrbanError('input', 'import', problems.map(formatProblem).join('\n'))
  for (const note of notes) process.stderr.write(`note: ${formatProblem(note)}\n`)
  const seed = seedOf(args, 'populate')
  const named = renameCity(city, { zh: nameOf(args, 'name-zh'), en: nameOf(args, 'name') })
  const whole = seed === null ? named : populate(named, seed)
  const out = outOf(args)
  await writeCity(whole, out)
  if (files !== undefined) await writeBeside(files, out)
  const { roads, junctions, grids, devices, crews } = whole
  say(
    `${out}: ${roads.length} roads, ${junctions.length} junctions, ${grids.length} grids, ${devices.length} devices, ${crews.length} crews`,
  )
  return 0
}

export const importCityflowCommand: Command = {
  positionals: ['<roadnet.json>'],
  options: {
    out: OUT,
    district: DISTRICT,
    phases: { type: 'string', value: '1-8', help: 'phase indices that controllers may use (all that give green)' },
    ...NAMES,
    populate: POPULATE,
  },
  async run(args) {
    outOf(args)
    const phases = phasesOf(args.text('phases'))
    return finish(await importCityflow(args.positionals[0], { district: districtOf(args), phases }), args)
  },
}

export const importOsmCommand: Command = {
  positionals: ['<map.osm>'],
  options: { out: OUT, district: DISTRICT, ...NAMES, populate: POPULATE },
  async run(args) {
    outOf(args)
    return finish(await importOsm(args.positionals[0], { district: districtOf(args) }), args)
  },
}

export const importSumoCommand: Command = {
  positionals: ['<net.xml>'],
  options: { out: OUT, district: DISTRICT, ...NAMES, populate: POPULATE },
  async run(args) {
    outOf(args)
    return finish(await importSumo(args.positionals[0], { district: districtOf(args) }), args)
  },
}

export const importSwmmCommand: Command = {
  positionals: ['<network.inp>'],
  options: {
    out: OUT,
    district: DISTRICT,
    objectives: {
      type: 'string',
      value: 'FILE',
      help: 'what to control, by which gauges, and what is to be avoided (all; flooding everywhere)',
    },
    ...NAMES,
    populate: POPULATE,
  },
  async run(args) {
    outOf(args)
    return finish(await importSwmm(args.positionals[0], { district: districtOf(args), objectives: args.text('objectives') }), args)
  },
}

export const importGeojsonCommand: Command = {
  positionals: ['<features.geojson>'],
  options: { out: { ...OUT, help: 'city directory to add to (required)' }, ...NAMES, populate: POPULATE },
  async run(args) {
    const { city, problems } = await loadCity(outOf(args))
    if (problems.length > 0) throw new UrbanError('input', 'city', problems.map(formatProblem).join('\n'))
    return finish(await importGeojson(args.positionals[0], city), args)
  },
}
