/** The signal program of a SUMO network (`tlLogic`): which phases are greens to choose from, and what lies between them. */
import type { Intergreen } from '../../engine/model/city.ts'
import type { SumoPhase, SumoProgram } from './sumo-read.ts'

export interface Green {
  /** Position in the program: the phase's index everywhere else. */
  readonly index: number
  readonly phase: SumoPhase
}

export interface ReadProgram {
  readonly greens: readonly Green[]
  /** Between greens that follow each other in the program. */
  readonly between: readonly Intergreen[]
}

const isOpen = (letter: string | undefined): boolean => letter === 'G' || letter === 'g'
/** Letters of a clearance, or of red with yellow before a green. */
const CHANGING = /[yYu]/

export const isProtected = (phase: SumoPhase, link: number): boolean => phase.state[link] === 'G'
export const isGreen = (phase: SumoPhase, link: number): boolean => isOpen(phase.state[link])

/**
 * `links`: positions that stop cars. A phase with yellow is a clearance, one without green is all-red, and one that opens the same to cars as
 * the green before it only lets people on foot finish: its time counts to the clearance.
 */
export function readProgram({ phases }: SumoProgram, links: readonly number[]): ReadProgram {
  const kinds = phases.map((phase) =>
    CHANGING.test(phase.state) ? 'yellow' : links.some((link) => isGreen(phase, link)) ? 'green' : 'all_red',
  )
  const sameCars = (a: SumoPhase, b: SumoPhase): boolean => links.every((link) => a.state[link] === b.state[link])
  const first = phases.findIndex((phase, i) => {
    const before = (i + phases.length - 1) % phases.length
    return kinds[i] === 'green' && !(before !== i && kinds[before] === 'green' && sameCars(phases[before], phase))
  })
  if (first < 0) return { greens: greenOnly(phases, kinds), between: [] }
  const greens: Green[] = [{ index: first, phase: phases[first] }]
  const between: Intergreen[] = []
  let [yellow_s, all_red_s] = [0, 0]
  for (let step = 1; step <= phases.length; step++) {
    const index = (first + step) % phases.length
    const phase = phases[index]
    const last = greens[greens.length - 1]
    if (kinds[index] === 'yellow') yellow_s += phase.duration_s
    else if (kinds[index] === 'all_red') all_red_s += phase.duration_s
    else if (index !== first && yellow_s + all_red_s === 0 && sameCars(phase, last.phase)) yellow_s += phase.duration_s
    else {
      between.push({ from: last.index, to: index, yellow_s, all_red_s })
      if (index !== first) greens.push({ index, phase })
      yellow_s = 0
      all_red_s = 0
    }
  }
  return { greens: greens.sort((a, b) => a.index - b.index), between: between.filter(({ from, to }) => from !== to) }
}

/** All greens are alike, as at a signal with one phase: the first stands for them. */
function greenOnly(phases: readonly SumoPhase[], kinds: readonly string[]): Green[] {
  const index = kinds.indexOf('green')
  return index < 0 ? [] : [{ index, phase: phases[index] }]
}
