/** Bins as a table, soonest full first: what grid, what goes in, what state, and a search by name. */
import { useState } from 'preact/hooks'
import {
  ALL_BINS,
  BIN_COLUMNS,
  BIN_STATES,
  type BinColumn,
  type BinFilter,
  type BinRow,
  choicesOf,
  fittingBins,
  sortBins,
} from '../../data/bins.ts'
import { ageText, DASH, figure } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall, type Wall } from '../../state/wall.ts'
import { BinSigns, chanceText, hoursText, levelText, QualityChip } from './bins-words.tsx'

const PAGE = 60

function gridName(wall: Wall, code: string): { readonly zh: string; readonly en: string } {
  return wall.city.value?.places.get(`grid:${code}`)?.properties.name ?? { zh: code, en: code }
}

interface FilterProps {
  readonly rows: readonly BinRow[]
  readonly filter: BinFilter
  readonly onFilter: (filter: BinFilter) => void
}

function Filters({ rows, filter, onFilter }: FilterProps) {
  const wall = useWall()
  const { grids, wastes } = choicesOf(rows)
  const set = (part: Partial<BinFilter>): void => onFilter({ ...filter, ...part })
  return (
    <search class="bins-filter" aria-label={t('bins.filter')}>
      <input
        type="search"
        aria-label={t('bins.search')}
        placeholder={t('bins.search')}
        value={filter.text}
        onInput={(event) => set({ text: event.currentTarget.value })}
      />
      <select aria-label={t('kind.grid')} value={filter.grid} onChange={(event) => set({ grid: event.currentTarget.value })}>
        <option value="">{t('bins.grid.all')}</option>
        {grids.map((code) => (
          <option key={code} value={code}>
            {pick(gridName(wall, code))}
          </option>
        ))}
      </select>
      <select aria-label={t('bins.waste')} value={filter.waste} onChange={(event) => set({ waste: event.currentTarget.value })}>
        <option value="">{t('bins.waste.all')}</option>
        {wastes.map((waste) => (
          <option key={waste} value={waste}>
            {t(`bins.waste.${waste as 'food'}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('list.state')}
        value={filter.state}
        onChange={(event) => set({ state: BIN_STATES.find((state) => state === event.currentTarget.value) ?? 'all' })}
      >
        {BIN_STATES.map((state) => (
          <option key={state} value={state}>
            {t(`bins.state.${state}`)}
          </option>
        ))}
      </select>
    </search>
  )
}

function BinLine({ row: { bin, place, grid }, open }: { row: BinRow; open: boolean }) {
  const wall = useWall()
  const now = wall.now.value ?? bin.ts
  const { forecast, quality } = bin
  return (
    <tr class={`${open ? 'chosen' : ''}${quality === 'stale' ? ' bin-stale' : ''}`}>
      <th scope="row">
        <button
          type="button"
          class="link"
          aria-expanded={open}
          onClick={() => {
            wall.page.value = { kind: 'bins', id: open ? null : bin.bin }
          }}
        >
          {pick(place?.properties.name) || <span translate={false}>{bin.bin}</span>}
        </button>
        <small>{t('bins.kind', { waste: t(`bins.waste.${bin.waste}`), grid: grid === null ? DASH : pick(gridName(wall, grid)) })}</small>
      </th>
      <td>
        <span class="bin-level" style={{ '--share': String(Math.min(100, bin.fill_pct) / 100) }}>
          {levelText(bin)}
        </span>
        <small>
          {t('bins.ago', { age: ageText(now - bin.ts) })} <QualityChip quality={quality} />
        </small>
      </td>
      <td>
        {forecast === null ? (
          DASH
        ) : (
          <>
            {forecast.ttf_h === 0 ? t('bins.full.now') : hoursText(forecast.ttf_h)}
            {forecast.ttf_h > 0 && <small>{t('bins.band', { low: hoursText(forecast.low_h), high: hoursText(forecast.high_h) })}</small>}
          </>
        )}
      </td>
      <td class="number">{forecast === null ? DASH : chanceText(forecast.p_overflow_24h)}</td>
      <td class="number">{forecast === null ? DASH : chanceText(forecast.p_overflow_48h)}</td>
      <td>{bin.emptied === null ? DASH : t('bins.ago', { age: ageText(now - bin.emptied) })}</td>
      <td>
        <BinSigns bin={bin} />
      </td>
    </tr>
  )
}

export function BinList({ rows, open }: { rows: readonly BinRow[]; open: string | null }) {
  const wall = useWall()
  const [filter, setFilter] = useState(ALL_BINS)
  const [column, setColumn] = useState<BinColumn>('full')
  const [descending, setDescending] = useState(false)
  const [pages, setPages] = useState(1)
  const fitting = fittingBins(rows, filter, (code) => Object.values(gridName(wall, code)).join(' '))
  const shown = sortBins(fitting, column, descending).slice(0, pages * PAGE)
  if (rows.length === 0) return <p class="empty">{t('bins.silent')}</p>
  return (
    <>
      <Filters
        rows={rows}
        filter={filter}
        onFilter={(next) => {
          setFilter(next)
          setPages(1)
        }}
      />
      <p role="status" class="card-note">
        {t('bins.count', { n: figure(fitting.length), all: figure(rows.length) })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by key */}
      <section class="bins-scroll page-scroll" tabIndex={0} aria-label={t('bins.list')}>
        {shown.length === 0 ? (
          <p class="empty">{t('bins.none.fit')}</p>
        ) : (
          <table class="bins-table">
            <thead>
              <tr>
                <th scope="col">{t('kind.bin')}</th>
                {BIN_COLUMNS.map((one) => (
                  <th
                    key={one}
                    scope="col"
                    class={one === 'p24' || one === 'p48' ? 'number' : ''}
                    aria-sort={one !== column ? undefined : descending ? 'descending' : 'ascending'}
                  >
                    <button
                      type="button"
                      class="sort"
                      onClick={() => {
                        setDescending(one === column ? !descending : one !== 'full' && one !== 'emptied')
                        setColumn(one)
                      }}
                    >
                      {t(`bins.column.${one}`)} <span aria-hidden="true">{one !== column ? '' : descending ? '↓' : '↑'}</span>
                    </button>
                  </th>
                ))}
                <th scope="col">{t('bins.column.signs')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <BinLine key={row.bin.bin} row={row} open={row.bin.bin === open} />
              ))}
            </tbody>
          </table>
        )}
        {shown.length < fitting.length && (
          <button type="button" class="button" onClick={() => setPages(pages + 1)}>
            {t('list.more')}
          </button>
        )}
      </section>
    </>
  )
}
