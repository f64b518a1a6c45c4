/** Run cards as a city writes them: YAML, checked whole, all problems at once with file, line and column (docs/dispatch.md). */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { formatProblem, type Problem, UrbanError } from '../engine/base/errors.ts'
import { ALARMS_MAX, DEFAULT_RUN_CARDS, type RunCard, type RunCards } from '../engine/model/run-cards.ts'
import { SEVERITIES } from '../engine/model/severity.ts'
import { defaultSiteForm, SITE_PHOTOS } from '../engine/model/site-form.ts'
import { createChecker, pathText } from './check-schema.ts'
import { readYaml } from './check-yaml.ts'

const closed = { additionalProperties: false } as const
const Name = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const Minutes = (description: string) => Type.Number({ minimum: 1, maximum: 10_080, description })

const LineFile = Type.Object(
  {
    skill: Name,
    kit: Type.Optional(Type.Array(Name, { description: 'What each of these crews has to carry' })),
    service_min: Minutes('Work on site, minutes'),
    crews: Type.Optional(Type.Integer({ minimum: 1, maximum: 12, description: 'How many such crews; 1 unless given' })),
  },
  closed,
)
const TextFile = Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, closed)
const SiteFile = Type.Object(
  {
    steps: Type.Optional(Type.Array(TextFile, { minItems: 1, maxItems: 20, description: 'What the crew does, in order' })),
    hazards: Type.Optional(Type.Array(TextFile, { maxItems: 10, description: 'What it is warned of before it goes' })),
    readings: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.String({ pattern: '^[a-z][a-z0-9_]*_[a-z0-9]+$', description: 'Metric with its unit as suffix' }),
            name: TextFile,
            min: Type.Number(),
            max: Type.Number(),
          },
          closed,
        ),
        { maxItems: 10, description: 'What it has to measure before the job is done' },
      ),
    ),
    photos: Type.Optional(
      Type.Array(Type.Union(SITE_PHOTOS.map((stage) => Type.Literal(stage))), { uniqueItems: true, description: 'Before the job is done' }),
    ),
  },
  { ...closed, description: "What is asked of a crew on site; what is not given is the program's own" },
)
const CardFile = Type.Object(
  {
    class: Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', description: 'Class of incident' }),
    title: TextFile,
    deadline_min: Minutes('Time allowed until it is resolved, minutes'),
    alarms: Type.Array(Type.Array(LineFile, { minItems: 1 }), {
      minItems: 1,
      maxItems: ALARMS_MAX,
      description: 'Who goes with the first alarm, and whom each further one adds',
    }),
    second_alarm_from: Type.Optional(Type.Union(SEVERITIES.map((severity) => Type.Literal(severity)))),
    dangerous: Type.Optional(Type.Boolean({ description: 'Not for volunteers' })),
    site: Type.Optional(SiteFile),
  },
  closed,
)
const CardsFile = Type.Object({ cards: Type.Array(CardFile) }, closed)
type CardsFile = Static<typeof CardsFile>

const check = createChecker(CardsFile)
const isCardsFile = (value: unknown): value is CardsFile => check(value).length === 0

const cardOf = (file: Static<typeof CardFile>): RunCard => ({
  class: file.class,
  title: file.title,
  deadline_min: file.deadline_min,
  alarms: file.alarms.map((lines) => lines.map(({ skill, kit = [], service_min, crews = 1 }) => ({ skill, kit, service_min, crews }))),
  second_alarm_from: file.second_alarm_from ?? null,
  dangerous: file.dangerous ?? false,
  site: { ...defaultSiteForm(file.class), ...file.site },
})

/** The cards of a file over those of the program, class by class; `cards` holds the program's alone where there are problems. */
export function readRunCards(file: string, text: string): { cards: RunCards; problems: readonly Problem[] } {
  const { source, problems: syntax } = readYaml(file, text)
  if (source === null) return { cards: DEFAULT_RUN_CARDS, problems: syntax }
  const { value } = source
  const problems: Problem[] = check(value).map(({ path, message }) => ({
    place: source.placeOf(path),
    code: 'run_cards.schema',
    message: `${pathText(path)}: ${message}`,
  }))
  if (problems.length > 0 || !isCardsFile(value)) return { cards: DEFAULT_RUN_CARDS, problems }
  const cards = new Map(DEFAULT_RUN_CARDS)
  const seen = new Set<string>()
  value.cards.forEach((card, i) => {
    if (seen.has(card.class)) {
      const message = `class ${card.class} has a card already, expected one for each class`
      problems.push({ place: source.placeOf(['cards', i, 'class']), code: 'run_cards.repeated', message })
    }
    seen.add(card.class)
    cards.set(card.class, cardOf(card))
  })
  return { cards: problems.length > 0 ? DEFAULT_RUN_CARDS : cards, problems }
}

const CITY_FILE = 'run-cards.yaml'

/**
 * @param file as the settings name it; empty takes `run-cards.yaml` of the city directory where there is one
 * @param directory of the city; null for the demo city
 * @throws UrbanError input `run_cards` with every problem, or `run_cards_unreadable`
 */
export async function loadRunCards(file: string, directory: string | null): Promise<RunCards> {
  const inCity = directory === null ? null : join(directory, CITY_FILE)
  const path = file !== '' ? file : inCity !== null && existsSync(inCity) ? inCity : null
  if (path === null) return DEFAULT_RUN_CARDS
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UrbanError('input', 'run_cards_unreadable', `cannot read the run cards in ${path}`, { place: { file: path }, cause })
  })
  const { cards, problems } = readRunCards(path, text)
  if (problems.length > 0) throw new UrbanError('input', 'run_cards', problems.map(formatProblem).join('\n'))
  return cards
}
