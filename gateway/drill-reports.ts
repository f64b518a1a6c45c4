/** Reports of runs with an outside clock, one JSON file each under `<data>/drills`. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochMs } from '../engine/base/time.ts'
import type { Kpi } from '../engine/kpi/kpi.ts'
import type { Storm } from '../engine/model/storm.ts'
import type { DrillHash } from './drill-hash.ts'
import type { DrillList } from './wire/api.ts'

export interface RunReport {
  readonly id: string
  readonly world: string
  readonly steps: number
  readonly from: EpochMs
  readonly to: EpochMs
  readonly hash: DrillHash
  /** What the simulator said at the end. */
  readonly metrics: Readonly<Record<string, unknown>>
  readonly kpis: readonly Kpi[]
  /** What was forecast, done and seen at the low points. */
  readonly storms: readonly Storm[]
}

export interface DrillReports {
  write(report: RunReport): Promise<string>
  list(): Promise<DrillList['drills']>
  read(id: string): Promise<RunReport | null>
}

export function createDrillReports(directory: string): DrillReports {
  const fileOf = (id: string): string => join(directory, `${id}.json`)

  async function read(id: string): Promise<RunReport | null> {
    try {
      return JSON.parse(await readFile(fileOf(id), 'utf8')) as RunReport
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  }

  return {
    read,
    async write(report) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await writeFile(fileOf(report.id), `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 })
      return fileOf(report.id)
    },
    async list() {
      const names = await readdir(directory).catch(() => [])
      const reports = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => read(name.slice(0, -'.json'.length))))
      return reports
        .filter((report) => report !== null)
        .map(({ id, world, steps, from, to, hash }) => ({ id, world, steps, from, to, digest: hash.digest }))
    },
  }
}
