/** MQTT topic filters (MQTT 3.1.1, section 4.7): `+` stands for one level, a last `#` for all that follow. */

/** Null when the text is a filter; else what is wrong. */
export function filterFault(filter: string): string | null {
  const levels = filter.split('/')
  if (filter.length === 0 || filter.length > 256) return 'expected 1 to 256 characters'
  for (const [i, level] of levels.entries()) {
    if (level === '+' || (level === '#' && i === levels.length - 1)) continue
    if (/[+#\0]/.test(level)) return '+ stands for a whole level, # only for the last ones'
  }
  return levels[0] === '+' || levels[0] === '#' ? 'the first level must be a name: a mapping is for one maker of devices' : null
}

export function matches(filter: readonly string[], topic: readonly string[]): boolean {
  const open = filter[filter.length - 1] === '#'
  const fixed = open ? filter.slice(0, -1) : filter
  // `a/#` matches `a` too.
  if (open ? topic.length < fixed.length : topic.length !== fixed.length) return false
  return fixed.every((level, i) => level === '+' || level === topic[i])
}

/** Which of two filters says more: a name before `+` before `#`. Negative: the first. */
export function moreSpecific(a: readonly string[], b: readonly string[]): number {
  const rank = (level: string | undefined): number => (level === undefined ? 3 : level === '#' ? 2 : level === '+' ? 1 : 0)
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = rank(a[i]) - rank(b[i])
    if (difference !== 0) return difference
  }
  return 0
}

/** A level that names one device of many: it has a digit, and is no version as `v3`. */
const isVariable = (level: string): boolean => /\d/.test(level) && !/^v\d{1,2}$/i.test(level)

/** The filter that a topic most likely belongs to. */
export const shapeOf = (topic: string): string =>
  topic
    .split('/')
    .map((level, i) => (i > 0 && isVariable(level) ? '+' : level.replace(/[+#]/g, '_')))
    .join('/')
