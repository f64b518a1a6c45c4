/** Cumulative normal distribution; logistic approximation of Bowling et al. (2009), off by 0.00014 at most. */
export const normalCdf = (z: number): number => 1 / (1 + Math.exp(-(0.07056 * z ** 3 + 1.5976 * z)))
