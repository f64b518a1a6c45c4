/**
 * A crew and its phone (contract section 5): takes an offer after a moment, drives the route, works, reports done; now and then refuses
 * or does not look. Idle patrols drive the roads, the others wait at the depot or where their last task ended.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { CityCrew } from '../../engine/model/city.ts'
import type { CrewPress } from '../../engine/model/observation.ts'
import {
  type Answer,
  type DeviceState,
  newState,
  rejected,
  report,
  rounded,
  type Setup,
  type SimulatedDevice,
  unknownKind,
  type WireCommand,
} from '../device.ts'
import { type CrewOrder, findOrder } from '../order.ts'
import type { PatrolMap } from './patrol.ts'
import { beginRound, changeRound, leaveStop, type RoundDuty, type StopReport, walkToNext, workAtStop } from './round.ts'
import { headingOf, isOver, placeOf, startWalk, type Walk } from './walk.ts'

const MOVING_MS = 5 * SECOND_MS
const IDLE_MS = MINUTE_MS
/** Town driving to a task, about what dispatch reckons with on main roads; the crew's own factor comes on top. */
const DRIVE_MPS = 13
const PATROL_MPS = 6
const PATROL_M = 4_000
/** From home to the depot, for a crew that is asked to come in; it stays so long. */
const CALL_IN_MIN = [20, 40] as const
const CALLED_MS = 4 * HOUR_MS
/** How far from the task's place a device may stand that the crew repairs. */
const REPAIR_M = 50
/** A crew that finds more water than expected stays, up to this many times the planned service. */
const SERVICE_TIMES_MAX = 3

type Duty =
  | { readonly stage: 'off' | 'idle' }
  | { readonly stage: 'offered'; readonly order: CrewOrder; readonly answer: CrewPress | null; readonly at: EpochMs }
  | { readonly stage: 'accepted'; readonly order: CrewOrder; readonly at: EpochMs }
  | { readonly stage: 'enroute'; readonly order: CrewOrder }
  | { readonly stage: 'onsite'; readonly order: CrewOrder; readonly at: EpochMs; readonly latest: EpochMs }
  | RoundDuty

interface PhoneState extends DeviceState {
  duty: Duty
  at: LonLat
  /** On the way somewhere; null while standing. */
  walk: Walk | null
  /** When it last moved along its walk. */
  moved: EpochMs
  /** Since when it has had nothing to do. */
  idle_since: EpochMs
  /** Asked to come in: there from, until. */
  called: { readonly from: EpochMs; readonly until: EpochMs } | null
  /** Tasks it was offered, newest last: an order that comes twice is not taken twice. */
  offered: string[]
}

const OFFERED_MAX = 20

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** A position as commands carry it; null for anything else. */
const findPlace = (at: unknown): LonLat | null => (Array.isArray(at) && isNumber(at[0]) && isNumber(at[1]) ? [at[0], at[1]] : null)

function isOnShift({ shift: { from_h, until_h } }: CityCrew, hour: number): boolean {
  return from_h <= until_h ? hour >= from_h && hour < until_h : hour >= from_h || hour < until_h
}

