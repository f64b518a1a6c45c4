/**
 * What it costs to take a crew away from where urgent calls are to be expected. After the maximal expected covering location model
 * (M. S. Daskin, Transportation Science 17 (1983) 48–70): when each of k crews in reach is busy with chance q, a call is covered with
 * chance 1 − q^k, so the k-th crew is worth (1 − q) q^(k−1) of it. The last one near a storm cell is dear, the fifth costs nothing.
 */

/** Chance that a crew in reach is busy when the call comes. */
const BUSY = 0.5
/** An urgent call that nobody can reach in time weighs as much as so many seconds of waiting at the least priority. */
const UNCOVERED_S = 15_000

export interface Cover {
  /** Urgent calls expected at each place while a crew that is sent now is away. */
  readonly expected: readonly number[]
  /** Row by row, places × crews: seconds until the crew could be there, from now on; Infinity where it could not serve. */
  readonly reach_s: Float64Array
  /** In which a call should be reached. */
  readonly within_s: number
}

/** Chance that a call is covered that so many crews could reach. */
export const expectedCover = (crews: number): number => 1 - BUSY ** crews

/** For each crew the expected loss of cover when it is sent away now, in seconds of waiting at the least priority. */
export function priceOfCover({ expected, reach_s, within_s }: Cover, crews: number): Float64Array {
  const price = new Float64Array(crews)
  expected.forEach((calls, place) => {
    let near = 0
    for (let crew = 0; crew < crews; crew++) if (reach_s[place * crews + crew] <= within_s) near++
    if (near === 0) return
    const loss = calls * (1 - BUSY) * BUSY ** (near - 1) * UNCOVERED_S
    for (let crew = 0; crew < crews; crew++) if (reach_s[place * crews + crew] <= within_s) price[crew] += loss
  })
  return price
}
