/** Lengths of time as people write them in rule files: `30 s`, `5 min`, `2 h`. */
const UNIT_S: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 }

/** Seconds; null when it is none. */
export function parseDuration_s(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?(s|min|h)$/.exec(text.trim())
  return match === null ? null : Number(match[1]) * UNIT_S[match[2]]
}

export const duration_s = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : (parseDuration_s(text) ?? otherwise)
