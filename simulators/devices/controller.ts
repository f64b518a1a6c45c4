import {
  type Answer,
  findNumber,
  newState,
  nextReport,
  type Payload,
  rejected,
  report,
  type Setup,
  type SimulatedDevice,
  unknownKind,
  type WireCommand,
} from '../device.ts'
import type { SignalOrder } from '../world/signals.ts'

type Split = { readonly phase: number; readonly green_s: number }

function findSplits(fields: Payload): Split[] | null {
  const { splits } = fields
  if (!Array.isArray(splits)) return null
  const read = splits.map((split: unknown) => {
    if (typeof split !== 'object' || split === null) return null
    const phase = findNumber({ ...split }, 'phase')
    const green_s = findNumber({ ...split }, 'green_s')
    return phase === null || green_s === null ? null : { phase, green_s }
  })
  return read.every((split) => split !== null) ? read : null
}

/** The order in a command, or why there is none. */
function orderOf({ kind, fields, expires }: WireCommand): SignalOrder | string {
  if (kind === 'signal.plan') {
    const cycle_s = findNumber(fields, 'cycle_s')
    const splits = findSplits(fields)
    if (cycle_s === null || cycle_s <= 0 || splits === null) return 'plan without cycle_s or splits'
    return { kind: 'plan', cycle_s, offset_s: findNumber(fields, 'offset_s') ?? 0, splits, until: expires }
  }
  const phase = findNumber(fields, 'phase')
  if (phase === null) return `${kind} without phase`
  if (kind !== 'signal.preempt') return { kind: 'phase', phase, until: expires }
  return { kind: 'preempt', phase, until: Math.min(findNumber(fields, 'until') ?? expires, expires) }
}

/** Signal controller: obeys within minimum green and intergreen, says what it shows. */
export function createController(setup: Setup): SimulatedDevice {
  const { device, key, world } = setup
  const state = newState(setup)
  return {
    key,
    device,
    state,
    wake(now) {
      const signal = world.signals.findState(device.id)
      report(setup, state, now, {
        v: {
          phase: signal?.phase ?? 0,
          age_s: world.signals.age_s(device.id, now),
          local: signal === null || signal.order === null ? 1 : 0,
        },
      })
      state.due = nextReport(setup, state, now)
    },
    obey(command): Answer {
      if (!['signal.phase', 'signal.plan', 'signal.preempt'].includes(command.kind)) return unknownKind(command)
      const order = orderOf(command)
      const why = typeof order === 'string' ? order : world.signals.order(device.id, order)
      return why === null ? { status: 'accepted' } : rejected(why)
    },
  }
}
