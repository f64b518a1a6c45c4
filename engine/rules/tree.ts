/**
 * An expression after it was checked: what is left is arithmetic, logic and inputs, with every unit converted. From it the function is
 * generated (fuse.ts) and the sentence is written (sentence.ts).
 */

export type Comparison = 'larger' | 'largerEq' | 'smaller' | 'smallerEq' | 'equal' | 'unequal'
export type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'pow' | 'mod'

export type NumberTree =
  /** `shown` is how it was written where that differs: `30 cm`. */
  | { readonly op: 'number'; readonly value: number; readonly shown?: string }
  | { readonly op: 'input'; readonly input: Input }
  | { readonly op: Arithmetic; readonly left: NumberTree; readonly right: NumberTree }
  /** Another unit: `factor` times the inner value. */
  | { readonly op: 'scale'; readonly factor: number; readonly inner: NumberTree }
  | { readonly op: 'negate'; readonly inner: NumberTree }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly NumberTree[] }
  | { readonly op: 'choice'; readonly test: TruthTree; readonly yes: NumberTree; readonly no: NumberTree }

export type TruthTree =
  | { readonly op: 'truth'; readonly value: boolean }
  /** An input that is 1, 0 or unknown. */
  | { readonly op: 'flag'; readonly input: Input }
  | { readonly op: Comparison; readonly left: NumberTree; readonly right: NumberTree }
  | { readonly op: 'and' | 'or' | 'xor'; readonly left: TruthTree; readonly right: TruthTree }
  | { readonly op: 'not'; readonly inner: TruthTree }
  | { readonly op: 'select'; readonly test: TruthTree; readonly yes: TruthTree; readonly no: TruthTree }

export type WindowFunction = 'mean_over' | 'max_over' | 'min_over' | 'delta' | 'rate_h'
export type SetFunction = 'any' | 'all' | 'count' | 'share' | 'mean' | 'max' | 'min' | 'sum'

/** Which devices: those of a kind, of a place on the map or in the network, named ones. */
export type SetSpec =
  | { readonly of: 'near'; readonly distance_m: number }
  | { readonly of: 'upstream' | 'downstream' | 'place' | 'district' }
  /** `code` null is the device's own grid. */
  | { readonly of: 'grid'; readonly code: string | null }
  | { readonly of: 'kind'; readonly kind: string }
  | { readonly of: 'group'; readonly name: string }

export type ClockName = 'hour_h' | 'weekday' | 'working_day' | 'holiday'

/** Where a value comes from. */
export type Input =
  /** A constant of the device, or the newest believed value of a metric. */
  | { readonly from: 'metric'; readonly name: string }
  /** A metric that may be a list, folded to one number. */
  | { readonly from: 'fold'; readonly name: string; readonly by: 'max' | 'min' | 'sum' | 'mean' }
  | { readonly from: 'element'; readonly name: string; readonly index: number }
  | { readonly from: 'age' }
  | { readonly from: 'interval' }
  | { readonly from: 'window'; readonly by: WindowFunction; readonly name: string; readonly span_ms: number }
  | { readonly from: 'events'; readonly type: string; readonly span_ms: number }
  | { readonly from: 'clock'; readonly name: ClockName }
  | { readonly from: 'device'; readonly device: string; readonly tree: AnyTree }
  | { readonly from: 'set'; readonly by: SetFunction; readonly set: SetSpec; readonly tree: AnyTree }

export type AnyTree = { readonly kind: 'number'; readonly tree: NumberTree } | { readonly kind: 'truth'; readonly tree: TruthTree }

/** Every input of a tree in the order of the text; those of other devices' trees are not its own. */
export function inputsOf(any: AnyTree): Input[] {
  const found: Input[] = []
  const visit = (tree: NumberTree | TruthTree): void => {
    switch (tree.op) {
      case 'number':
      case 'truth':
        return
      case 'input':
      case 'flag':
        found.push(tree.input)
        return
      case 'negate':
      case 'scale':
      case 'not':
        visit(tree.inner)
        return
      case 'call':
        tree.args.forEach(visit)
        return
      case 'choice':
      case 'select':
        visit(tree.test)
        visit(tree.yes)
        visit(tree.no)
        return
      default:
        visit(tree.left)
        visit(tree.right)
    }
  }
  visit(any.tree)
  return found
}
