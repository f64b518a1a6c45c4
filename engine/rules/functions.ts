/** The functions of numbers that a rule may call, and how the generated function writes each (fuse.ts). */
export interface RuleFunction {
  readonly arity: { readonly from: number; readonly to: number }
  /** What becomes of units: kept from the arguments, halved, or none allowed. */
  readonly units: 'same' | 'root' | 'none' | 'drop'
  /** Source text over the texts of its arguments. */
  readonly write: (args: readonly string[]) => string
}

const one = (units: RuleFunction['units'], write: (x: string) => string): RuleFunction => ({
  arity: { from: 1, to: 1 },
  units,
  write: ([x]) => write(x),
})
const many = (write: RuleFunction['write']): RuleFunction => ({ arity: { from: 1, to: Number.POSITIVE_INFINITY }, units: 'same', write })

const FUNCTIONS: ReadonlyMap<string, RuleFunction> = new Map([
  ['abs', one('same', (x) => `Math.abs(${x})`)],
  ['ceil', one('same', (x) => `Math.ceil(${x})`)],
  ['exp', one('none', (x) => `Math.exp(${x})`)],
  ['floor', one('same', (x) => `Math.floor(${x})`)],
  ['log', one('none', (x) => `Math.log(${x})`)],
  ['max', many((args) => `Math.max(${args.join(', ')})`)],
  ['mean', many((args) => `((${args.join(' + ')}) / ${args.length})`)],
  ['min', many((args) => `Math.min(${args.join(', ')})`)],
  // As in mathjs, halves go away from zero.
  ['round', one('same', (x) => `(Math.sign(${x}) * Math.round(Math.abs(${x})))`)],
  ['sign', one('drop', (x) => `Math.sign(${x})`)],
  ['sqrt', one('root', (x) => `Math.sqrt(${x})`)],
  ['sum', many((args) => `(${args.join(' + ')})`)],
])

export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()]

export const findFunction = (name: string): RuleFunction | null => FUNCTIONS.get(name) ?? null
