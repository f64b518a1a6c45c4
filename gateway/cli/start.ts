import { createApp } from '../app.ts'
import { createLogger } from '../logger.ts'
import { type Command, say } from './command.ts'
import { getSettings, SETTING_OPTIONS } from './settings.ts'

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilStopped(onStop: (signal: string) => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(1)
      asked = true
      onStop(signal)
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
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
