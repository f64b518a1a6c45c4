/** Where the program listens: a port that is taken, an address that is not ours, said with the setting that changes it. */
import { UrbanError } from '../engine/base/errors.ts'
import type { Part } from './parts.ts'

interface Listening {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly flag: string
}

/** The same part, whose start says which setting to change when it cannot listen. */
export function listening(part: Part, what: Listening): Part {
  return {
    async start() {
      try {
        await part.start()
      } catch (error) {
        throw listenError(error, what)
      }
    },
    stop: () => part.stop(),
  }
}

function listenError(error: unknown, what: Listening): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const where = `${what.host}:${what.port}`
  if (code === 'EADDRINUSE') {
    const message = `${what.name} port ${what.port} on ${what.host} is in use; choose another with ${what.flag} N, or stop what is listening there`
    return new UrbanError('input', 'port_in_use', message, { cause: error })
  }
  if (code === 'EACCES') {
    return new UrbanError('input', 'port_denied', `${what.name} may not listen on ${where}; choose a port above 1023 with ${what.flag} N`, {
      cause: error,
    })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UrbanError('input', 'host', `${what.name} cannot listen on ${where}: ${what.host} is no address of this machine`, {
      cause: error,
    })
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
    return new UrbanError('input', 'port_unusable', `${what.name} cannot listen on ${where}: ${error.message}`, { cause: error })
  }
  return error
}

/** As it is written down; null before the start, and where nothing listens. */
export function urlOf(
  scheme: string,
  tls: boolean,
  at: { readonly host: string; readonly port: number } | null | undefined,
): string | null {
  if (at === null || at === undefined) return null
  return `${scheme}${tls ? 's' : ''}://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
}
