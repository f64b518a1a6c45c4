/**
 * The outcome of a run in one line: two runs with the same facts and commands, in the same order, have the same digest.
 * The digest is chained over steps (each step's lines are hashed behind the digest before it), so that it is plain data: a snapshot keeps
 * it, and a run that was interrupted ends with the same line as one that was not. Plain JSON will do where canonical JSON takes four times
 * as long: the same code makes the same values with their keys in the same order.
 */
import { createHash } from 'node:crypto'
import type { Command } from '../engine/model/command.ts'
import type { Fact } from '../engine/model/fact.ts'

export interface DrillHash {
  /** 64 hexadecimal digits. */
  readonly digest: string
  readonly facts: number
  readonly commands: number
}

export const EMPTY_HASH: DrillHash = { digest: '0'.repeat(64), facts: 0, commands: 0 }

/** Steps without facts and commands leave the digest as it is. */
export function hashStep(before: DrillHash, facts: readonly Fact[], commands: readonly Command[]): DrillHash {
  if (facts.length === 0 && commands.length === 0) return before
  // One text and one call: handing thousands of short pieces to the hash takes longer than hashing them.
  let text = before.digest
  for (const fact of facts) text += `\nfact ${JSON.stringify(fact)}`
  for (const command of commands) text += `\ncommand ${JSON.stringify(command)}`
  const digest = createHash('sha256').update(text).digest('hex')
  return { digest, facts: before.facts + facts.length, commands: before.commands + commands.length }
}

/** The line that `drill run` and `replay` end with (contract section 8). */
export function formatHash({ digest, facts, commands }: DrillHash): string {
  return `sha256 ${digest} facts ${facts} commands ${commands}`
}
