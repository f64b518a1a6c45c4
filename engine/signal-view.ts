/** What HTTP may read of the signals: who controls each junction, what people hold, what is wrong, what it achieves. Changes nothing. */
import { type Hold, handOf } from './act/state.ts'
import type { EpochMs } from './base/time.ts'
import type { CityState } from './city-state.ts'
import { type Comparison, compareArms } from './kpi/experiment.ts'
import { bandOf, type EffectFigures, type EffectPoint, effectOf, newestEffect } from './kpi/signal-figures.ts'
import { type Bilingual, deviceKey, type Junction } from './model/city.ts'
import { type Experiment, type Slot, slotAt } from './model/experiment.ts'
import { type Control, controlOf } from './traffic/control.ts'
import type { LaneFault } from './traffic/detectors/state.ts'
import { viewPlan } from './traffic/observed-plan.ts'
import type { JunctionShadow } from './traffic/shadow-state.ts'
import type { Suggestion } from './traffic/state.ts'

/** hand: a person holds it; suggest: left to people; local: nothing is known of it; auto: the engine decides. */
export type SignalMode = 'auto' | 'suggest' | 'hand' | 'local'

export interface SignalState {
  readonly id: string
  readonly district: string
  readonly name: Bilingual
  readonly control: Control
  readonly mode: SignalMode
  readonly hand: Pick<Hold, 'by' | 'since' | 'until'> | null
  readonly suggestion: Suggestion | null
  readonly faults: readonly (LaneFault & { readonly lane: string })[]
  /** Last time with a lane to decide on; null before the first. */
  readonly believed: EpochMs | null
  readonly effect: (EffectPoint & { readonly band: Bilingual | null }) | null
  readonly shadow: Omit<JunctionShadow, 'plan'> | null
  /** What the controller says it runs, and how that differs from what it was told. */
  readonly controller: ReturnType<typeof viewPlan>
}

/** The person who holds a junction's signal; null when nobody does. */
export const handAt = (state: CityState, district: string, id: string): Hold | null => handOf(state.act, deviceKey(district, 'signal', id))

export function signalMode(state: CityState, district: string, id: string): SignalMode {
  if (handAt(state, district, id) !== null) return 'hand'
  const memory = state.traffic.junctions.get(id)
  if (memory === undefined || memory.blind) return 'local'
  return state.context.signal_areas.human.has(id) ? 'suggest' : 'auto'
}

/** What a junction's controller says it runs; null where it has said nothing. */
export const controllerPlan = ({ traffic }: CityState, { district, id }: Pick<Junction, 'district' | 'id'>): SignalState['controller'] =>
  viewPlan(traffic.observed, deviceKey(district, 'signal', id))

function signalState(state: CityState, junction: Junction): SignalState {
  const { traffic, context, now, effect } = state
  const { id, district, name } = junction
  const hand = handAt(state, district, id)
  const watch = traffic.detectors.junctions.get(id)
  const lanes = context.signal_network.get(id)?.lanes ?? []
  const newest = newestEffect(effect, id)
  const shadow = traffic.shadow.junctions.get(id)
  return {
    id,
    district,
    name,
    control: controlOf(context, traffic.experiments.values(), id, now, traffic.junctions.get(id)?.interval_s ?? 0),
    mode: signalMode(state, district, id),
    hand: hand === null ? null : { by: hand.by, since: hand.since, until: hand.until },
    suggestion: traffic.suggestions.get(id) ?? null,
    faults: (watch?.lanes ?? []).flatMap(({ fault }, l) => (fault === null ? [] : [{ lane: lanes[l].id, ...fault }])),
    believed: watch?.believed ?? null,
    effect: newest === null ? null : { ...newest, band: bandOf(context.signal_areas.bands, newest.figures.tti) },
    shadow: shadow === undefined ? null : withoutPlan(shadow),
    controller: controllerPlan(state, junction),
  }
}

function withoutPlan({ plan: _plan, ...rest }: JunctionShadow): Omit<JunctionShadow, 'plan'> {
  return rest
}

export const signalStates = (state: CityState): SignalState[] =>
  state.context.city.junctions.map((junction) => signalState(state, junction))

export interface EffectGroup {
  readonly id: string
  readonly name: Bilingual
  readonly junctions: readonly string[]
}

/** Groups by which effect is told. */
export function effectGroups({ context }: CityState, by: 'junction' | 'district' | 'area'): EffectGroup[] {
  const { city, signal_areas } = context
  switch (by) {
    case 'junction':
      return city.junctions.map(({ id, name }) => ({ id, name, junctions: [id] }))
    case 'district':
      return city.districts.map(({ id, name }) => ({
        id,
        name,
        junctions: city.junctions.filter(({ district }) => district === id).map((junction) => junction.id),
      }))
    case 'area':
      return [...signal_areas.junctions_of].map(([id, junctions]) => {
        const name = city.signals?.areas.find((area) => area.id === id)?.name ?? { zh: id, en: id }
        return { id, name, junctions }
      })
  }
}

export interface EffectRow extends EffectGroup {
  readonly total: EffectFigures
  readonly band: Bilingual | null
  readonly slots: readonly EffectPoint[]
}

export const effectRows = (state: CityState, by: 'junction' | 'district' | 'area', from: EpochMs, to: EpochMs): EffectRow[] =>
  effectGroups(state, by).map((group) => {
    const { total, slots } = effectOf(state.effect, group.junctions, from, to)
    return { ...group, total, band: bandOf(state.context.signal_areas.bands, total.tti), slots }
  })

export interface ExperimentView extends Experiment {
  /** The slot that runs; null before the first and after the end. */
  readonly slot: Slot | null
  readonly comparisons: readonly Comparison[]
}

/** Newest first. */
export const experimentViews = ({ traffic, trials, now }: CityState): ExperimentView[] =>
  [...traffic.experiments.values()].reverse().map((experiment) => {
    const slot = slotAt(experiment, now)
    return { ...experiment, slot, comparisons: compareArms(trials.get(experiment.id) ?? [], slot?.index ?? null) }
  })
