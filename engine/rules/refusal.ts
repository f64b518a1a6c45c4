/** Why an expression is refused, and at which node of its tree. */
import type { MathNode } from 'mathjs'

export class Refusal extends Error {
  readonly node: MathNode
  constructor(node: MathNode, message: string) {
    super(message)
    this.node = node
  }
}
