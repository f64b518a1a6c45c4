import { base32 } from './base32.ts'
import type { EpochMs } from './time.ts'

/** FNV-1a, folded to the 25 bits of five base-32 digits. */
function hash25(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return ((h >>> 25) ^ h) & 0x1ffffff
}

/**
 * A ULID (github.com/ulid/spec) whose 80 random bits are replaced by world (25), step (30) and index within the step (25): the same
 * run names its commands the same way again (contract section 6), two commands of one world never share a name, and names sort in
 * the order they were given.
 */
export function ulid(now: EpochMs, world: string, step: number, index: number): string {
  return base32(now, 10) + base32(hash25(world), 5) + base32(step % 2 ** 30, 6) + base32(index % 2 ** 25, 5)
}
