/**
 * The simulated city as it really is: rain, water, streets with their signals, bins, what happens in front of cameras, people. Devices
 * look at it and act on it; nothing here knows of messages. Time moves in whole seconds.
 */

import { createLocalHour, type LocalHour } from '../../config/local-time.ts'
import type { Scenario } from '../../config/scenario.ts'
import type { Random } from '../../engine/base/random.ts'
import { type EpochMs, HOUR_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { City } from '../../engine/model/city.ts'
import type { Metrics } from '../score.ts'
import { type BinState, type Bins, createBins } from './bins.ts'
import { createRain, type Rain } from './rain.ts'
import { createResidents, type Residents, type ResidentsState } from './residents.ts'
import { createResponses, type Responses, type ResponsesState } from './responses.ts'
import { createRiver, type River } from './river.ts'
import { createSignals, type SignalState, type Signals } from './signals.ts'
import { createStreetEvents, type StreetEvents } from './street-events.ts'
import { createStreets, type Streets, type StreetsState } from './streets.ts'
import { createWater, type Water, type WaterState } from './water.ts'

export interface World {
  readonly localHour: LocalHour
  readonly rain: Rain
  readonly river: River
  readonly water: Water
  readonly signals: Signals
  readonly streets: Streets
  readonly bins: Bins
  readonly streetEvents: StreetEvents
  readonly residents: Residents
  readonly responses: Responses
  /** The second that ends at `now`. */
  step(now: EpochMs): void
  /** What happened, as truth: `flood.flooded_minutes`, `waste.overflow_hours`, `traffic.queue_mean_veh`, … */
  metrics(now: EpochMs): Metrics
  /** Plain JSON. */
  save(): WorldState
  restore(saved: WorldState): void
}

export interface WorldState {
  readonly water: WaterState
  readonly signals: Record<string, SignalState>
  readonly streets: StreetsState
  readonly bins: Record<string, BinState>
  readonly streetEvents: StreetEvents['streets']
  readonly residents: ResidentsState
  readonly responses: ResponsesState
}

interface Options {
  readonly city: City
  readonly scenario: Scenario
  readonly random: Random
  readonly start: EpochMs
}

export function createWorld({ city, scenario, random, start }: Options): World {
  const localHour = createLocalHour(city.timezone)
  const { devices } = city
  const rain = createRain(scenario.weather.cells, city.bounds, start)
  const river = createRiver(scenario.water.surge, start)
  const water = createWater(city.low_points, rain, river)
  // Rain that began before the start is on its way over the ground, and some of it stands already.
  for (let ts = rain.began + SECOND_MS; ts <= start; ts += SECOND_MS) water.step(ts)
  const signals = createSignals(city.junctions, start)
  const demandFactor = scenario.traffic.demand_factor
  const streets = createStreets({ city, demandFactor, random: random.fork('streets'), signals, localHour, start })
  const bins = createBins({ devices, waste: scenario.waste, random: random.fork('bins'), localHour, start })
  const streetEvents = createStreetEvents({ devices, ...scenario.cameras, random: random.fork('street events'), start })
  const residents = createResidents({ devices, ...scenario.residents, water, bins, random: random.fork('residents') })
  const responses = createResponses({ water, bins, streetEvents })
  return {
    localHour,
    rain,
    river,
    water,
    signals,
    streets,
    bins,
    streetEvents,
    residents,
    responses,
    step(now) {
      water.step(now)
      signals.step(now)
      streets.step(now)
      residents.step(now)
    },
    metrics(now) {
      bins.settle(now)
      return {
        ...floodMetrics(water),
        ...wasteMetrics(bins),
        ...trafficMetrics(streets),
        ...responseMetrics(responses, residents),
      }
    },
    save: () => ({
      water: water.state,
      signals: signals.states,
      streets: streets.state,
      bins: bins.states,
      streetEvents: streetEvents.streets,
      residents: residents.state,
      responses: responses.state,
    }),
    restore(saved) {
      Object.assign(water.state.points, saved.water.points)
      Object.assign(water.state.pumps, saved.water.pumps)
      Object.assign(water.state.gates, saved.water.gates)
      for (const [id, state] of Object.entries(signals.states)) Object.assign(state, saved.signals[id])
      for (const [id, state] of Object.entries(streets.state.lanes)) Object.assign(state, saved.streets.lanes[id])
      Object.assign(streets.state.totals, saved.streets.totals)
      for (const [id, state] of Object.entries(bins.states)) Object.assign(state, saved.bins[id])
      for (const [id, state] of Object.entries(streetEvents.streets)) Object.assign(state, saved.streetEvents[id])
      Object.assign(residents.state.seen, saved.residents.seen)
      Object.assign(residents.state.pending, saved.residents.pending)
      Object.assign(residents.state.totals, saved.residents.totals)
      responses.state.response_min.push(...saved.responses.response_min)
      Object.assign(responses.state.totals, saved.responses.totals)
    },
  }
}

function floodMetrics(water: Water): Metrics {
  const metrics: Record<string, number> = { 'flood.flooded_minutes': 0, 'flood.points_flooded': 0, 'flood.depth_m_max': 0 }
  for (const [{ id }, { flooded_s, depth_m_max }] of water.points()) {
    metrics['flood.depth_m_max'] = Math.max(metrics['flood.depth_m_max'], depth_m_max)
    if (flooded_s === 0) continue
    metrics['flood.points_flooded']++
    metrics['flood.flooded_minutes'] += flooded_s / 60
    metrics[`flood.flooded_minutes.${id}`] = flooded_s / 60
    metrics[`flood.depth_m_max.${id}`] = depth_m_max
  }
  return metrics
}

function wasteMetrics({ all }: Bins): Metrics {
  const overflow_ms = all.reduce((sum, { state }) => sum + state.overflow_ms, 0)
  return {
    'waste.overflow_hours': overflow_ms / HOUR_MS,
    'waste.bins_overflowed': all.filter(({ state }) => state.overflow_ms > 0).length,
    'waste.emptied': all.reduce((sum, { state }) => sum + state.emptied, 0),
  }
}

function trafficMetrics({ state: { totals } }: Streets): Metrics {
  return {
    'traffic.queue_mean_veh': totals.queued_veh_s / Math.max(1, totals.seconds),
    'traffic.queue_max_veh': totals.queued_max,
    'traffic.stopped_hours': totals.queued_veh_s / 3600,
    // Before full lanes at the edge of the counted network: a controller that lets in fewer looks better only inside.
    'traffic.outside_hours': totals.waiting_veh_s / 3600,
    'traffic.left_veh': totals.left,
  }
}

function responseMetrics(responses: Responses, residents: Residents): Metrics {
  const sorted = [...responses.state.response_min].sort((a, b) => a - b)
  const { totals } = responses.state
  const metrics: Record<string, number> = {
    'crews.accepted': totals.accepted,
    'crews.refused': totals.refused,
    'crews.ignored': totals.ignored,
    'crews.done': totals.done,
    'crews.pumps_before_flood': totals.pumps_before_flood,
    'crews.responses': sorted.length,
    'residents.reports': residents.state.totals.reports,
  }
  if (sorted.length > 0) {
    metrics['crews.response_mean_min'] = sorted.reduce((sum, one) => sum + one, 0) / sorted.length
    metrics['crews.response_p90_min'] = sorted[Math.ceil(sorted.length * 0.9) - 1]
  }
  return metrics
}
