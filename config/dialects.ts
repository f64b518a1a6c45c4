/** `dialects.yaml`: how foreign devices become devices of the city. Checked whole, all problems at once with file, line and column (docs/dialects.md). */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import type { Problem } from '../engine/base/errors.ts'
import { nearest } from './check-names.ts'
import { createChecker, pathText } from './check-schema.ts'
import { readYaml } from './check-yaml.ts'

const closed = { additionalProperties: false } as const
const Metric = Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' })

const DeviceKeyText = Type.String({
  pattern: '^[A-Za-z0-9_.:-]{1,64}(/[A-Za-z0-9_.:-]{1,64}){2}$',
  description: 'Key of a device of the city',
})
const Events = Type.Record(
  Type.String({ minLength: 1, maxLength: 96 }),
  Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', maxLength: 64 }),
  {
    description: "A camera's label or rule: the type of event",
  },
)

const ZoneFile = Type.Object(
  {
    zone: Type.String({ minLength: 1, maxLength: 30, pattern: '^[A-Za-z0-9_-]+$', description: 'As Frigate calls it' }),
    events: Events,
    device: Type.Optional(DeviceKeyText),
    on: Type.Optional(Type.Enum(['current', 'entered'], { description: 'While it is in the zone, or from its entering on' })),
    lon: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
    lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  },
  closed,
)

const BindingFile = Type.Object(
  {
    entity: Type.String({ minLength: 1, maxLength: 200, description: 'As `urban-brain decode` prints it; its class may be left out' }),
    device: DeviceKeyText,
    depth_mm: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 100_000, description: 'From the sensor to the ground of the empty bin' }),
    ),
    metrics: Type.Optional(
      Type.Record(Metric, Metric, { additionalProperties: false, description: "The message's metric: the contract's" }),
    ),
    events: Type.Optional(Events),
    ptz: Type.Optional(
      Type.Object(
        {
          topic: Type.String({ pattern: '^[^+#]{1,256}$', description: 'Where the bridge hears of it: frigate/gate_cam/ptz' }),
          presets: Type.Optional(
            Type.Record(Type.String({ minLength: 1, maxLength: 64 }), Type.String({ minLength: 1, maxLength: 128 }), {
              description: 'Preset of the city: what is sent; preset_<id> unless given',
            }),
          ),
        },
        closed,
      ),
    ),
    zones: Type.Optional(Type.Array(ZoneFile, { maxItems: 64 })),
    phases: Type.Optional(
      Type.Record(Type.String({ pattern: '^\\d{1,3}$' }), Type.Integer({ minimum: 0, maximum: 31 }), {
        description: "A controller's stage, signal group or NTCIP phase: the junction's phase",
      }),
    ),
  },
  closed,
)
export type Binding = Static<typeof BindingFile>

const DialectsFile = Type.Object(
  {
    zone: Type.Optional(
      Type.String({ pattern: '^[+-](0\\d|1[0-4]):[0-5]\\d$', description: 'Of times without a zone; +08:00 unless given' }),
    ),
    frigate_prefixes: Type.Optional(Type.Array(Type.String({ pattern: '^[^/+#][^+#]*$', maxLength: 128 }), { maxItems: 64 })),
    subscribe: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        maxItems: 64,
        description: 'Foreign topic filters at an outside broker',
      }),
    ),
    reports: Type.Optional(
      Type.Object(
        {
          classes: Type.Optional(
            Type.Record(
              Type.String({ minLength: 1, maxLength: 128 }),
              Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', maxLength: 64 }),
              {
                description: 'Service, code or category of another system: class of incident',
              },
            ),
          ),
        },
        closed,
      ),
    ),
    bindings: Type.Optional(Type.Array(BindingFile, { maxItems: 100_000 })),
  },
  closed,
)
type DialectsFile = Static<typeof DialectsFile>

