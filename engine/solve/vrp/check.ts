/**
 * Whether a plan keeps every rule of its problem and costs what it says. Shares nothing with the search but the meaning of problem.ts, so that a mistake of the
 * search cannot hide in it.
 */
import { type Job, NO_WAY, type Stop, type Vehicle, type VehicleRoute, type Visit, type VrpPlan, type VrpProblem } from './problem.ts'

/** @returns what is wrong, a sentence each; nothing for a good plan */
export function checkPlan(problem: VrpProblem, plan: VrpPlan): string[] {
  const faults: string[] = []
  const vehicles = new Map(problem.vehicles.map((vehicle) => [vehicle.id, vehicle]))
  const jobs = new Map(problem.jobs.map((job) => [job.id, job]))
  const seen = new Map<string, number>()
  const driven = new Set<string>()
  let cost = 0
  for (const route of plan.routes) {
    const vehicle = vehicles.get(route.vehicle)
    if (vehicle === undefined || driven.has(route.vehicle)) {
      faults.push(`${route.vehicle}: ${vehicle === undefined ? 'no such vehicle' : 'two routes'}`)
      continue
    }
    driven.add(route.vehicle)
    const walk = new Walk(problem, vehicle, jobs, route)
    walk.run()
    faults.push(...walk.faults.map((fault) => `${route.vehicle}: ${fault}`))
    if (walk.cost !== route.cost) faults.push(`${route.vehicle}: costs ${walk.cost}, not ${route.cost}`)
    cost += walk.cost
    for (const { kind, id } of route.visits) if (kind === 'stop') seen.set(id, (seen.get(id) ?? 0) + 1)
  }
  for (const { job } of plan.left) {
    seen.set(job, (seen.get(job) ?? 0) + 1)
    cost += jobs.get(job)?.price ?? 0
  }
  for (const { id } of problem.jobs) if (seen.get(id) !== 1) faults.push(`job ${id} is planned or left ${seen.get(id) ?? 0} times`)
  for (const { id, promised } of problem.vehicles)
    if (promised.length > 0 && !driven.has(id)) faults.push(`${id}: does not drive, though it has promises`)
  if (cost !== plan.cost) faults.push(`the plan costs ${cost}, not ${plan.cost}`)
  return faults
}

/** One route driven visit by visit. */
class Walk {
  readonly faults: string[] = []
  cost = 0
  private place: number
  private ready: number
  private collected = 0
  private carried = 0
  private breaks = 0
  /** End of a break since the last place; it may have been taken there or at the next one. */
  private pause: Visit | null = null
  private readonly picked = new Set<string>()
  private readonly promises_only: boolean

  private readonly problem: VrpProblem
  private readonly vehicle: Vehicle
  private readonly jobs: ReadonlyMap<string, Job>
  private readonly route: VehicleRoute

  constructor(problem: VrpProblem, vehicle: Vehicle, jobs: ReadonlyMap<string, Job>, route: VehicleRoute) {
    this.problem = problem
    this.vehicle = vehicle
    this.jobs = jobs
    this.route = route
    this.place = vehicle.start
    this.ready = vehicle.shift.from
    this.promises_only = this.stops().every(({ id }) => vehicle.promised.includes(id))
  }

  private stops(): Visit[] {
    return this.route.visits.filter(({ kind }) => kind === 'stop' || kind === 'delivery')
  }

  private expect(condition: boolean, fault: string): void {
    if (!condition) this.faults.push(fault)
  }

  run(): void {
    this.checkPromises()
    this.cost = this.vehicle.fixed_cost
    for (const visit of this.route.visits) {
      if (visit.kind === 'break') this.takeBreak(visit)
      else if (visit.kind === 'tip') this.tip(visit)
      else this.serve(visit)
    }
    this.finish()
  }

  private checkPromises(): void {
    const done = this.stops().map(({ id }) => id)
    const { promised } = this.vehicle
    this.expect(
      promised.every((id, i) => done[i] === id),
      `promised ${promised.join(', ')} first, drives ${done.join(', ')}`,
    )
  }