export function createPhone(setup: Setup, crew: CityCrew, patrolMap: PatrolMap): SimulatedDevice {
  const { device, key, world, random, scenario, start, city } = setup
  const depot = city.depots.find(({ id }) => id === crew.depot)?.at ?? device.at
  // Whoever is expected to report every ten seconds may not be quiet for a minute: three intervals count as silent.
  const idle_ms = Math.min(IDLE_MS, 2 * device.interval_s * SECOND_MS)
  const moving_ms = Math.max(MOVING_MS, scenario.step_s * SECOND_MS)
  const onPatrol = crew.skills.includes('patrol')
  const state: PhoneState = {
    ...newState(setup),
    duty: { stage: 'off' },
    at: depot,
    walk: null,
    moved: start,
    idle_since: start,
    called: null,
    offered: [],
  }

  const press = (now: EpochMs, type: CrewPress, task: string | null): void => {
    // A task may be offered again: another press then, not the same one again.
    const id = `${device.id}-${task ?? 'shift'}-${type}-${now}`
    setup.send('event', now, { ts: now, id, type, ...(task === null ? {} : { task }) })
  }

  const pressStop = (now: EpochMs, task: string, { type, stop }: StopReport): void => {
    setup.send('event', now, { ts: now, id: `${device.id}-${task}-${stop.id}-${type}-${now}`, type, task, stop })
  }

  const sendPosition = (now: EpochMs, speed_mps: number): void => {
    const [lon, lat] = state.at
    const heading_deg = state.walk === null ? 0 : headingOf(state.walk)
    report(setup, state, now, {
      v: { lon: rounded(lon, 6), lat: rounded(lat, 6), speed_mps: rounded(speed_mps, 1), heading_deg },
    })
  }

  const rest = (now: EpochMs): void => {
    state.duty = { stage: 'idle' }
    state.walk = null
    state.idle_since = now
  }

  const move = (now: EpochMs): number => {
    const elapsed_s = (now - state.moved) / SECOND_MS
    state.moved = now
    if (state.walk === null) return 0
    const patrol = state.duty.stage === 'idle'
    const pace = (patrol ? PATROL_MPS : DRIVE_MPS) * crew.speed_factor * random.fork(`pace/${now}`).uniform(0.7, 1.2)
    state.walk.along_m = Math.min(state.walk.length_m, state.walk.along_m + pace * elapsed_s)
    state.at = placeOf(state.walk)
    return pace
  }

  const shiftChange = (now: EpochMs): void => {
    const { called } = state
    const asked = called !== null && now >= called.from && now < called.until
    const onShift = scenario.crews.all_on_duty || asked || isOnShift(crew, world.localHour(now))
    if (state.duty.stage === 'off' && onShift) {
      press(now, 'shift.start', null)
      rest(now)
    } else if (state.duty.stage === 'idle' && !onShift) {
      press(now, 'shift.end', null)
      state.duty = { stage: 'off' }
      state.walk = null
    }
  }

  /** An idle patrol drives on; another crew waits where it is. */
  const idle = (now: EpochMs): void => {
    if (state.walk !== null && !isOver(state.walk)) return
    state.walk = null
    if (onPatrol) {
      const stretch = patrolMap.stretch(state.at, PATROL_M, random.fork(`patrol/${now}`))
      if (stretch.length > 0) state.walk = startWalk(state.at, stretch)
    }
  }

  const proceed = (now: EpochMs): void => {
    const { duty } = state
    switch (duty.stage) {
      case 'off':
        return
      case 'idle':
        idle(now)
        return
      case 'offered':
        if (now >= duty.at) answer(duty.order, duty.answer, now)
        return
      case 'accepted':
        if (now < duty.at) return
        press(now, 'task.enroute', duty.order.task)
        if (duty.order.stops.length > 0) driveOn(beginRound(duty.order))
        else {
          state.duty = { stage: 'enroute', order: duty.order }
          state.walk = startWalk(state.at, [...duty.order.route, duty.order.at])
        }
        return
      case 'round':
        driveRound(duty, now)
        return
      case 'enroute':
        if (state.walk === null || isOver(state.walk)) arrive(duty.order, now)
        return
      case 'onsite':
        if (now < duty.at || (now < duty.latest && !world.responses.isFinished(duty.order.kind, duty.order.at))) return
        finish(duty.order, now)
    }
  }

  const driveOn = (duty: RoundDuty): void => {
    state.duty = duty
    state.walk = walkToNext(duty, state.at)
  }

  const driveRound = (duty: RoundDuty, now: EpochMs): void => {
    if (duty.at === null) {
      if (state.walk !== null && !isOver(state.walk)) return
      state.walk = null
      state.duty = workAtStop(duty, random, now)
      return
    }
    if (now < duty.at) return
    const { duty: next, report } = leaveStop(duty, world.bins, random, now)
    pressStop(now, duty.order.task, report)
    if (next.stops.length > 0) driveOn(next)
    else rest(now)
  }

  const answer = (order: CrewOrder, type: CrewPress | null, now: EpochMs): void => {
    const { totals } = world.responses.state
    if (type === null) totals.ignored++
    else press(now, type, order.task)
    if (type === 'task.accepted') {
      totals.accepted++
      state.duty = { stage: 'accepted', order, at: now + random.fork(`leave/${order.task}`).integer(3, 20) * SECOND_MS }
      return
    }
    if (type === 'task.refused') totals.refused++
    rest(now)
  }

  const arrive = (order: CrewOrder, now: EpochMs): void => {
    state.walk = null
    press(now, 'task.onsite', order.task)
    world.responses.arrive(key, order.kind, order.at, now)
    const service_ms = Math.round(order.service_s * random.fork(`service/${order.task}`).uniform(0.8, 1.2)) * SECOND_MS
    state.duty = { stage: 'onsite', order, at: now + service_ms, latest: now + SERVICE_TIMES_MAX * service_ms }
  }

  const finish = (order: CrewOrder, now: EpochMs): void => {
    world.responses.finish(key, order.kind, order.at, now)
    if (order.kind.startsWith('device')) setup.repair(order.at, REPAIR_M)
    press(now, 'task.done', order.task)
    rest(now)
  }

  const offer = (command: WireCommand, now: EpochMs): Answer => {
    const order = findOrder(command.fields)
    if (order === null) return rejected('crew.task without a readable task')
    if (state.offered.includes(order.task)) return hearAgain(order, now)
    if (state.duty.stage === 'off') return rejected('off shift')
    if (state.duty.stage !== 'idle') return rejected('busy')
    state.offered = [...state.offered, order.task].slice(-OFFERED_MAX)
    const draw = random.fork(`offer/${order.task}`)
    const chance = draw.next()
    const { ignore_share, refuse_share } = scenario.crews
    const type = chance < ignore_share ? null : chance < ignore_share + refuse_share ? 'task.refused' : 'task.accepted'
    const at = type === null ? command.expires : now + draw.integer(4, 25) * SECOND_MS
    move(now)
    state.walk = null
    state.duty = { stage: 'offered', order, answer: type, at }
    wakeBy(at)
    return { status: 'accepted' }
  }

  /** An order that comes twice is not taken twice; a round that is under way has other stops then. */
  const hearAgain = (order: CrewOrder, now: EpochMs): Answer => {
    const { duty } = state
    if (!('order' in duty) || duty.order.task !== order.task || order.stops.length === 0) return { status: 'accepted' }
    if (duty.stage !== 'round') state.duty = { ...duty, order }
    else {
      move(now)
      const changed = changeRound(duty, order)
      if (changed.at === null) driveOn(changed)
      else state.duty = changed
      wakeBy(now)
    }
    return { status: 'accepted' }
  }

  /** Who is off and asked to come in does so, unless nobody looks; who is idle waits where asked. */
  const hearNotice = ({ fields }: WireCommand, now: EpochMs): Answer => {
    const draw = random.fork(`call/${now}`)
    if (fields.to === 'call_in' && state.duty.stage === 'off' && draw.next() >= scenario.crews.ignore_share) {
      const from = now + draw.integer(...CALL_IN_MIN) * MINUTE_MS
      state.called = { from, until: from + CALLED_MS }
    }
    const place = fields.to === 'standby' && state.duty.stage === 'idle' ? findPlace(fields.at) : null
    if (place !== null) {
      move(now)
      state.walk = startWalk(state.at, [place])
      wakeBy(now)
    }
    return { status: 'done' }
  }

  /** Recalled, or told that its press does not fit: the engine's word counts. */
  const drop = (task: unknown, now: EpochMs): Answer => {
    const { duty } = state
    if (!('order' in duty) || duty.order.task !== task) return { status: 'done' }
    if (duty.stage === 'onsite') world.responses.leave(key, duty.order.at)
    // It may be offered again: a round is, when what went before it is done.
    state.offered = state.offered.filter((one) => one !== task)
    move(now)
    rest(now)
    return { status: 'done' }
  }

  const wakeBy = (at: EpochMs): void => {
    state.due = Math.min(state.due, at)
  }

  /** When something of its duty happens next, as far as that is known. */
  const nextMoment = (now: EpochMs): EpochMs => {
    const every = now + (state.walk === null ? idle_ms : moving_ms)
    const { duty } = state
    return 'at' in duty && duty.at !== null ? Math.min(every, Math.max(now + SECOND_MS, duty.at)) : every
  }

  return {
    key,
    device,
    state,
    wake(now) {
      const speed_mps = move(now)
      shiftChange(now)
      proceed(now)
      const every_ms = state.walk === null ? idle_ms : moving_ms
      if (state.reported === null || now - state.reported >= every_ms) sendPosition(now, state.walk === null ? 0 : speed_mps)
      state.due = nextMoment(now)
    },
    obey(command, now) {
      if (command.kind === 'crew.task') return offer(command, now)
      if (command.kind === 'crew.recall' || command.kind === 'task.conflict') return drop(command.fields.task, now)
      if (command.kind === 'notice') return hearNotice(command, now)
      return unknownKind(command)
    },
  }
}
