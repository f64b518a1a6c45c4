import type { JunctionDocument, LaneDocument } from '../../../gateway/wire/junction.ts'
import { greenOf, SPAN_S, type Stage, sumApproach } from '../../data/junction.ts'
import { figure } from '../../i18n/format.ts'
import { beside, pointText, polar, ringSector } from './geometry.ts'

/** Half of the drawing's width, in its units. */
const SIZE = 216
const RING = { inner: 66, outer: 92 }
const STOP_LINE = 116
const LANE = 11
const BAR = 7
/** A bar is full with so many vehicles; a longer queue is told by its figure. */
const BAR_VEH = 20
const VEHICLE = 3.7
const ARM_END = STOP_LINE + 6 + BAR_VEH * VEHICLE
const SPAN_MS = SPAN_S * 1000
/** Sectors narrower than this have no room for their number. */
const LABEL_DEG = 13
/** Half a turn is a minute: what comes lies right of the top, what was lies left. */
const degreesAt = (ts: number, now: number): number => Math.max(-180, Math.min(180, ((ts - now) / SPAN_MS) * 180))

function Sector({ stage, now }: { stage: Stage; now: number }) {
  const from = degreesAt(stage.from, now)
  const until = degreesAt(stage.until, now)
  if (until - from < 0.2) return null
  const kind = `sector sector-${stage.when}${stage.clearing ? ' sector-clearing' : ''}`
  const [x, y] = polar((from + until) / 2, (RING.inner + RING.outer) / 2)
  return (
    <g class={kind} data-stage={`${stage.phase} ${stage.clearing ? 'clearing' : 'green'} ${stage.when}`}>
      {/* The part of the running stage that is over is the darker one. */}
      <path d={ringSector(from, Math.min(until, 359 + from), RING.inner, RING.outer)} />
      {stage.when === 'now' && until > 0.2 && <path class="sector-left" d={ringSector(Math.max(0, from), until, RING.inner, RING.outer)} />}
      {!stage.clearing && until - from > LABEL_DEG && (
        <text x={x} y={y} class="sector-label">
          {stage.phase}
        </text>
      )}
    </g>
  )
}

const TURN_RANK = { uturn: -1, left: 0, through: 1, right: 2 } as const

/** From the middle of the road outwards: who turns left first. */
const laneRank = ({ turns }: LaneDocument): number => turns.reduce((sum, turn) => sum + TURN_RANK[turn], 0) / Math.max(1, turns.length)

/** In a frame where the approach lies above and its traffic drives down. */
const ARROWS = {
  uturn: 'M-2 -9V1Q-2 5 2 5Q5 5 5 1V-5M2 -2L5 -5.5L8 -2',
  left: 'M0 -9V-2Q0 3 6 3M3 0L6.5 3L3 6',
  through: 'M0 -9V8M-3 4.5L0 8L3 4.5',
  right: 'M0 -9V-2Q0 3 -6 3M-3 0L-6.5 3L-3 6',
} as const

function Lane({ lane, x }: { lane: LaneDocument; x: number }) {
  const queued = Math.min(BAR_VEH, lane.queued_veh)
  const approaching = Math.min(BAR_VEH - queued, lane.approaching_veh ?? 0)
  const track = Math.min(BAR_VEH, lane.capacity_veh) * VEHICLE
  const start = -STOP_LINE - 5
  const silent = lane.vehicles_veh === null
  const row = { 'stroke-width': BAR, 'stroke-dasharray': `${VEHICLE - 0.9} 0.9` }
  return (
    <g class={`lane${lane.green ? ' lane-green' : ''}${silent ? ' lane-silent' : ''}`} transform={`translate(${x} 0)`}>
      <line class="lane-track" x1={0} x2={0} y1={start} y2={start - track} stroke-width={BAR} />
      {queued > 0 && <line class="lane-queued" x1={0} x2={0} y1={start} y2={start - queued * VEHICLE} {...row} />}
      {approaching > 0 && (
        <line
          class="lane-approaching"
          x1={0}
          x2={0}
          y1={start - queued * VEHICLE - 2}
          y2={start - (queued + approaching) * VEHICLE - 2}
          {...row}
        />
      )}
      {lane.turns.map((turn) => (
        <path key={turn} class="lane-arrow" d={ARROWS[turn]} transform={`translate(0 ${-STOP_LINE + 12}) scale(0.82)`} />
      ))}
      {!lane.green && <line class="lane-stop" x1={-LANE / 2 + 1} x2={LANE / 2 - 1} y1={-STOP_LINE} y2={-STOP_LINE} />}
    </g>
  )
}

