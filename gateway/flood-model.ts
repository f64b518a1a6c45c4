/** The file that `train flood` writes: a versioned model of the flood forecast, checked whole before anything is asked of it. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { placed, readJson } from '../config/check-json.ts'
import { createChecker, findingsOf } from '../config/check-schema.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'
import { createCityForecaster, type Waters } from '../engine/flood/forecast/answer.ts'
import { type FloodModel, MODEL_FORMAT, MODEL_VERSION } from '../engine/flood/forecast/model.ts'

const strict = { additionalProperties: false } as const
const number = Type.Number()
const share = Type.Number({ minimum: 0, maximum: 1 })

const CatchmentSchema = Type.Object(
  {
    surface_min: Type.Number({ minimum: 0.1, description: 'a time constant in minutes' }),
    store_min: Type.Number({ minimum: 0.1, description: 'a time constant in minutes' }),
    outlet_mm: Type.Number({ minimum: 0 }),
    tide_outlet: number,
    tide_mm: number,
    loss_mm: Type.Number({ minimum: 0 }),
    slow_min: Type.Number({ minimum: 0.1 }),
    slow_share: Type.Number({ minimum: 0 }),
  },
  strict,
)
const RatingSchema = Type.Object({ store_mm: Type.Array(number, { minItems: 2 }), depth_m: Type.Array(number, { minItems: 2 }) }, strict)
const ForestSchema = Type.Object(
  { base: number, roots: Type.String(), feature: Type.String(), value: Type.String(), left: Type.String() },
  strict,
)
const ScoreSchema = Type.Object(
  {
    leads: Type.Array(Type.Object({ lead_min: number, nse: number, csi_onset: share, brier: share }, strict)),
    episodes: Type.Integer({ minimum: 0 }),
    warned_30_min: Type.Union([share, Type.Null()]),
    false_run_share: share,
  },
  strict,
)
const LeadSchema = Type.Object(
  {
    lead_min: Type.Integer({ minimum: 5, maximum: 120 }),
    depth: ForestSchema,
    chance: ForestSchema,
    scale: Type.Object({ offset: number, slope: Type.Number({ minimum: 0 }) }, strict),
    bands: Type.Array(Type.Object({ spread: number, low: number, high: number }, strict)),
  },
  strict,
)
const HeadsSchema = Type.Object(
  { rain: Type.Array(ForestSchema), leads: Type.Array(LeadSchema, { minItems: 1 }), score: ScoreSchema },
  strict,
)

const ModelSchema = Type.Object(
  {
    format: Type.Literal(MODEL_FORMAT),
    version: Type.Literal(MODEL_VERSION),
    points: Type.Array(
      Type.Object(
        {
          node: Type.String(),
          rim_m: number,
          threshold_m: number,
          catchment: CatchmentSchema,
          rating: RatingSchema,
          neighbours: Type.Array(Type.String()),
        },
        strict,
      ),
    ),
    typical: Type.Object({ catchment: CatchmentSchema, rating: RatingSchema }, strict),
    nowcast: Type.Union([HeadsSchema, Type.Null()]),
    gauges: HeadsSchema,
    trained: Type.Object({ storms: Type.Integer(), steps: Type.Integer() }, strict),
  },
  strict,
)

const HeadSchema = Type.Object({ format: Type.Literal(MODEL_FORMAT), version: Type.Integer() })
const checkHead = createChecker(HeadSchema)
const checkModel = createChecker(ModelSchema)
/** The checkers have seen it; without mismatches it has the type of its schema. */
const isHead = (value: unknown): value is Static<typeof HeadSchema> => checkHead(value).length === 0
const isModel = (value: unknown): value is FloodModel => checkModel(value).length === 0

const PROBLEMS_SHOWN = 5

/** @throws UrbanError input `flood.model` with the place: no such file, no model, or one of another version */
export async function readFloodModel(file: string): Promise<FloodModel> {
  const refuse = (message: string): never => {
    throw new UrbanError('input', 'flood.model', message)
  }
  const text = await readFile(file, 'utf8').catch((error: unknown) =>
    refuse(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)}); train flood --out writes it`),
  )
  const { source, problem } = readJson(file, text)
  if (source === null) return refuse(formatProblem(problem))
  if (!isHead(source.value)) return refuse(`${file}: no flood forecast model: expected a file that train flood has written`)
  if (source.value.version !== MODEL_VERSION)
    return refuse(`${file}: a model of version ${source.value.version}, expected ${MODEL_VERSION}: train it again with train flood`)
  if (isModel(source.value)) return source.value
  const problems = placed(source, findingsOf([], 'flood.model', checkModel(source.value)))
  return refuse(problems.slice(0, PROBLEMS_SHOWN).map(formatProblem).join('\n'))
}

/** Of a city directory. */
const CITY_MODEL = 'flood-model.json'

/**
 * The model that the forecasts of a city come from; null where there is none.
 * @param file setting flood.model, empty for the city's own. @param directory of the city; null for the demo city
 * @throws UrbanError input `flood.model`: none that can be read, damaged, or of another city
 */
export async function findFloodModel(file: string, directory: string | null, city: Waters): Promise<FloodModel | null> {
  const own = directory === null ? null : join(directory, CITY_MODEL)
  const path = file !== '' ? file : own !== null && existsSync(own) ? own : null
  if (path === null) return null
  const model = await readFloodModel(path)
  const refuse = (message: string): never => {
    throw new UrbanError('input', 'flood.model', `${path}: ${message}`)
  }
  const known = new Set(model.points.map(({ node }) => node))
  if (!city.low_points.some(({ id }) => known.has(id))) {
    const [first] = model.points
    return refuse(`of another city: it knows none of its low points, but ${known.size} others such as ${first?.node ?? 'none at all'}`)
  }
  if (createCityForecaster(city, model) === null) return refuse('the trees of the model are damaged: train it again with train flood')
  return model
}

export async function writeFloodModel(model: FloodModel, file: string): Promise<void> {
  await writeFile(file, `${JSON.stringify(model)}\n`)
}
