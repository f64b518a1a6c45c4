/**
 * Three families of failure, after VROOM's exit codes: our own mistake, somebody's bad input, a neighbour system that let us down.
 * The family decides the process exit code and the HTTP status; the code is stable and is what tests and callers branch on.
 */
export type ErrorFamily = 'ours' | 'input' | 'neighbour'

/** Exit codes of contract section 8. */
export const EXIT_CODE: Readonly<Record<ErrorFamily, number>> = { ours: 1, input: 2, neighbour: 3 }

/** Where in a file a problem was found; lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

export class UrbanError extends Error {
  override readonly name = 'UrbanError'
  readonly family: ErrorFamily
  readonly code: string
  readonly place: SourcePlace | undefined

  constructor(family: ErrorFamily, code: string, message: string, options: { place?: SourcePlace; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.family = family
    this.code = code
    this.place = options.place
  }
}

/** A problem found in a file a person wrote. Collected and shown together, never thrown one at a time. */
export interface Problem {
  readonly place: SourcePlace
  readonly code: string
  /** What is wrong and what was expected, one sentence. */
  readonly message: string
}

/** `file:line:column: message`, the form editors can jump to. */
export function formatProblem({ place, message }: Problem): string {
  const at = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':')
  return `${at}: ${message}`
}

/** Stops at once on a mistake of our own (TigerStyle 104): never for input, the network or the world. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new UrbanError('ours', 'invariant', `invariant broken: ${message}`)
}

/** The compiler's proof that a closed union was handled whole. */
export function unreachable(value: never): never {
  throw new UrbanError('ours', 'unreachable', `unreachable value ${JSON.stringify(value)}`)
}
