import type { JunctionDocument } from '../../../gateway/wire/junction.ts'
import { plannedGreens, type Stage } from '../../data/junction.ts'
import { DASH, figure } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { approachName } from './sentence.ts'

/** The drawing's twin in words: every lane, and the stages from now on. */
export function JunctionTwin({ document, stages, now }: { document: JunctionDocument; stages: readonly Stage[]; now: number }) {
  return (
    <details class="twin">
      <summary>{t('twin.table')}</summary>
      <table>
        <caption>{t('junction.lanes')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('junction.lane')}</th>
            <th scope="col">{t('junction.signal')}</th>
            <th scope="col">{t('metric.queued_veh')}</th>
            <th scope="col">{t('metric.approaching_veh')}</th>
            <th scope="col">{t('junction.waited')}</th>
            <th scope="col">{t('junction.flow')}</th>
          </tr>
        </thead>
        <tbody>
          {document.approaches.flatMap((approach) =>
            approach.lanes.map((lane) => (
              <tr key={lane.id}>
                <th scope="row">
                  {t('text.beside', { first: approachName(approach), second: lane.turns.map((turn) => t(`turn.${turn}`)).join(' ') })}
                </th>
                <td>{t(lane.free ? 'junction.free' : lane.green ? 'legend.green' : 'junction.red')}</td>
                <td>{lane.vehicles_veh === null ? t('junction.silent') : figure(lane.queued_veh)}</td>
                <td>{figure(lane.approaching_veh)}</td>
                <td>{lane.waited_s === 0 ? DASH : figure(lane.waited_s)}</td>
                <td>{figure(lane.flow_veh_h)}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
      <table>
        <caption>{t('junction.plan')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('metric.phase')}</th>
            <th scope="col">{t('junction.from_s')}</th>
            <th scope="col">{t('junction.until_s')}</th>
          </tr>
        </thead>
        <tbody>
          {plannedGreens(stages, now).map(({ phase, from_s, until_s }) => (
            <tr key={`${phase} ${from_s}`}>
              <th scope="row">{figure(phase)}</th>
              <td>{figure(from_s)}</td>
              <td>{figure(until_s)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
