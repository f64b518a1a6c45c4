/**
 * A scenario: what weather, demand, faults and network a drill plays, and what a good outcome is. Written as YAML by trainers
 * (docs/drills.md), checked whole, all problems at once. Shares are 0 to 1; minutes count from the scenario's start.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Static, Type } from 'typebox'
import { DOMAINS } from '../engine/base/domain.ts'
import { type Problem, UrbanError } from '../engine/base/errors.ts'
import type { EpochMs } from '../engine/base/time.ts'
import type { Bilingual } from '../engine/model/city.ts'
import { createChecker, pathText } from './check-schema.ts'
import { readYaml, type YamlSource } from './check-yaml.ts'
import { PROJECT_ROOT } from './project-root.ts'

/** `share` 1, so that a fault hits every device that it names unless said otherwise. */
const Share = (description: string, value: number) => Type.Number({ minimum: 0, maximum: 1, default: value, description })
const Minutes = (description: string) => Type.Number({ minimum: 0, maximum: 525_600, description })
const Fraction = Type.Tuple([Type.Number({ minimum: -1, maximum: 2 }), Type.Number({ minimum: -1, maximum: 2 })], {
  description: 'Place as share of the city bounds: [0, 0] is the south-west corner, [1, 1] the north-east',
})
const closed = { additionalProperties: false } as const

const RainCellFile = Type.Object(
  {
    from_min: Type.Number({
      minimum: -1440,
      maximum: 525_600,
      description: 'When it begins; below 0: it is raining when the scenario begins',
    }),
    duration_min: Type.Number({ minimum: 1, maximum: 10_080, description: 'How long it lasts; strongest in the middle' }),
    peak_mm_h: Type.Number({ minimum: 0, maximum: 400, description: 'Rain rate at its centre when strongest' }),
    radius_m: Type.Number({ minimum: 100, maximum: 500_000, description: 'Distance from the centre at which 61 % of the rate falls' }),
    from: Fraction,
    to: Type.Optional(Fraction),
    every_min: Type.Optional(Type.Number({ minimum: 1, maximum: 525_600, description: 'Comes again this often' })),
  },
  closed,
)

const WaterFile = Type.Object(
  {
    surge: Type.Optional(
      Type.Object(
        {
          from_min: Type.Number({ minimum: -1440, maximum: 525_600, description: 'When the river or tide begins to rise' }),
          duration_min: Type.Number({ minimum: 1, maximum: 10_080, description: 'Until it is back; highest in the middle' }),
          peak_m: Type.Number({ minimum: 0, maximum: 10, description: 'How far above its usual level' }),
        },
        closed,
      ),
    ),
  },
  closed,
)

