/**
 * Ours beside the plain forecasts on every family of bins: asked of later time of the bins that were learnt from, of bins that the training never saw, after a training of four weeks, and
 * with a model of another family.
 */
import { DAY_MS } from '../../engine/base/time.ts'
import type { Figure } from './report.ts'
import { ask, type Learnt, learn, type Marks, METHODS, type Method, marksOf, type Span } from './waste-asked.ts'
import { FAMILIES, familyBins, type ReadBin } from './waste-families.ts'

/** Half of them are learnt from. */
const BINS = 70
const LEARNT_SHARE = 0.6
const FEW_MS = 28 * DAY_MS
const TRAINED: readonly Method[] = ['ours', 'boosted']

const NAMES: Readonly<Record<keyof Marks, [string, string]>> = {
  mae_24_h: ['error, full within 24 h', 'h'],
  mae_48_h: ['error, 24–48 h', 'h'],
  mae_168_h: ['error, 48–168 h', 'h'],
  csi_24: ['CSI 24 h', ''],
  csi_48: ['CSI 48 h', ''],
}

export function marksAsFigures(title: string, marks: Marks): Figure[] {
  const keys: readonly (keyof Marks)[] = ['mae_24_h', 'mae_48_h', 'mae_168_h', 'csi_24', 'csi_48']
  const short = keys.map((key) => marks[key].toFixed(key.startsWith('mae') ? 1 : 3)).join(' / ')
  console.error(`${title.padEnd(48)} ${short}`)
  return keys.map((key) => ({ name: `${title}: ${NAMES[key][0]}`, value: marks[key], unit: NAMES[key][1] }))
}

const splitOf = ({ ts }: ReadBin): number => ts[0] + LEARNT_SHARE * (ts[ts.length - 1] - ts[0])
const before = (bin: ReadBin, length_ms = Number.POSITIVE_INFINITY): Span => ({
  bin,
  from: Math.max(bin.ts[0], splitOf(bin) - length_ms),
  until: splitOf(bin),
})
export const learntSpan = (bin: ReadBin): Span => before(bin)
export const askedSpan = (bin: ReadBin): Span => ({ bin, from: splitOf(bin), until: bin.ts[bin.ts.length - 1] + 1 })

function figuresOf(title: string, spans: readonly Span[], learnt: Learnt, methods: readonly Method[]): Figure[] {
  const said = ask(spans, learnt)
  return methods.flatMap((method) => marksAsFigures(`${title}, ${method}`, marksOf(said.get(method) ?? [])))
}

export function familyFigures(): Figure[] {
  const figures: Figure[] = []
  let other: Learnt | null = null
  for (const family of FAMILIES) {
    const bins = familyBins(family, BINS, 'waste families')
    const [known, unseen] = [bins.slice(0, BINS / 2), bins.slice(BINS / 2)]
    const start = performance.now()
    const learnt = learn(known.map(learntSpan))
    const training_s = (performance.now() - start) / 1000
    const few = learn(known.map((bin) => before(bin, FEW_MS)))
    figures.push(
      { name: `${family.name}: training, ${known.length} bins`, value: training_s, unit: 's' },
      ...figuresOf(`${family.name}, later`, known.map(askedSpan), learnt, METHODS),
      ...figuresOf(`${family.name}, new bins`, unseen.map(askedSpan), learnt, METHODS),
      ...figuresOf(`${family.name}, after four weeks`, known.map(askedSpan), few, TRAINED),
      ...(other === null ? [] : figuresOf(`${family.name}, learnt from another family`, unseen.map(askedSpan), other, TRAINED)),
    )
    other = learnt
  }
  return figures
}
