/**
 * What the program says about itself, on stderr: one readable line each, or JSON lines for a collector (setting log_format). Secrets and
 * personal data are never handed to it.
 */
import type { Writable } from 'node:stream'
import pino from 'pino'
import type { Logger } from './parts.ts'

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'lines' | 'json'
  readonly out: Pick<Writable, 'write'>
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info ', 40: 'WARN ', 50: 'ERROR', 60: 'FATAL' }
const OWN = new Set(['level', 'time', 'msg'])

const fieldText = (value: unknown): string => (typeof value === 'string' && !/[\s="]/.test(value) ? value : JSON.stringify(value))

/** `12:03:04 WARN  message  key=value`, UTC. */
function lineOf(json: string): string {
  const entry = JSON.parse(json) as Record<string, unknown>
  const time = new Date(Number(entry.time)).toISOString().slice(11, 19)
  const fields = Object.entries(entry)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) => `${name}=${fieldText(value)}`)
  return `${time} ${LEVELS[Number(entry.level)] ?? entry.level} ${entry.msg}${fields.length > 0 ? `  ${fields.join(' ')}` : ''}\n`
}

export function createLogger({ level, format, out }: LoggerOptions): Logger {
  return pino({ level, base: null }, { write: (json) => void out.write(format === 'json' ? json : lineOf(json)) })
}
