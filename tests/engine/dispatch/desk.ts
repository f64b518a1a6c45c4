/** Incidents and dispatch of the small city on a clock that the test turns, with the solver answering when it is let. */
import { decideDispatch } from '../../../engine/dispatch/decide.ts'
import type { Streets } from '../../../engine/dispatch/reroute.ts'
import type { RoundGround } from '../../../engine/dispatch/rounds/review.ts'
import { createDispatch, type DispatchState, listTasks, observeDispatch } from '../../../engine/dispatch/state.ts'
import { correlate, type Signal } from '../../../engine/incidents/correlate.ts'
import { createIncidents, type IncidentsState, listIncidents, observeIncidents } from '../../../engine/incidents/state.ts'
import type { City } from '../../../engine/model/city.ts'
import type { CommandBody } from '../../../engine/model/command.ts'
import { type Context, createContext } from '../../../engine/model/context.ts'
import { DEFAULT_DISPATCH, type DispatchPolicy } from '../../../engine/model/dispatch-policy.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { Incident, Task } from '../../../engine/model/incident.ts'
import type { CrewEvent, CrewPress, OperatorOrder } from '../../../engine/model/observation.ts'
import { emptyOutcome, type Outcome } from '../../../engine/model/outcome.ts'
import type { Severity } from '../../../engine/model/severity.ts'
import type { SolverAnswer } from '../../../engine/model/solve.ts'
import { solveAssign } from '../../../engine/solve/assign.ts'
import { buildRoadGraph } from '../../../engine/solve/network.ts'
import { requestsFor } from '../../support/solver.ts'

/** 08:00 in the small city. */
export const START = 1_767_225_600_000

export interface Desk {
  readonly context: Context
  readonly state: DispatchState
  readonly incidents: IncidentsState
  /** All open and free unless set. */
  streets: Streets
  now: number
  /** Numbers presses and orders. */
  presses: number
  /** Of the last step or order. */
  out: Outcome
  readonly facts: Fact[]
  /** Requests posed and not yet answered. */
  readonly asked: ReturnType<typeof requestsFor<'assign'>>
  step(after_s: number, ...signals: Signal[]): string[]
  /** Answers the oldest request, by the real solver unless an answer is given. */
  answer(given?: SolverAnswer): string[]
  press(crew: string, type: CrewPress, task?: string | null, id?: string, more?: Pick<CrewEvent, 'need' | 'delay_min'>): string[]
  order(act: OperatorOrder): string[]
  /** Anything else that dispatch hears. */
  told(obs: Parameters<typeof observeDispatch>[2]): string[]
  tasks(): Task[]
  incident(): Incident
}

/** Streets with these roads closed. */
export const closed = (shut: readonly string[]): Streets => ({ shut, state: () => ({ shut, delay: {}, class_delay: {} }) })

/** No bin is anywhere. */
const groundOf = (streets: Streets): RoundGround => ({ streets, closed: () => new Set(), emptied: () => 0, reorder: () => null })

/** From a state that was saved, or from the beginning. */
export function openDesk(
  city: City,
  saved?: Pick<Desk, 'state' | 'incidents' | 'now' | 'asked' | 'presses'>,
  dispatch: Partial<DispatchPolicy> = {},
): Desk {
  const context = createContext(city, 'test', 1, { dispatch: { ...DEFAULT_DISPATCH, ...dispatch } })
  const graph = buildRoadGraph(city)
  const desk: Desk = {
    context,
    state: saved?.state ?? createDispatch(context),
    incidents: saved?.incidents ?? createIncidents(),
    streets: closed([]),
    now: saved?.now ?? START,
    presses: saved?.presses ?? 0,
    out: emptyOutcome(),
    facts: [],
    asked: saved?.asked ?? [],
    step: (after_s, ...signals) => {
      desk.now += after_s * 1000
      desk.out = emptyOutcome()
      correlate(desk.incidents, context, signals, desk.now, desk.out)
      decideDispatch(desk.state, context, desk.incidents, groundOf(desk.streets), desk.now, desk.out)
      desk.asked.push(...requestsFor(desk.out.requests, 'assign'))
      return said()
    },
    answer: (given) =>
      observed(() => {
        const request = desk.asked.shift()
        if (request === undefined) throw new Error('nothing was asked')
        const answer = given ?? solveAssign(graph, request.problem)
        observe({ kind: 'solution', ts: desk.now, request: request.id, answer })
      }),
    press: (crew, type, task = desk.tasks().at(0)?.id ?? null, id = `p${desk.presses++}`, more = {}) =>
      observed(() => observe({ kind: 'crew', device: `d0/crew/${crew}`, ts: desk.now, id, type, task, note: null, photo: null, ...more })),
    order: (act) =>
      observed(() => {
        const obs = { kind: 'operator', ts: desk.now, id: `o${desk.presses++}`, by: 'li', act } as const
        if (!observeIncidents(desk.incidents, context, obs, desk.now, desk.out)) observe(obs)
      }),
    told: (obs) => observed(() => observe(obs)),
    tasks: () => [...listTasks(desk.state)],
    incident: () => {
      const [first] = listIncidents(desk.incidents)
      return first
    },
  }
  const observe = (obs: Parameters<typeof observeDispatch>[2]): void =>
    observeDispatch(desk.state, context, obs, desk.incidents, desk.now, desk.out)
  const observed = (act: () => void): string[] => {
    desk.out = emptyOutcome()
    act()
    return said()
  }
  const said = (): string[] => {
    desk.facts.push(...desk.out.facts)
    return [
      ...desk.out.facts.flatMap(factText),
      ...desk.out.proposals.flatMap((one) => (one.kind === 'command' ? commandText(one.body, one.device) : [])),
    ]
  }
  return desk
}

/** One short line for each change of an incident, a task or a crew, and for each answer to an order. */
function factText(fact: Fact): string[] {
  if (fact.kind === 'incident') return [`incident ${fact.change}`]
  if (fact.kind === 'task') return [`task ${fact.change}`]
  if (fact.kind === 'crew') return [`${fact.crew.id.split('/')[2]} ${fact.change}`]
  return fact.kind === 'operator' ? [`operator ${fact.done ? 'done' : fact.why?.split(' / ')[0]}`] : []
}

const commandText = (body: CommandBody, device: string): string => `→ ${device.split('/')[2]} ${body.kind}`

export const signal = (key: string, severity: Severity, more: Partial<Signal> = {}): Signal => ({
  kind: 'signal',
  key,
  active: true,
  template: {
    class: 'flood.waterlogging',
    title: { zh: '积水', en: 'Waterlogging' },
    deadline_min: 60,
    crew: { skill: 'pump', kit: ['mobile_pump'], service_min: 20 },
  },
  severity,
  at: [120.1541, 30.2772],
  device: 'd0/flood/G1',
  place: 'LP1',
  reason: { rule: 'flood-level', text: 'level', text_zh: '水位', evidence: [] },
  ...more,
})

export const passed = (key: string): Signal => signal(key, 'watch', { active: false })

/** The same signal, asking for so many crews. */
export const asking = (crews: number, one: Signal): Signal => ({
  ...one,
  template: { ...one.template, crew: one.template.crew === null ? null : { ...one.template.crew, crews } },
})
