/** `?view=bins`: every bin and when it is full, one of them in detail, today's round, and people who sort wrongly. */
import type { BinScore } from '../../../gateway/wire/bin-page.ts'
import type { BinsAnswer } from '../../../gateway/wire/bins.ts'
import { binRows } from '../../data/bins.ts'
import { DASH, figure, withUnit } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { OldChip, Unread, useLook } from '../look.tsx'
import { BinDetail } from './bins-detail.tsx'
import { BinList } from './bins-list.tsx'
import { RoundSection } from './bins-round.tsx'
import { SortingSection } from './bins-sorting.tsx'
import { PageFrame } from './page.tsx'

const BINS_MS = 10_000

export function scoreText({ issues, mae_24_h, mae_48_h, csi_24, csi_48 }: BinScore): string {
  if (issues === 0) return t('bins.score.none')
  const hours = (value: number | null): string => (value === null ? DASH : withUnit(value, 1, t('unit.h')))
  return t('bins.score', {
    n: figure(issues),
    mae24: hours(mae_24_h),
    mae48: hours(mae_48_h),
    csi24: figure(csi_24, 2),
    csi48: figure(csi_48, 2),
  })
}

export function BinsPage({ id }: { id: string | null }) {
  const wall = useWall()
  const known = useLook<BinsAnswer>('api/v1/bins', BINS_MS)
  const answer = known.document
  const rows = answer === null ? [] : binRows(answer, wall.city.value?.places ?? new Map())
  const open = rows.find(({ bin }) => bin.bin === id)
  return (
    <PageFrame kind="bins" note={known.state === 'away' && <OldChip known={known} />}>
      <div class="bins-page">
        <div class="bins-left">
          {answer === null ? (
            <Unread state={known.state} />
          ) : (
            <>
              <BinList rows={rows} open={id} />
              <p class="card-note">
                <b>{t('bins.score.all')}</b> {scoreText(answer.score)}
              </p>
            </>
          )}
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by key */}
        <section class="bins-right page-scroll" tabIndex={0} aria-label={t('bins.more')}>
          {open !== undefined && <BinDetail key={open.bin.bin} row={open} />}
          {id !== null && open === undefined && answer !== null && <p class="empty">{t('bins.gone', { id })}</p>}
          <RoundSection rows={rows} />
          <SortingSection />
        </section>
      </div>
    </PageFrame>
  )
}
