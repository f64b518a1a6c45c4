/** `solve vrptw`: a text in, routes out, and what is said of texts that are wrong. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPlan } from '../../../engine/solve/vrp/check.ts'
import { solveVrp } from '../../../engine/solve/vrp/search.ts'
import { afterSteps } from '../../../engine/solve/vrp/stop.ts'
import { customersOf, distanceOf, vrptwProblem } from '../../../gateway/cli/vrptw.ts'
import { readVrptw } from '../../../gateway/cli/vrptw-text.ts'
import { runProgram } from '../../support/running.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vrptw-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** Four customers around a depot; two vehicles of capacity 20. The diagonal of 1 × 1 is 1.4 with one truncated decimal. */
const SOLOMON = `small

VEHICLE
NUMBER     CAPACITY
  2         20

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0      0         0          0        0            100        0
    1      1         1          10       0            50         1
    2      2         2          10       0            50         1
    3      -1        1          10       10           20         1
    4      -2        2          10       0            50         1
`

const VRPLIB = `NAME : small
TYPE : VRPTW
DIMENSION : 3
VEHICLES : 2
CAPACITY : 20
SERVICE_TIME : 1
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 2.0 2.0
DEMAND_SECTION
1 0
2 10
3 10
TIME_WINDOW_SECTION
1 0 100
2 0 50
3 0 50
DEPOT_SECTION
1
-1
EOF
`

const EXPLICIT = VRPLIB.replace('EUC_2D', 'EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX').replace(
  /NODE_COORD_SECTION[^M]*DEMAND/,
  'EDGE_WEIGHT_SECTION\n0 3 9\n4 0 5\n6 7 0\nDEMAND',
)

const solved = (text: string): { routes: number[][]; distance: number; faults: string[] } => {
  const instance = readVrptw(text, 'f')
  const problem = vrptwProblem(instance)
  const plan = solveVrp(problem, { seed: 1, stop: afterSteps(500) })
  const routes = customersOf(plan).sort((a, b) => Math.min(...a) - Math.min(...b))
  return { routes, distance: distanceOf(plan, instance), faults: checkPlan(problem, plan) }
}

