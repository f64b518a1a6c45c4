import { readScenario, type Scenario } from '../../config/scenario.ts'

/** A scenario from the lines that matter to a test; an hour from nine o'clock in steps of ten seconds unless they say otherwise. */
export function scenarioOf(text = '', lasts_min = 60): Scenario {
  const head = `name: {zh: 测试, en: Test}\nstart: 2026-06-18T09:00:00+08:00\nduration_min: ${lasts_min}\nstep_s: 10\n`
  const { scenario, problems } = readScenario('test.yaml', head + text)
  if (scenario === null) throw new Error(problems.map(({ message }) => message).join('\n'))
  return scenario
}

export const CLOUDBURST = 'weather: {cells: [{from_min: 1, duration_min: 40, peak_mm_h: 120, radius_m: 5000, from: [0.5, 0.5]}]}\n'