  private takeBreak(visit: Visit): void {
    const pause = this.vehicle.breaks[this.breaks]
    this.expect(visit.id === String(this.breaks) && pause !== undefined, `break ${visit.id} out of order`)
    if (pause === undefined) return
    const { window, duration } = pause
    this.expect(visit.start >= window.from && visit.start <= window.to, `break ${visit.id} at ${visit.start}`)
    this.expect(visit.leave === visit.start + duration, `break ${visit.id} is not ${duration} long`)
    this.expect(visit.start >= this.ready, `break ${visit.id} before ${this.ready}`)
    if (this.pause !== null) this.ready = Math.max(this.ready, this.pause.leave)
    this.pause = visit
    this.breaks++
  }

  /** Goes to a place and is there at `arrive`; from `start` on it is busy until `leave`. */
  private go(place: number, { id, arrive, start, leave }: Visit, service: number): void {
    const { travel } = this.problem
    const way = this.place * travel.places + place
    this.expect(travel.time[way] < NO_WAY, `no way to ${id}`)
    this.cost += travel.cost[way]
    const there = arrive === this.ready + travel.time[way]
    const paused = this.pause === null || (there && this.pause.start >= arrive && this.pause.leave <= start)
    const paused_before = this.pause !== null && arrive === this.pause.leave + travel.time[way]
    this.expect((there && paused) || paused_before, `${id} is reached at ${arrive}, not from ${this.ready}`)
    this.expect(start >= arrive && leave === start + service, `${id} from ${start} to ${leave} after ${arrive}`)
    this.place = place
    this.ready = leave
    this.pause = null
  }

  private tip(visit: Visit): void {
    const tip = this.problem.tips.find(({ id }) => id === visit.id)
    if (tip === undefined) {
      this.faults.push(`no tip ${visit.id}`)
      return
    }
    this.go(tip.place, visit, tip.service)
    this.expect(visit.start >= tip.window.from && visit.start <= tip.window.to, `tip ${visit.id} at ${visit.start}`)
    this.collected = 0
  }

  private serve(visit: Visit): void {
    const job = this.jobs.get(visit.id)
    const stop = visit.kind === 'delivery' ? job?.delivery : job?.stop
    if (job === undefined || stop === undefined) {
      this.faults.push(`no ${visit.kind} ${visit.id}`)
      return
    }
    this.go(stop.place, visit, stop.service)
    this.priceLateness(stop, visit.start)
    const promised = this.vehicle.promised.includes(job.id)
    this.expect(visit.start >= stop.window.from, `${job.id} early at ${visit.start}`)
    if (!promised) {
      this.expect(visit.start <= stop.window.to, `${job.id} late at ${visit.start}`)
      this.expect(
        job.skills.every((skill) => this.vehicle.skills.includes(skill)),
        `no skill for ${job.id}`,
      )
      this.expect(!(job.not_by ?? []).includes(this.vehicle.id), `${job.id} is not to be done by this vehicle`)
    }
    this.load(job, visit.kind === 'delivery')
  }

  private priceLateness({ due, late_price = 0 }: Stop, start: number): void {
    if (due !== undefined && start > due) this.cost += (start - due) * late_price
  }

  private load({ id, demand, delivery }: Job, delivers: boolean): void {
    if (delivery === undefined) this.collected += demand
    else if (delivers) {
      this.expect(this.picked.delete(id), `${id} is delivered before it is picked up`)
      this.carried -= demand
    } else {
      this.picked.add(id)
      this.carried += demand
    }
    this.expect(this.collected + this.carried <= this.vehicle.capacity || this.promises_only, `too full at ${id}`)
  }

  private finish(): void {
    const { end, breaks, shift, ends_empty } = this.vehicle
    const { travel } = this.problem
    const way = end === null ? -1 : this.place * travel.places + end
    if (way >= 0) this.cost += travel.cost[way]
    const ready = Math.max(this.ready, this.pause?.leave ?? 0)
    this.expect(this.route.end === Math.max(shift.from, ready + (way < 0 ? 0 : travel.time[way])), `ends at ${this.route.end}`)
    this.expect(this.picked.size === 0, `${[...this.picked].join(', ')} not delivered`)
    if (this.promises_only) return
    this.expect(this.route.end <= shift.to, `ends at ${this.route.end}, after ${shift.to}`)
    this.expect(!ends_empty || this.collected === 0, 'does not end empty')
    const missing = breaks[this.breaks]
    this.expect(missing === undefined || this.route.end <= missing.window.to, `break ${this.breaks} is missing`)
  }
}
