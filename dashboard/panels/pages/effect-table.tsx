import { changeOf, type Effect, type Figures } from '../../data/comparison.ts'
import { effectText, signedPercent } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'

const SHOWN = ['delay_s', 'stops', 'queue_p95_veh', 'split_failure_share', 'tti', 'throughput_veh_h'] as const

function Cell({ id, before, after }: { id: string; before: Figures | undefined; after: Figures }) {
  const earlier = before?.[id] ?? null
  const change = changeOf(earlier, after[id])
  return (
    <td class="number">
      {earlier !== null && <span class="effect-before">{t('signals.from', { value: effectText(id, earlier) })}</span>}{' '}
      {effectText(id, after[id])}
      <span class="effect-change">{change === null ? '' : signedPercent(change)}</span>
    </td>
  )
}

/** Districts and what their signals achieve: the hour before, the last hour, and the change. */
export function EffectTable({ before, after }: { before: Effect | null; after: Effect }) {
  const formulas = new Map(after.formulas.map((formula) => [formula.id, formula]))
  const earlier = new Map((before?.rows ?? []).map((row) => [row.id, row.total]))
  return (
    <table class="effects">
      <thead>
        <tr>
          <th scope="col">{t('kind.district')}</th>
          {SHOWN.map((id) => (
            <th key={id} scope="col" class="number" title={pick(formulas.get(id)?.formula)}>
              {t(`effect.${id}`)} <small translate={false}>{formulas.get(id)?.unit}</small>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {after.rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              {pick(row.name)} {row.band !== null && <span class="effect-band">{pick(row.band)}</span>}
            </th>
            {SHOWN.map((id) => (
              <Cell key={id} id={id} before={earlier.get(row.id)} after={row.total} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
