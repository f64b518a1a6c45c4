/** How the commands of a step leave. */
import type { Command } from '../engine/model/command.ts'
import { commandMessage } from './commands.ts'
import type { EmbeddedBroker } from './mqtt/embedded-broker.ts'
import type { Broker, Logger } from './parts.ts'

export interface CommandsOptions {
  readonly broker: Broker
  /** The same broker when it is the one inside. */
  readonly embedded: EmbeddedBroker | null
  /** One at a time while a simulator waits for the step that does not acknowledge at once (mqtt/pubacks.ts). */
  readonly one_by_one: boolean
  readonly logger: Logger
}

/** Resolves when all are handed over to the broker, or could not be. */
export function createCommandSender({ broker, embedded, one_by_one, logger }: CommandsOptions) {
  async function send(command: Command): Promise<void> {
    const { topic, payload } = commandMessage(command)
    try {
      await broker.publish(topic, payload, { qos: 1, retain: false })
      if (one_by_one) await embedded?.settled()
    } catch (error) {
      // The command stays issued: `act` repeats it until it is acknowledged or expires.
      logger.warn({ device: command.device, kind: command.kind, error: String(error) }, 'a command could not be published')
    }
  }
  return async (commands: readonly Command[]): Promise<void> => {
    if (one_by_one) for (const command of commands) await send(command)
    else await Promise.all(commands.map(send))
  }
}
