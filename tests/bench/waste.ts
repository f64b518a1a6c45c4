/** Bins: time to full, and when to drive. What the figures mean is in docs/waste.md. */
import type { Bench } from './report.ts'
import { forecastFigures } from './waste-forecast.ts'

export const bench: Bench = () => Promise.resolve(forecastFigures())
