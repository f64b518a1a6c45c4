/** The file that `train waste` writes: a versioned model of the fill forecast, checked whole before anything is asked of it. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { placed, readJson } from '../config/check-json.ts'
import { createChecker, findingsOf } from '../config/check-schema.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'
import { createFillForecaster, WASTE_MODEL_FORMAT, WASTE_MODEL_VERSION, type WasteModel } from '../engine/waste/forecast/model.ts'

const strict = { additionalProperties: false } as const
const number = Type.Number()
const maybe = Type.Union([number, Type.Null()])
const name = Type.Union([Type.String(), Type.Null()])

const PriorSchema = Type.Object(
  {
    rate_pct_h: Type.Number({ exclusiveMinimum: 0 }),
    dispersion_pct: Type.Number({ exclusiveMinimum: 0 }),
    slots: Type.Array(number, { minItems: 8, maxItems: 8 }),
    days: Type.Array(number, { minItems: 7, maxItems: 7 }),
    event: Type.Number({ minimum: 0 }),
  },
  strict,
)
const TrackSchema = Type.Object(
  {
    level_pct: number,
    raw_pct: number,
    ts: number,
    emptied: maybe,
    floor_pct: number,
    since: number,
    doubt: Type.Union([Type.Object({ ts: number, fill_pct: number, before: number }, strict), Type.Null()]),
    noise_pct: number,
    step_pct: number,
    peak_pct: number,
    risen: number,
    life_pct: number,
    life_h: number,
    slots: Type.Array(number, { minItems: 1 }),
    slot: Type.Integer(),
    tops: Type.Array(number),
    emptyings: Type.Array(number),
    interval_h: number,
    readings: Type.Integer(),
  },
  strict,
)
const ForestSchema = Type.Union([
  Type.Object({ base: number, roots: Type.String(), feature: Type.String(), value: Type.String(), left: Type.String() }, strict),
  Type.Null(),
])
const ModelSchema = Type.Object(
  {
    format: Type.Literal(WASTE_MODEL_FORMAT),
    version: Type.Literal(WASTE_MODEL_VERSION),
    all: PriorSchema,
    kinds: Type.Record(Type.String(), PriorSchema),
    forest: ForestSchema,
    claims: Type.Object({ within_24_h: number, within_48_h: number }, strict),
    bins: Type.Record(Type.String(), Type.Object({ kind: name, track: TrackSchema }, strict)),
    score: Type.Object(
      { issues: Type.Integer(), mae_24_h: maybe, mae_48_h: maybe, csi_24: maybe, csi_48: maybe, brier_24: number },
      strict,
    ),
    trained: Type.Object({ bins: Type.Integer(), readings: Type.Integer(), days: Type.Integer() }, strict),
  },
  strict,
)

const HeadSchema = Type.Object({ format: Type.Literal(WASTE_MODEL_FORMAT), version: Type.Integer() })
const checkHead = createChecker(HeadSchema)
const checkModel = createChecker(ModelSchema)
/** The checkers have seen it; without mismatches it has the type of its schema. */
const isHead = (value: unknown): value is Static<typeof HeadSchema> => checkHead(value).length === 0
const isModel = (value: unknown): value is WasteModel => checkModel(value).length === 0

const PROBLEMS_SHOWN = 5

/** @throws UrbanError input `waste.model` with the place: no such file, no model, damaged, or one of another version */
export async function readWasteModel(file: string): Promise<WasteModel> {
  const refuse = (message: string): never => {
    throw new UrbanError('input', 'waste.model', message)
  }
  const text = await readFile(file, 'utf8').catch((error: unknown) =>
    refuse(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)}); train waste --out writes it`),
  )
  const { source, problem } = readJson(file, text)
  if (source === null) return refuse(formatProblem(problem))
  if (!isHead(source.value)) return refuse(`${file}: no waste forecast model: expected a file that train waste has written`)
  if (source.value.version !== WASTE_MODEL_VERSION)
    return refuse(`${file}: a model of version ${source.value.version}, expected ${WASTE_MODEL_VERSION}: train it again with train waste`)
  if (!isModel(source.value)) {
    const problems = placed(source, findingsOf([], 'waste.model', checkModel(source.value)))
    return refuse(problems.slice(0, PROBLEMS_SHOWN).map(formatProblem).join('\n'))
  }
  if (createFillForecaster(source.value) === null)
    return refuse(`${file}: the trees of the model are damaged: train it again with train waste`)
  return source.value
}

export async function writeWasteModel(model: WasteModel, file: string): Promise<void> {
  await writeFile(file, `${JSON.stringify(model)}\n`)
}

/** Of a city directory. */
const CITY_MODEL = 'waste-model.json'

/**
 * The model that the fill forecasts of a city come from; null where there is none.
 * @param file setting waste.model, empty for the city's own. @param directory of the city; null for the demo city
 * @throws UrbanError input `waste.model`: none that can be read, or damaged
 */
export async function findWasteModel(file: string, directory: string | null): Promise<WasteModel | null> {
  const own = directory === null ? null : join(directory, CITY_MODEL)
  const path = file !== '' ? file : own !== null && existsSync(own) ? own : null
  return path === null ? null : readWasteModel(path)
}
