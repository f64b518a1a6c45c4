/**
 * `npm run bench -- <name> [--json] [--hour]`: measures, never asserts. Each benchmark prints its figures side by side with what they are to be
 * compared with, in the same run on the same machine.
 */
import { parseArgs } from 'node:util'
import type { Bench } from './report.ts'
import { printReport } from './report.ts'

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ingest: async () => (await import('./ingest.ts')).bench,
  decode: async () => (await import('./decode.ts')).bench,
  reaction: async () => (await import('./reaction.ts')).bench,
  outage: async () => (await import('./outage.ts')).bench,
  store: async () => (await import('./store.ts')).bench,
  step: async () => (await import('./step.ts')).bench,
  rules: async () => (await import('./rules.ts')).bench,
  travel: async () => (await import('./travel.ts')).bench,
  assign: async () => (await import('./assign.ts')).bench,
  dispatch: async () => (await import('./dispatch.ts')).bench,
  signals: async () => (await import('./signals.ts')).bench,
  'signals-faults': async () => (await import('./signals-faults.ts')).bench,
  'signals-corridor': async () => (await import('./signals-corridor.ts')).bench,
  'signals-scale': async () => (await import('./signals-scale.ts')).bench,
  'signals-lockstep': async () => (await import('./signals-lockstep.ts')).bench,
  cloudburst: async () => (await import('./cloudburst.ts')).bench,
  'flood-live-cost': async () => (await import('./flood-live-cost.ts')).bench,
  'flood-live': async () => (await import('./flood-live.ts')).bench,
  patrol: async () => (await import('./patrol.ts')).bench,
  redispatch: async () => (await import('./redispatch.ts')).bench,
  waste: async () => (await import('./waste.ts')).bench,
  routing: async () => (await import('./routing.ts')).bench,
  'flood-forecast': async () => (await import('./flood-forecast.ts')).bench,
}

async function main(): Promise<number> {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const options = { json: flag, hour: flag, sizes: text, limits: text, seeds: text, instances: text }
  const { positionals, values } = parseArgs({ allowPositionals: true, options })
  const [name] = positionals
  const load = name === undefined ? undefined : BENCHES[name]
  if (!load) {
    console.error(
      `usage: npm run bench -- <${Object.keys(BENCHES).join('|')}> [--json] [--hour] [--sizes N,…] [--limits S,…] [--seeds N,…] [--instances NAME,…]`,
    )
    return 2
  }
  printReport(name, await (await load())(values), values.json)
  return 0
}

process.exitCode = await main()
