/** The whole program under the ingest load: broker, log, engine and history store in one process, every message stored. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createAccess } from '../../gateway/access.ts'
import { removeInfluxd, startInfluxd } from '../support/influxd.ts'
import type { Measured } from './ingest.ts'
import { deviceOf } from './ingest-publisher.ts'
import { startProgram } from './program.ts'

/** Nobody's history should need longer; the figure then shows that it did. */
const STORED_S_MAX = 120

/** Resolves when the history store has caught up with the log; false when that took too long. */
async function stored(http: string): Promise<boolean> {
  for (const end = Date.now() + STORED_S_MAX * 1000; Date.now() < end; await setTimeout(100)) {
    const text = await (await fetch(`${http}/metrics`)).text()
    const gauge = (name: string): number => Number(new RegExp(`^urban_brain_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    if (gauge('history_waiting_rows') === 0 && gauge('history_lag_seconds') === 0) return true
  }
  return false
}

export async function startWhole(store: 'embedded' | 'influx', connections: number, strict: boolean): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), 'urban-ingest-'))
  const influxd = store === 'influx' ? await startInfluxd() : null
  const access = createAccess(join(directory, 'data'))
  const passwords = Array.from({ length: connections }, (_, index) => access.addDevice(deviceOf(index)))
  const env: Record<string, string> =
    influxd === null ? {} : { INFLUX_URL: influxd.url, INFLUX_TOKEN: influxd.token, INFLUX_ORG: influxd.org }
  const sets = ['client_msg_s_max=1000000', `log_strict=${strict}`].flatMap((set) => ['--set', set])
  const program = await startProgram(['--data', join(directory, 'data'), '--store', store, ...sets], env)
  return {
    port: Number(new URL(program.mqtt).port),
    passwords,
    pid: program.process.pid ?? 0,
    stored: () => stored(program.http),
    async stop() {
      await program.stop()
      if (influxd !== null) {
        await influxd.stop()
        await removeInfluxd(influxd)
      }
      await rm(directory, { recursive: true, force: true })
    },
  }
}
