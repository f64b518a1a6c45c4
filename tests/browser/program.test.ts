/**
 * From a street map to the wall: an OpenStreetMap file is imported, the program runs it with simulated fleets, and Chromium shows it. Central
 * Shanghai where the project's data lie beside the checkout, a crossing of the fixtures elsewhere.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { getBuilt } from '../support/program.ts'
import { type Running, startProgram } from '../support/running.ts'
import { colourCensus, HD } from './chromium.ts'
import { describeInChromium } from './suite.ts'

const SHANGHAI = join(import.meta.dirname, '../../../shared/data/geo/shanghai_center.osm')
const FIXTURE = join(import.meta.dirname, '../fixtures/osm/crossing.osm')
const DRIVE_MS_MAX = 120_000

interface CrewSeen {
  readonly id: string
  readonly status: string
  readonly at: readonly [number, number]
}

describeInChromium('an imported city on the wall', ({ openAt }) => {
  const whole = existsSync(SHANGHAI)
  const directory = mkdtempSync(join(tmpdir(), 'imported-city-'))
  const city = join(directory, 'city')
  let program: Running

  beforeAll(async () => {
    const file = whole ? SHANGHAI : FIXTURE
    execFileSync(process.execPath, [getBuilt(), 'import', 'osm', file, '--out', city, '--populate', '7'], { stdio: 'ignore' })
    program = await startProgram(['--city', city, '--fleet', 'demo', '--data', join(directory, 'data')])
  })
  afterAll(async () => {
    await program?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  it('is drawn at 1920 × 1080, with no request to any other machine', async () => {
    const { page, strays, errors } = await openAt(`${program.http}/?lang=zh&quality=plain`)
    const { colours, commonest } = await colourCensus(page)
    expect(colours).toBeGreaterThan(50)
    expect(commonest).toBeLessThan(0.98)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(HD.width)
    expect(strays).toEqual([])
    expect(errors).toEqual([])
  })

  it.runIf(whole)('has crews driving its streets', { timeout: 2 * DRIVE_MS_MAX }, async () => {
    const crews = async (): Promise<readonly CrewSeen[]> =>
      ((await (await fetch(`${program.http}/api/v1/crews`)).json()) as { crews: CrewSeen[] }).crews
    const before = new Map((await crews()).map(({ id, at }) => [id, at]))
    const driven = (): Promise<CrewSeen | undefined> =>
      crews().then((now) =>
        now.find(({ id, at, status }) => status === 'enroute' && (before.get(id)?.[0] !== at[0] || before.get(id)?.[1] !== at[1])),
      )
    await vi.waitFor(async () => expect(await driven()).toBeDefined(), { timeout: DRIVE_MS_MAX, interval: 1000 })
  })
})
