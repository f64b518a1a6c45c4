import { cpus, totalmem } from 'node:os'

export interface Figure {
  /** What was measured: `append, embedded`. */
  readonly name: string
  readonly value: number
  /** `rows/s`, `ms`, `B/value`. */
  readonly unit: string
  /** What it is compared with: the ratio is printed beside it. */
  readonly against?: { readonly name: string; readonly value: number }
  /** The bar of the project for this figure, as a person reads it: `≥ 25,000`. */
  readonly goal?: string
}

export interface BenchFlags {
  /** A whole hour of simulated time instead of some minutes, where that makes a difference. */
  readonly hour: boolean
  /** A part of what routing measures: lists with commas. */
  readonly sizes?: string | undefined
  readonly limits?: string | undefined
  readonly seeds?: string | undefined
  readonly instances?: string | undefined
}

export type Bench = (flags: BenchFlags) => Promise<readonly Figure[]>

function readable(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 3
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

function line({ name, value, unit, against, goal }: Figure): string {
  const ratio = against === undefined ? '' : `  (${(value / against.value).toFixed(2)} × ${against.name})`
  return `${name.padEnd(56)} ${readable(value).padStart(12)} ${unit}${goal === undefined ? '' : `  [goal ${goal}]`}${ratio}`
}

/** Prints the figures as text, or as one JSON object that names the machine too. */
export function printReport(name: string, figures: readonly Figure[], json: boolean): void {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memory_gib: totalmem() / 2 ** 30, node: process.version }
  if (json) {
    console.log(JSON.stringify({ bench: name, machine, figures }, null, 2))
    return
  }
  console.log(`${name} on ${machine.cores} × ${machine.cpu}, ${machine.memory_gib.toFixed(0)} GiB, Node ${machine.node}`)
  for (const figure of figures) console.log(line(figure))
}