function Arm({ approach }: { approach: JunctionDocument['approaches'][number] }) {
  const lanes = [...approach.lanes].sort((a, b) => laneRank(a) - laneRank(b))
  const { queued_veh, silent } = sumApproach(lanes)
  const width = lanes.length * LANE + 3
  const [x, y] = beside(approach.bearing_deg, ARM_END + 11, width / 2)
  return (
    <>
      <g transform={`rotate(${approach.bearing_deg})`}>
        <rect class="arm" x={-width} y={-ARM_END} width={width} height={ARM_END - STOP_LINE + 22} />
        {lanes.map((lane, i) => (
          <Lane key={lane.id} lane={lane} x={-(i + 0.5) * LANE - 2} />
        ))}
      </g>
      <text class="arm-figure" x={x} y={y}>
        {silent ? '?' : figure(queued_veh)}
      </text>
    </>
  )
}

function Ways({ exits }: Pick<JunctionDocument, 'exits'>) {
  return (
    <>
      {exits.map(({ road, bearing_deg }) => (
        <g key={road} transform={`rotate(${bearing_deg})`}>
          <line class="way" x1={0} x2={0} y1={-STOP_LINE + 22} y2={-ARM_END} />
          <path
            class="way-out"
            d={`M12 ${-STOP_LINE}V${-STOP_LINE - 34}M8 ${-STOP_LINE - 29}L12 ${-STOP_LINE - 34}L16 ${-STOP_LINE - 29}`}
          />
        </g>
      ))}
    </>
  )
}

/** How long the green may still go on where no plan says it: from the earliest end to the latest. */
function MayLast({ document, running, now }: { document: JunctionDocument; running: Stage; now: number }) {
  if (document.plan !== null || running.clearing) return null
  const { green_s_min, green_s_max } = greenOf(document, running.phase)
  const from = degreesAt(Math.max(now, running.from + green_s_min * 1000), now)
  const until = degreesAt(running.from + green_s_max * 1000, now)
  if (until - from < 1) return null
  const radius = RING.outer - 3
  return (
    <path
      class="may-last"
      d={`M${pointText(polar(from, radius))}A${radius} ${radius} 0 ${until - from > 180 ? 1 : 0} 1 ${pointText(polar(until, radius))}`}
    />
  )
}

export interface Middle {
  readonly label: string
  readonly value: string
  readonly note: string
}

export interface DialProps {
  readonly document: JunctionDocument
  readonly stages: readonly Stage[]
  readonly now: number
  readonly middle: Middle
  readonly sentence: string
}

const TICKS_S = [15, 30, 45] as const

/** The junction from above: its lanes with who stands and who comes, around a clock of stages on which a minute is half a turn. */
export function Dial({ document, stages, now, middle, sentence }: DialProps) {
  const running = stages.find(({ when }) => when === 'now')
  return (
    <svg class="dial" viewBox={`${-SIZE} ${-SIZE} ${2 * SIZE} ${2 * SIZE}`} role="img" aria-label={sentence}>
      <defs>
        <pattern id="hatch-clearing" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="hatch-ground" width="5" height="5" />
          <rect class="hatch-line" width="2" height="5" />
        </pattern>
      </defs>
      <Ways exits={document.exits} />
      {document.approaches.map((approach) => (
        <Arm key={approach.road} approach={approach} />
      ))}
      <circle class="ring-ground" r={(RING.inner + RING.outer) / 2} stroke-width={RING.outer - RING.inner} />
      {stages.map((stage) => (
        <Sector key={`${stage.from} ${stage.when}`} stage={stage} now={now} />
      ))}
      {running !== undefined && <MayLast document={document} running={running} now={now} />}
      {TICKS_S.flatMap((s) => [s, -s]).map((s) => (
        <path
          key={s}
          class="ring-tick"
          d={`M${pointText(polar(s * 3, RING.inner))}L${pointText(polar(s * 3, RING.inner - (Math.abs(s) === 30 ? 6 : 3.5)))}`}
        />
      ))}
      <path class="ring-now" d={`M0 ${-RING.inner + 3}L-5 ${-RING.inner + 12}H5Z`} />
      <path class="ring-now" d={`M0 ${-RING.inner}V${-RING.outer - 2}`} />
      <text class="middle-label" y={-30}>
        {middle.label}
      </text>
      <text class="middle-value" y={3}>
        {middle.value}
      </text>
      <text class="middle-note" y={36}>
        {middle.note}
      </text>
    </svg>
  )
}
