/** The functions a rule may call. Each takes its values as one flat list. */
export interface RuleFunction {
  readonly arity: { readonly from: number; readonly to: number }
  readonly run: (values: readonly number[]) => number
}

const one = (run: (value: number) => number): RuleFunction => ({ arity: { from: 1, to: 1 }, run: (values) => run(single(values)) })
const many = (run: (values: readonly number[]) => number): RuleFunction => ({
  arity: { from: 1, to: Number.POSITIVE_INFINITY },
  run: (values) => (values.length === 0 ? Number.NaN : run(values)),
})
/** A list where one number belongs is unknown, not its first element. */
const single = (values: readonly number[]): number => (values.length === 1 ? values[0] : Number.NaN)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const FUNCTIONS: ReadonlyMap<string, RuleFunction> = new Map([
  ['abs', one(Math.abs)],
  ['ceil', one(Math.ceil)],
  ['exp', one(Math.exp)],
  ['floor', one(Math.floor)],
  ['log', one(Math.log)],
  ['max', many((values) => Math.max(...values))],
  ['mean', many((values) => sum(values) / values.length)],
  ['min', many((values) => Math.min(...values))],
  ['round', one(Math.round)],
  ['sign', one(Math.sign)],
  ['sqrt', one(Math.sqrt)],
  ['sum', many(sum)],
])

export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()]

export const findFunction = (name: string): RuleFunction | null => FUNCTIONS.get(name) ?? null
