import { useState } from 'preact/hooks'
import { type Figures, rankBy, type Signals } from '../../data/comparison.ts'
import { effectText } from '../../i18n/format.ts'
import { pick, t, word } from '../../i18n/index.ts'
import { MODE_STATE } from '../../layers/signals.ts'
import { useWall } from '../../state/wall.ts'
import { StateGlyph } from '../shape.tsx'

const COLUMNS = ['delay_s', 'split_failure_share', 'queue_p95_veh', 'stops', 'tti', 'throughput_veh_h'] as const
type Column = (typeof COLUMNS)[number]
const NOTHING_YET: Figures = {}

/** Junctions by the newest whole five minutes, the worst first; every head sorts. */
export function Ranking({ signals }: Pick<Signals, 'signals'>) {
  const wall = useWall()
  const [by, setBy] = useState<Column>('delay_s')
  const [descending, setDescending] = useState(true)
  const rows = signals.map((signal) => ({ ...signal, figures: signal.effect?.figures ?? NOTHING_YET }))
  return (
    <div class="ranking">
      <h3>{t('signals.ranking')}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key */}
      <section class="ranking-scroll" tabIndex={0} aria-label={t('signals.ranking')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('kind.junction')}</th>
              <th scope="col">{t('junction.mode')}</th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" class="number" aria-sort={column !== by ? undefined : descending ? 'descending' : 'ascending'}>
                  <button
                    type="button"
                    class="sort"
                    onClick={() => {
                      setDescending(column === by ? !descending : true)
                      setBy(column)
                    }}
                  >
                    {t(`effect.${column}`)} <span aria-hidden="true">{column !== by ? '' : descending ? '↓' : '↑'}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rankBy(rows, by, descending).map(({ id, name, mode, control, figures }) => (
              <tr key={id}>
                <td>
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      wall.selection.value = { kind: 'junction', id }
                    }}
                  >
                    {pick(name)}
                  </button>
                </td>
                <td>
                  <StateGlyph state={MODE_STATE[mode] ?? 'offline'} /> {word('junction.mode', mode)} ·{' '}
                  {word('controller', control.controller)}
                </td>
                {COLUMNS.map((column) => (
                  <td key={column} class="number">
                    {effectText(column, figures[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
