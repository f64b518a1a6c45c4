/** The log under `kill -9`: a process appends as fast as it can and says what was acknowledged; none of that may be missing. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openLog } from '../../gateway/store/log.ts'
import { silent } from '../support/brokers.ts'
import { BUILT, getBuilt } from '../support/program.ts'

const OPTIONS = { sync_ms: 100, strict: false, segment_bytes: 256 * 1024 }

/** Appends numbers from `first` on, a few hundred a turn, and prints the last one that was acknowledged. */
const appender = (directory: string, first: number): string => `
  const { openLog } = await import(${JSON.stringify(pathToFileURL(getBuilt(join(BUILT, 'gateway/store/log.js'))).href)})
  const log = openLog({ directory: ${JSON.stringify(directory)}, ...${JSON.stringify(OPTIONS)}, log: { info() {}, warn() {}, error: console.error } })
  await log.start()
  let next = ${first}
  const more = () => {
    for (let i = 0; i < 300; i++) {
      const n = next++
      log.append(1, 'city/v1/d0/flood/G1/reading', JSON.stringify({ n, pad: 'x'.repeat(n % 200) }), n, (error) => {
        if (error) throw error
        if (i === 299) process.stdout.write(n + '\\n')
      })
    }
    setImmediate(more)
  }
  more()
`

/** Runs an appender for a while, kills it, and gives the last number it said was acknowledged. */
async function appendAndKill(directory: string, first: number, run_ms: number): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', appender(directory, first)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (text) => {
    said = (said + text).slice(-200)
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await new Promise((resolve) => setTimeout(resolve, run_ms))
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
  // A last line without its end was cut by the kill.
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1))
}

test('ten times: no acknowledged record is missing, none is there twice, and the order holds', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'urban-kill-'))
  try {
    let count = 0
    for (let round = 0; round < 10; round++) {
      const acknowledged = await appendAndKill(directory, count, 40 + round * 17)
      expect(acknowledged).toBeGreaterThan(count)
      const log = openLog({ directory, ...OPTIONS, log: silent })
      await log.start()
      let next = 0
      const wrong: number[] = []
      for await (const records of log.read(0)) {
        for (const { received, payload } of records) {
          if (received !== next || !payload.toString().startsWith(`{"n":${next},`)) wrong.push(next)
          next++
        }
      }
      await log.stop()
      expect(wrong).toEqual([])
      expect(next).toBeGreaterThan(acknowledged)
      count = next
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}, 60_000)
