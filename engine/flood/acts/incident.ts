/**
 * The incident that is foreseen at a low point, and the crew with a mobile pump that it asks for. It is the incident that the gauges'
 * rules join when the water comes: one event, one task.
 */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import { type City, deviceKey, type LowPoint } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { LowPointForecast } from '../../model/forecast.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { IncidentTemplate } from '../../model/rule.ts'
import { type FloodStage, isAtLeast } from '../../model/storm.ts'
import type { PointActs } from './state.ts'
import { waveOf } from './threat.ts'
import { MOBILE_PUMP_M3_S } from './without.ts'

/** The crew is to stand there so long before the threshold. */
export const MARGIN_MS = 10 * MINUTE_MS
/** Without a crossing in sight the warning is for the end of the forecast. */
const HORIZON_MS = 120 * MINUTE_MS
/** A due time that moves by less is not worth a message. */
const DUE_MOVES_MS = 10 * MINUTE_MS
/** The crew stays until it is called back, half a shift at most. */
const SERVICE_MIN = 240
/** Usual time from the order to a running pump. */
const SET_UP_MIN = 15

const made = new WeakMap<City, readonly string[]>()

/** What every crew that can pump carries in this city: the mobile pump by its local name, barriers. */
function pumpKit(city: City): readonly string[] {
  const known = made.get(city)
  if (known !== undefined) return known
  const kits = city.crews.filter(({ skills }) => skills.includes('pump')).map(({ kit }) => kit)
  const shared = (kits[0] ?? []).filter((item) => kits.every((kit) => kit.includes(item)))
  made.set(city, shared)
  return shared
}

/**
 * Point-minutes of flooding that a mobile pump may be expected to avoid: the minutes that are foreseen, times the share of the volume
 * above the threshold that it can take until the wave has passed.
 */
export function stakeOf(point: LowPoint, forecast: LowPointForecast, now: EpochMs): number {
  const { peak_m, until, flooded_min } = waveOf(forecast)
  const over_m3 = Math.max(0, peak_m - point.threshold_m) * point.storage_m2
  const pumping_s = Math.max(0, (until - now) / 1000 - 60 * SET_UP_MIN)
  return flooded_min * Math.min(1, (MOBILE_PUMP_M3_S * pumping_s) / Math.max(1, over_m3))
}

function templateOf(
  point: LowPoint,
  forecast: LowPointForecast | null,
  next: Foreseen | null,
  context: Context,
  now: EpochMs,
): IncidentTemplate {
  const stake_min = forecast === null ? 0 : Math.round(stakeOf(point, forecast, now))
  return {
    class: 'flood.waterlogging',
    title: { zh: '预计积水', en: 'Waterlogging foreseen' },
    deadline_min: 60,
    crew:
      next?.severity === 'warning'
        ? {
            skill: 'pump',
            kit: pumpKit(context.city),
            service_min: SERVICE_MIN,
            crews: next.pumps,
            order: { kind: 'flood.pre_position', title: PRE_POSITION, stake_min },
          }
        : null,
  }
}

const PRE_POSITION = { zh: '预置移动泵', en: 'Pre-position a mobile pump' }

/** What is foreseen at the point, and how many crews with a pump may be asked for. */
interface Outlook {
  readonly forecast: LowPointForecast | null
  readonly pumps: number
}

/** Says what is foreseen when it changes, and that it has passed. Once the water stands, the gauges' rules speak of all but more pumps. */
export function foresee(acts: PointActs, point: LowPoint, outlook: Outlook, context: Context, now: EpochMs, out: Outcome): void {
  const { foreseen, reason, warning } = acts
  if (reason === null) return
  const { forecast } = outlook
  const next = warning.stage === 'flooded' ? whatStands(foreseen, outlook, now) : whatFor(warning.stage, outlook, now)
  if (next === null ? foreseen === null : foreseen !== null && isSame(foreseen, next)) return
  acts.foreseen = next
  out.proposals.push({
    kind: 'signal',
    key: `flood.forecast ${point.id}`,
    active: next !== null,
    template: templateOf(point, forecast, next, context, now),
    severity: next?.severity ?? 'watch',
    at: point.at,
    device: point.gauges[0] ?? deviceKey(point.district, 'flood', point.id),
    place: point.id,
    reason,
    ...(next === null ? {} : { foreseen: next.due }),
  })
}

type Foreseen = NonNullable<PointActs['foreseen']>

function whatFor(stage: FloodStage, { forecast, pumps }: Outlook, now: EpochMs): Foreseen | null {
  if (!isAtLeast(stage, 'prepare')) return null
  const crossing = forecast?.crossing ?? now + HORIZON_MS
  return { severity: isAtLeast(stage, 'act') ? 'warning' : 'watch', due: Math.max(now, crossing - MARGIN_MS), pumps }
}

/** Under water one crew is the rules' affair; what more it takes is still the forecast's. */
function whatStands(foreseen: Foreseen | null, { pumps }: Outlook, now: EpochMs): Foreseen | null {
  if (foreseen === null && pumps === 1) return null
  return { severity: 'warning', due: foreseen?.due ?? now, pumps }
}

const isSame = (a: Foreseen, b: Foreseen): boolean =>
  a.severity === b.severity && a.pumps === b.pumps && Math.abs(a.due - b.due) < DUE_MOVES_MS
