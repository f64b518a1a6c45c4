/**
 * Seeded random numbers that fork by name, so that one more draw for one actor shifts nothing for another
 * (A/B Street, synthpop/src/make/mod.rs). Generator: sfc32 (C. Doty-Humphrey, PractRand); seeding: FNV-1a into splitmix32.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [low, high], both included. */
  integer(low: number, high: number): number
  uniform(low: number, high: number): number
  /** Gaussian with the given mean and standard deviation (Box and Muller 1958). */
  normal(mean: number, sd: number): number
  /** Exponential with the given mean. */
  exponential(mean: number): number
  chance(probability: number): boolean
  /** One element; the list must not be empty. */
  pick<T>(list: readonly T[]): T
  /** An independent stream that depends on this stream's seed and the name only, not on what was drawn so far. */
  fork(name: string): Random
}

function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

export function createRandom(seed: number | string): Random {
  const key = String(seed)
  let mix = hash32(key)
  const split = (): number => {
    mix = (mix + 0x9e3779b9) | 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) | 0
  }
  let a = split()
  let b = split()
  let c = split()
  let counter = 1
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    c |= 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    uniform: (low, high) => low + next() * (high - low),
    normal: (mean, sd) => mean + sd * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    exponential: (mean) => -mean * Math.log(1 - next()),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)],
    fork: (name) => createRandom(`${key}/${name}`),
  }
}
