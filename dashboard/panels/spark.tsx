export interface SparkProps {
  readonly values: readonly (number | null)[]
  /** How many values the whole width stands for; a short series stands at the right. */
  readonly slots?: number
  readonly width: number
  readonly height: number
  /** A level drawn as a dashed line, in the unit of the values. */
  readonly limit?: number
}

/** Path text of the line; gaps where a value is missing. */
export function sparkPath(values: readonly (number | null)[], x: (index: number) => number, y: (value: number) => number): string {
  let path = ''
  let pen = false
  values.forEach((value, index) => {
    if (value === null) pen = false
    else {
      path += `${pen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
      pen = true
    }
  })
  return path
}

/** A curve without axes, scaled to its own range; a constant series lies at the bottom third. */
export function Spark({ values, slots = values.length, width, height, limit }: SparkProps) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" />
  const shown = limit === undefined ? known : [...known, limit, 0]
  const low = Math.min(...shown)
  const high = Math.max(...shown)
  const span = high - low || Math.max(1, Math.abs(high)) * 3
  const left = Math.max(0, slots - values.length)
  const x = (index: number): number => ((left + index) / Math.max(1, slots - 1)) * (width - 4) + 1
  const y = (value: number): number => height - 3 - ((value - low) / span) * (height - 6)
  const last = values.length - 1
  const end = values[last]
  const line = sparkPath(values, x, y)
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {limit !== undefined && <line class="spark-limit" x1={0} x2={width} y1={y(limit)} y2={y(limit)} />}
      <path class="spark-line" d={line} />
      {end !== null && end !== undefined && <circle class="spark-end" cx={x(last)} cy={y(end)} r={2.2} />}
    </svg>
  )
}
