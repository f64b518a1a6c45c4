/** Bins: time to full, and when to drive. What the figures mean is in docs/waste.md. */
import type { Bench, Figure } from './report.ts'
import { daysFigures } from './waste-days-figures.ts'
import { edinburgh } from './waste-edinburgh.ts'
import { familyFigures } from './waste-family-figures.ts'
import { forecastFigures } from './waste-forecast.ts'
import { placeBins, policyFigures } from './waste-policies.ts'

const BINS = 1000
/** Of the mean amount: a weekly round, as a city drives it whose bins need no more, then overflows in about one bin-hour of a hundred. */
const RATE_SCALE = 0.28

export const bench: Bench = () => {
  const { figures, forecaster } = forecastFigures()
  const all: Figure[] = [
    ...figures,
    ...familyFigures(),
    ...daysFigures(),
    ...policyFigures('year', placeBins(BINS, 'waste year', RATE_SCALE), forecaster),
  ]
  const real = edinburgh()
  if (real === null) console.error('../shared/data/waste/edinburgh is not there: its collections were not measured')
  else all.push(...real.figures, ...policyFigures('Edinburgh', real.bins, forecaster))
  return Promise.resolve(all)
}
