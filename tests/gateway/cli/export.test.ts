/** `export flood`: a running city's history over HTTP, and what becomes of it in `train flood`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readKnownStorms } from '../../../gateway/cli/flood-files.ts'
import { announcedSteps, atStepEnds, findStorms, withoutSpikes } from '../../../gateway/cli/flood-history.ts'
import { cityDocument } from '../../../gateway/http/city.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { runProgram } from '../../support/running.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 5, 1)
const STORMS = 8
/** One storm every second day from six o'clock on, each heavier than the one before. */
const beginOf = (storm: number): number => START + (48 * storm + 6) * HOUR

function rainAt(ts: number): number {
  for (let storm = 0; storm < STORMS; storm++) {
    const since_min = (ts - beginOf(storm)) / MINUTE
    if (since_min >= 0 && since_min < 60) return (20 + 8 * storm) * Math.sin((Math.PI * (since_min + 5)) / 70)
  }
  return 0
}

/** A store that fills with the rain and empties by a fifth every ten minutes. */
function levelAt(ts: number): number {
  let level_m = 0
  for (let back_min = 120; back_min >= 0; back_min--) level_m = level_m * 0.98 + rainAt(ts - back_min * MINUTE) * 2e-4
  return level_m
}

function valueAt(device: string, metric: string, ts: number): number {
  if (metric === 'rain_mm_h') return device.endsWith('R1') ? rainAt(ts) : 0.8 * rainAt(ts)
  if (metric === 'level_m') return device.endsWith('G1') ? levelAt(ts) : 0.6 * levelAt(ts)
  return metric === 'forecast_step_s' ? 300 : rainAt(ts + Number(/\[(\d+)\]/.exec(metric)?.[1]) * 5 * MINUTE)
}

function answer(path: string, query: URLSearchParams): unknown {
  if (path === '/api/v1/city') return cityDocument(smallCity())
  const [, device, what] = /^\/api\/v1\/devices\/([^/]+\/[^/]+\/[^/]+)\/(history|metrics)$/.exec(path) ?? []
  if (what === 'metrics') return { metrics: ['forecast_step_s', ...Array.from({ length: 24 }, (_, i) => `rain_forecast_mm_h[${i}]`)] }
  if (what !== 'history') return null
  const [from, to, step] = ['from', 'to', 'step'].map((name) => Number(query.get(name)))
  const step_ms = step === 0 ? 5 * MINUTE : step * 1000
  const points: unknown[] = []
  for (let ts = Math.ceil(from / step_ms) * step_ms; ts < to; ts += step_ms)
    points.push({ ts, mean: valueAt(device, query.get('metric') ?? '', ts) })
  return { points }
}

describe('the command', () => {
  let directory: string
  let server: Server
  let url: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'export-'))
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
      const body = answer(pathname, searchParams)
      response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve))
    await rm(directory, { recursive: true })
  })
  const exportFlood = (...more: string[]) => runProgram(['export', 'flood', '--url', url, '--out', directory, ...more])

  it('writes every storm on each low point, and a model can be trained from it', async () => {
    const { code, stdout, stderr } = await exportFlood('--from', '2026-06-01', '--to', '2026-06-20')
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('8 storms at 2 low points, with nowcast')
    const { sites, storms } = await readKnownStorms(directory)
    expect(sites).toEqual([
      { node: 'LP1', rim_m: 1.2, threshold_m: 0.15 },
      { node: 'LP2', rim_m: 1.2, threshold_m: 0.15 },
    ])
    expect(storms).toHaveLength(8)
    const [storm] = storms
    expect(storm.times[0]).toBe('2026-06-01T04:05:00Z')
    const step = 24 + 6
    const end = beginOf(0) + 30 * MINUTE + 5 * MINUTE
    expect(Date.parse(storm.times[step])).toBe(end)
    // What is known at the end of a step: its last minute's level, the rain since the step before, the rain announced next.
    expect(storm.levels_m[0][step]).toBeCloseTo(levelAt(end - MINUTE), 4)
    expect(storm.levels_m[1][step]).toBeCloseTo(0.6 * levelAt(end - MINUTE), 4)
    const own_mm = (storm.local ?? []).map(({ rain_mm }) => rain_mm[step])
    const fell_mm = rainAt(end - 5 * MINUTE) / 12
    for (const mm of own_mm) {
      expect(mm).toBeGreaterThan(0.8 * fell_mm)
      expect(mm).toBeLessThan(fell_mm)
    }
    const announced_mm = [0, 1, 2].reduce((sum, i) => sum + rainAt(end + i * 5 * MINUTE) / 12, 0)
    expect(storm.local?.[0].nowcast_mm?.[0][step]).toBeCloseTo(announced_mm, 2)
    const trained = await runProgram(['train', 'flood', '--data', directory, '--out', join(directory, 'model.json')])
    expect(trained.code, trained.stderr).toBe(0)
    expect(trained.stdout).toContain('2 low points from 8 storms')
  }, 120_000)

  it('says what is wrong: no storm, no city, a city that is not there, times that are none', async () => {
    expect(await exportFlood('--from', '2025-01-01', '--to', '2025-01-02')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no storm in the history'),
    })
    expect(await exportFlood('--from', 'yesterday')).toMatchObject({ code: 2, stderr: expect.stringContaining('ISO 8601') })
    const away = await runProgram(['export', 'flood', '--url', 'http://127.0.0.1:9', '--out', directory])
    expect(away).toMatchObject({ code: 3, stderr: expect.stringContaining('is it running?') })
    expect(await readFile(join(directory, 'rain.csv'), 'utf8').catch(() => null)).toBeNull()
  }, 60_000)
})

describe('storms in history', () => {
  const sample = (minute: number, value: number) => ({ ts: START + minute * MINUTE, value })

  it('are one until six hours are dry, and none when little fell', () => {
    const rain = (from: number, until: number, rate: number) =>
      Array.from({ length: (until - from) / 5 }, (_, i) => sample(from + 5 * i, rate))
    const found = findStorms([[...rain(0, 60, 20), ...rain(400, 430, 10), ...rain(2000, 2010, 10)], rain(5, 20, 30)])
    expect(found).toEqual([{ from: START - 115 * MINUTE, to: START + (430 + 180) * MINUTE }])
  })

  it('take what was known at the end of each step', () => {
    const span = { from: START, to: START + 15 * MINUTE }
    expect(atStepEnds([sample(-6, 9), sample(-5, 1), sample(-1, 2), sample(0, 3), sample(12, 4), sample(15, 9)], span)).toEqual([
      2,
      3,
      null,
      4,
    ])
    const nowcast = { ts: START + MINUTE, step_ms: 5 * MINUTE, rate_mm_h: new Array<number>(60).fill(12) }
    expect(announcedSteps([nowcast], span)[0]).toEqual([null, 3, 3, 3])
  })

  it('lose lone spikes of a gauge and no gaps', () => {
    expect(withoutSpikes([0.1, 0.1, 3, 0.2, null, 0.3, 0.4, 0.3])).toEqual([0.1, 0.1, 0.2, 0.2, null, 0.3, 0.3, 0.3])
  })
})
