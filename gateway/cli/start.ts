import { createApp } from '../app.ts'
import { createLogger } from '../logger.ts'
import { type Command, say } from './command.ts'
import { getSettings, SETTING_OPTIONS } from './settings.ts'

/** A terminal and npm may both pass the same Ctrl-C on. */
const SAME_REQUEST_MS = 500
const PARENT_LOOK_MS = 500

/**
 * Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. `npm start` runs the program below a shell that passes no
 * signal on: when that shell has gone, so does the program.
 */
function untilStopped(onStop: (signal: string) => void): Promise<void> {
  return new Promise((resolve) => {
    let asked_ms: number | null = null
    const stop = (signal: string): void => {
      if (asked_ms !== null) {
        if (performance.now() - asked_ms > SAME_REQUEST_MS) process.exit(1)
        return
      }
      asked_ms = performance.now()
      onStop(signal)
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    if (process.env.npm_lifecycle_event === undefined) return
    const parent = process.ppid
    const look = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(look)
      stop('npm ended')
    }, PARENT_LOOK_MS)
    look.unref()
  })
}

export const start: Command = {
  positionals: [],
  options: SETTING_OPTIONS,
  async run(args) {
    const { settings, notices, world } = getSettings(args)
    const logger = createLogger({ level: settings.log_level, format: settings.log_format, out: process.stderr })
    for (const notice of notices) logger.warn({}, notice)
    let signal: string | null = null
    const stopped = untilStopped((name) => {
      signal = name
      logger.info({ signal: name }, 'stopping; once more ends at once')
    })
    const app = await createApp({ settings, world, logger })
    await app.start()
    const { http, mqtt } = app.addresses
    say(`城市大脑 Urban brain: ${http}/  (${app.city.name.zh} ${app.city.name.en}, MQTT ${mqtt ?? settings.broker})`)
    if (signal === null) await stopped
    await app.stop()
    logger.info({}, 'stopped')
    return 0
  },
}