export interface DialectSettings {
  readonly zone_min: number
  readonly frigate_prefixes: readonly string[]
  readonly subscribe: readonly string[]
  readonly bindings: readonly Binding[]
  readonly reports: { readonly classes?: Readonly<Record<string, string>> }
}

export const DEFAULT_DIALECTS: DialectSettings = { zone_min: 480, frigate_prefixes: ['frigate'], subscribe: [], bindings: [], reports: {} }

const check = createChecker(DialectsFile)
const isDialectsFile = (value: unknown): value is DialectsFile => check(value).length === 0

/** @param devices keys of the city's devices: a binding to another is a mistake */
export function readDialects(
  file: string,
  text: string,
  devices: readonly string[],
): { readonly settings: DialectSettings; readonly problems: readonly Problem[] } {
  const { source, problems: syntax } = readYaml(file, text)
  if (source === null) return { settings: DEFAULT_DIALECTS, problems: syntax }
  const value = source.value ?? {}
  const problems: Problem[] = check(value).map(({ path, message }) => ({
    place: source.placeOf(path),
    code: 'dialects.schema',
    message: `${pathText(path)}: ${message}`,
  }))
  if (problems.length > 0 || !isDialectsFile(value)) return { settings: DEFAULT_DIALECTS, problems }
  const known = new Set(devices)
  const seen = new Set<string>()
  value.bindings?.forEach(({ entity, device, zones = [] }, i) => {
    const say = (path: readonly (string | number)[], message: string): void => {
      problems.push({ place: source.placeOf(['bindings', i, ...path]), code: 'dialects.binding', message })
    }
    const checkDevice = (key: string, path: readonly (string | number)[]): void => {
      if (known.has(key)) return
      const near = nearest(key, devices)
      say(path, `${key} is no device of the city${near === null ? '' : `; did you mean ${near}?`}`)
    }
    if (seen.has(entity)) say(['entity'], `${entity} is bound already, expected once`)
    seen.add(entity)
    checkDevice(device, ['device'])
    zones.forEach((zone, z) => {
      if (zone.device !== undefined) checkDevice(zone.device, ['zones', z, 'device'])
      if ((zone.lon === undefined) !== (zone.lat === undefined)) say(['zones', z], `${zone.zone}: expected lon and lat, or neither`)
      if (zones.findIndex((other) => other.zone === zone.zone) < z)
        say(['zones', z, 'zone'], `${zone.zone} is bound already, expected once`)
    })
  })
  if (problems.length > 0) return { settings: DEFAULT_DIALECTS, problems }
  const { zone, ...rest } = value
  return {
    settings: { ...DEFAULT_DIALECTS, ...rest, zone_min: zone === undefined ? DEFAULT_DIALECTS.zone_min : minutesOf(zone) },
    problems,
  }
}

const minutesOf = (zone: string): number => (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)))

export const DIALECTS_FILE = 'dialects.yaml'

/** Where it lies: the first directory that has it, the data directory, then the city's; null where none has. */
export const findDialects = (directories: readonly string[]): string | null =>
  directories.map((directory) => join(directory, DIALECTS_FILE)).find((one) => existsSync(one)) ?? null

export interface LoadedDialects {
  readonly settings: DialectSettings
  readonly problems: readonly Problem[]
  /** Null: there is no file, and the defaults hold. */
  readonly file: string | null
  readonly text: string
}

/** Never throws: a file that cannot be read is a problem too. */
export async function loadDialects(directories: readonly string[], devices: readonly string[]): Promise<LoadedDialects> {
  const file = findDialects(directories)
  if (file === null) return { settings: DEFAULT_DIALECTS, problems: [], file, text: '' }
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) {
    const problem: Problem = { place: { file }, code: 'dialects.read', message: 'the file cannot be read' }
    return { settings: DEFAULT_DIALECTS, problems: [problem], file, text: '' }
  }
  return { ...readDialects(file, text, devices), file, text }
}