describe('texts of instances', () => {
  it('01 reads Solomon and counts ways in truncated tenths', () => {
    const { routes, distance, faults } = solved(SOLOMON)
    expect(faults).toEqual([])
    expect(routes.map((route) => [...route].sort())).toEqual([
      [1, 2],
      [3, 4],
    ])
    // Out 1.4 and 1.4 on, 2.8 back: the truncated diagonals of 1 and 2.
    expect(distance).toBe(11.2)
  })

  it('02 reads VRPLIB, with service for all or for each', () => {
    expect(solved(VRPLIB)).toMatchObject({ distance: 5.6, faults: [] })
    const each = VRPLIB.replace('SERVICE_TIME : 1\n', '').replace('DEPOT_SECTION', 'SERVICE_TIME_SECTION\n1 0\n2 7\n3 8\nDEPOT_SECTION')
    expect(readVrptw(each, 'f').stops.map(({ service }) => service)).toEqual([0, 7, 8])
    expect(readVrptw(VRPLIB, 'f')).toMatchObject({ fleet: 2, capacity: 20 })
  })

  it('03 takes ways of one direction from an explicit matrix as they are', () => {
    // 0 → 1 → 2 → 0 is 3 + 5 + 6, the other way round 9 + 7 + 4.
    expect(solved(EXPLICIT)).toMatchObject({ distance: 14, faults: [] })
  })

  it('04 plans the rest when customers cannot be served', () => {
    const text = SOLOMON.replace('2          10', '2          21').replace('10           20', '0            1 ')
    const problem = vrptwProblem(readVrptw(text, 'f'))
    const plan = solveVrp(problem, { seed: 1, stop: afterSteps(200) })
    expect(plan.left).toEqual([
      { job: '2', why: 'size' },
      { job: '3', why: 'window' },
    ])
    expect(checkPlan(problem, plan)).toEqual([])
  })

  it.each([
    ['', 'f: is empty; expected a Solomon or VRPLIB text'],
    ['hello', 'f:1: expected a Solomon text with a line NUMBER CAPACITY'],
    [SOLOMON.replace('  2         20', '  two       20'), 'f:5: two       20: expected the number of vehicles and their capacity'],
    [SOLOMON.replace('0            50         1', '0   50'), 'f:11: 1      1         1          10       0   50: expected seven numbers'],
    [SOLOMON.replace('    3   ', '    5   '), 'f:13: customer 5, expected 3'],
    [SOLOMON.replace('10           20', '30           20'), 'f:13: due date 20 is before the ready time 30'],
    [SOLOMON.replace('2          10', '2         -10'), 'f:12: demand -10, expected at least 0'],
    [SOLOMON.slice(0, SOLOMON.indexOf('    1 ')), 'f: has no customers'],
    [VRPLIB.replace('DIMENSION : 3', 'DIMENSION : 4'), 'f:16: TIME_WINDOW_SECTION has 3 lines, expected 4'],
    [VRPLIB.replace('EUC_2D', 'GEO'), 'f:7: EDGE_WEIGHT_TYPE GEO, expected EUC_2D or EXPLICIT'],
    [VRPLIB.replace(/TIME_WINDOW[^P]*DEPOT/, 'DEPOT'), 'f: has no TIME_WINDOW_SECTION'],
    [VRPLIB.replace('CAPACITY : 20', 'CAPACITY : lots'), 'f:5: CAPACITY lots, expected a number'],
    [VRPLIB.replace('\n1\n-1', '\n2\n-1'), 'f:21: depot 2, expected node 1'],
    [VRPLIB.replace('2 0 50', '2 0 fifty'), 'f:18: 2 0 fifty: expected KEY : value'],
    [EXPLICIT.replace('4 0 5', '4 0'), 'EDGE_WEIGHT_SECTION has 8 numbers, expected 9'],
    [EXPLICIT.replace('FULL_MATRIX', 'LOWER_ROW'), 'EDGE_WEIGHT_FORMAT LOWER_ROW, expected FULL_MATRIX'],
  ])('05 %#: says where and what was expected', (text, expected) => {
    expect(() => readVrptw(text, 'f')).toThrow(expected)
  })

  const instances = join(import.meta.dirname, '../../../../shared/data/dispatch')
  it.skipIf(!existsSync(instances))('06 plans given instances of the literature (../shared/data/dispatch)', async () => {
    for (const name of ['solomon/C101', 'homberger/RC2_2_1'])
      expect(solved(await readFile(join(instances, `${name}.txt`), 'utf8')).faults).toEqual([])
  })
})

describe('solve vrptw', () => {
  const small = (): string => join(directory, 'small.txt')
  const out = (): string => join(directory, 'out.json')

  it('07 writes routes, cost and seconds', async () => {
    await writeFile(small(), SOLOMON)
    const { code, stderr } = await runProgram(['solve', 'vrptw', small(), '--time-limit', '0.2', '--seed', '3', '--out', out()])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const answer: unknown = JSON.parse(await readFile(out(), 'utf8'))
    expect(answer).toEqual({ routes: expect.any(Array), cost: 11.2, seconds: expect.any(Number) })
  })

  it('08 names customers that no vehicle can serve, and ends well', async () => {
    await writeFile(small(), SOLOMON.replace('10           20', '0            1 '))
    const { code, stderr } = await runProgram(['solve', 'vrptw', small(), '--time-limit', '0.1', '--out', out()])
    expect(code).toBe(0)
    expect(stderr).toContain('customer 3 is in no route: no vehicle can be there within its time window')
    expect(JSON.parse(await readFile(out(), 'utf8'))).toMatchObject({ left: [{ customer: 3, why: 'window' }] })
  })

  it.each([
    [['--out', 'x'], '--time-limit S is missing'],
    [['--time-limit', '0', '--out', 'x'], '--time-limit takes seconds above 0'],
    [['--time-limit', '1'], '--out FILE is missing'],
    [['--time-limit', '1', '--out', 'x', '--seed', 'abc'], '--seed takes a seed'],
    [['--time-limit', '1', '--out', 'x'], 'no-such-file: cannot be read'],
  ])('09 refuses %j', async (args, expected) => {
    const { code, stderr } = await runProgram(['solve', 'vrptw', join(directory, 'no-such-file'), ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(expected)
  })
})