export const FAULT_KINDS = [
  'silent',
  'stuck',
  'bias',
  'drift',
  'noise',
  'drop',
  'duplicate',
  'late',
  'crazy',
  'blocked',
  'power_cut',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

const FaultFile = Type.Object(
  {
    fault: Type.Union(FAULT_KINDS.map((kind) => Type.Literal(kind))),
    domain: Type.Union(DOMAINS.map((domain) => Type.Literal(domain))),
    kind: Type.Optional(Type.String({ description: 'Device kind, `level_gauge`' })),
    id: Type.Optional(Type.String({ description: 'One device' })),
    place: Type.Optional(Type.String({ description: 'Devices of one low point, junction or depot' })),
    district: Type.Optional(Type.String({ description: 'Devices of one district' })),
    metric: Type.Optional(Type.String({ description: 'One metric; all without' })),
    amount: Type.Optional(
      Type.Number({
        description:
          'bias: added; drift: added per hour; noise: standard deviation; drop, duplicate: share of messages; late: seconds; blocked: share of the flow that is lost',
      }),
    ),
    share: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Share of the named devices that have it; 1 unless given' })),
    from_min: Minutes('When it begins'),
    until_min: Minutes('When it ends'),
  },
  closed,
)

const ScenarioFile = Type.Object(
  {
    name: Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, closed),
    start: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$', description: 'Time with offset' }),
    duration_min: Type.Number({ minimum: 1, maximum: 525_600 }),
    step_s: Type.Integer({ minimum: 1, maximum: 3600 }),
    city: Type.Optional(Type.String({ minLength: 1 })),
    weather: Type.Optional(Type.Object({ cells: Type.Optional(Type.Array(RainCellFile)) }, closed)),
    water: Type.Optional(WaterFile),
    traffic: Type.Optional(Type.Object({ demand_factor: Type.Optional(Type.Number({ minimum: 0, maximum: 10 })) }, closed)),
    waste: Type.Optional(
      Type.Object(
        {
          fill_factor: Type.Optional(Type.Number({ minimum: 0, maximum: 1000, default: 1, description: 'Times the usual filling' })),
          busy_share: Type.Optional(Share('Bins that have a busy hour and overflow in it, drawn anew every hour', 0)),
          fires_per_bin_day: Type.Optional(Type.Number({ minimum: 0, maximum: 1000, default: 0 })),
          routine: Type.Optional(
            Type.Boolean({
              default: true,
              description: 'Every bin is emptied once a night, whatever is planned; false leaves that to the rounds of the brain',
            }),
          ),
        },
        closed,
      ),
    ),
    cameras: Type.Optional(
      Type.Object(
        {
          events_per_h: Type.Optional(Type.Number({ minimum: 0, maximum: 3600, default: 0, description: 'Street events at one camera' })),
          false_share: Type.Optional(Share('Of what the cameras report, seen where nothing is', 0)),
        },
        closed,
      ),
    ),
    residents: Type.Optional(
      Type.Object({ report_share: Type.Optional(Share('Overflowing bins and flooded streets that somebody reports', 0)) }, closed),
    ),
    crews: Type.Optional(
      Type.Object(
        {
          refuse_share: Type.Optional(Share('Offers that are refused', 0)),
          ignore_share: Type.Optional(Share('Offers that nobody looks at', 0)),
          all_on_duty: Type.Optional(
            Type.Boolean({ default: false, description: 'Every crew was called in, whatever the rota says, as on a red alert' }),
          ),
        },
        closed,
      ),
    ),
    faults: Type.Optional(Type.Array(FaultFile)),
    network: Type.Optional(
      Type.Object(
        {
          delay_s: Type.Optional(
            Type.Number({ minimum: 0, maximum: 3600, default: 0, description: 'Mean delay; later ones may overtake' }),
          ),
          duplicate_share: Type.Optional(Share('Messages that arrive twice', 0)),
        },
        closed,
      ),
    ),
    expect: Type.Optional(Type.Array(Type.String({ description: 'flood.flooded_minutes <= 90' }))),
  },
  closed,
)
type ScenarioFile = Static<typeof ScenarioFile>

export type RainCell = Static<typeof RainCellFile>
export type Fault = Static<typeof FaultFile>
export type Surge = NonNullable<Static<typeof WaterFile>['surge']>

export const COMPARISONS = ['<=', '>=', '==', '<', '>'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** One line of `expect`: a metric of the score held against a number. */
export interface Expectation {
  readonly metric: string
  readonly comparison: Comparison
  readonly limit: number
}

/** The file with every default filled in. */
export interface Scenario {
  /** The file's name without its ending. */
  readonly id: string
  readonly name: Bilingual
  readonly start: EpochMs
  readonly duration_s: number
  readonly step_s: number
  /** City directory, or demo. */
  readonly city: string
  readonly weather: { readonly cells: readonly RainCell[] }
  /** null: the river stands as it usually does. */
  readonly water: { readonly surge: Surge | null }
  readonly traffic: { readonly demand_factor: number }
  readonly waste: {
    readonly fill_factor: number
    readonly busy_share: number
    readonly fires_per_bin_day: number
    readonly routine: boolean
  }
  readonly cameras: { readonly events_per_h: number; readonly false_share: number }
  readonly residents: { readonly report_share: number }
  readonly crews: { readonly refuse_share: number; readonly ignore_share: number; readonly all_on_duty: boolean }
  readonly faults: readonly Fault[]
  readonly network: { readonly delay_s: number; readonly duplicate_share: number }
  readonly expect: readonly Expectation[]
}

const SHIPPED = join(PROJECT_ROOT, 'config/scenarios')
const check = createChecker(ScenarioFile)

/** Names of the scenarios that ship with the program, sorted. */
export async function listScenarios(): Promise<string[]> {
  const files = await readdir(SHIPPED)
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort()
}

/**
 * A shipped scenario by name, or a file by path (`.yaml` or `.yml`). With problems there is no scenario.
 * Throws UrbanError `scenario_unreadable` (input) when there is no such scenario.
 */
export async function loadScenario(
  nameOrFile: string,
): Promise<{ scenario: Scenario; problems: readonly [] } | { scenario: null; problems: readonly Problem[] }> {
  const isFile = /\.ya?ml$/.test(nameOrFile)
  const file = isFile ? nameOrFile : join(SHIPPED, `${nameOrFile}.yaml`)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const known = isFile ? '' : `; there are ${(await listScenarios()).join(', ')}, or give a .yaml file`
    throw new UrbanError('input', 'scenario_unreadable', `no such scenario: ${nameOrFile}${known}`, { place: { file }, cause })
  }
  return readScenario(file, text)
}

