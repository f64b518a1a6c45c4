/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), the generator that CityFlow draws first lanes and
 * priorities from (`std::mt19937`). With the same seed it gives the same numbers, so that the same hour begins on the same lanes.
 */
const SIZE = 624
const SHIFT = 397

/** Numbers from 0 to 2³² − 1. */
export function createMersenne(seed: number): () => number {
  const state = new Uint32Array(SIZE)
  state[0] = seed
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1_812_433_253, state[i - 1] ^ (state[i - 1] >>> 30)) + i
  let at = SIZE

  function twist(): void {
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i] & 0x8000_0000) | (state[(i + 1) % SIZE] & 0x7fff_ffff)
      state[i] = state[(i + SHIFT) % SIZE] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0)
    }
    at = 0
  }

  return () => {
    if (at === SIZE) twist()
    let y = state[at++]
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return (y ^ (y >>> 18)) >>> 0
  }
}