/** The text of a scenario file, checked. `file` names it in problems. */
export function readScenario(
  file: string,
  text: string,
): { scenario: Scenario; problems: readonly [] } | { scenario: null; problems: readonly Problem[] } {
  const { source, problems: syntax } = readYaml(file, text)
  if (source === null) return { scenario: null, problems: syntax }
  const { value } = source
  const problems = check(value).map(({ path, message }) => ({
    place: source.placeOf(path),
    code: 'scenario.schema',
    message: `${pathText(path)}: ${message}`,
  }))
  if (problems.length > 0 || !isScenarioFile(value)) return { scenario: null, problems }
  const meaning = contradictions(value, source)
  if (meaning.length > 0) return { scenario: null, problems: meaning }
  return { scenario: withDefaults(basename(file).replace(/\.ya?ml$/, ''), value), problems: [] }
}

const isScenarioFile = (value: unknown): value is ScenarioFile => check(value).length === 0

const WITHOUT_AMOUNT: readonly FaultKind[] = ['silent', 'stuck', 'crazy', 'power_cut']

/** What a schema cannot say. */
function contradictions(value: ScenarioFile, source: YamlSource): Problem[] {
  const problems: Problem[] = []
  const say = (path: readonly (string | number)[], message: string): void => {
    problems.push({ place: source.placeOf(path), code: 'scenario.meaning', message: `${pathText(path)}: ${message}` })
  }
  if (Number.isNaN(Date.parse(value.start))) say(['start'], `${value.start} is no time, expected 2026-06-18T17:00:00+08:00`)
  if ((value.duration_min * 60) % value.step_s !== 0) say(['step_s'], `expected a divisor of the duration, ${value.duration_min * 60} s`)
  value.faults?.forEach((fault, i) => {
    if (fault.until_min <= fault.from_min) say(['faults', i, 'until_min'], `expected more than from_min, ${fault.from_min}`)
    const needsAmount = !WITHOUT_AMOUNT.includes(fault.fault)
    if (needsAmount && fault.amount === undefined) say(['faults', i], `${fault.fault} needs an amount`)
    if (!needsAmount && fault.amount !== undefined) say(['faults', i, 'amount'], `${fault.fault} takes no amount`)
    if (fault.fault === 'blocked' && (fault.domain !== 'drain' || (fault.amount ?? 0) < 0 || (fault.amount ?? 0) > 1))
      say(['faults', i], 'blocked is for the domain drain, with an amount from 0 to 1')
  })
  value.expect?.forEach((text, i) => {
    if (parseExpectation(text) === null) say(['expect', i], `expected "metric <= number" with one of ${COMPARISONS.join(' ')}`)
  })
  return problems
}

export function parseExpectation(text: string): Expectation | null {
  const match = /^([a-z][\w.]*) *(<=|>=|==|<|>) *(-?\d+(?:\.\d+)?)$/.exec(text.trim())
  if (match === null) return null
  const comparison = COMPARISONS.find((one) => one === match[2])
  return comparison === undefined ? null : { metric: match[1], comparison, limit: Number(match[3]) }
}

function withDefaults(id: string, file: ScenarioFile): Scenario {
  return {
    id,
    name: file.name,
    start: Date.parse(file.start),
    duration_s: file.duration_min * 60,
    step_s: file.step_s,
    city: file.city ?? 'demo',
    weather: { cells: file.weather?.cells ?? [] },
    water: { surge: file.water?.surge ?? null },
    traffic: { demand_factor: 1, ...file.traffic },
    waste: { fill_factor: 1, busy_share: 0, fires_per_bin_day: 0, routine: true, ...file.waste },
    cameras: { events_per_h: 0, false_share: 0, ...file.cameras },
    residents: { report_share: 0, ...file.residents },
    crews: { refuse_share: 0, ignore_share: 0, all_on_duty: false, ...file.crews },
    faults: file.faults ?? [],
    network: { delay_s: 0, duplicate_share: 0, ...file.network },
    expect: (file.expect ?? []).flatMap((text) => parseExpectation(text) ?? []),
  }
}
