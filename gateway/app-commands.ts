/** How the commands of a step leave. */
import type { EpochMs } from '../engine/base/time.ts'
import { splitKey } from '../engine/model/city.ts'
import type { Command } from '../engine/model/command.ts'
import { commandMessage } from './commands.ts'
import type { EmbeddedBroker } from './mqtt/embedded-broker.ts'
import type { Intake } from './mqtt/intake.ts'
import type { Broker, Logger } from './parts.ts'
import type { PtzOf } from './ptz.ts'
import { deviceTopic } from './wire/topics.ts'

export interface CommandsOptions {
  readonly broker: Broker
  /** The same broker when it is the one inside. */
  readonly embedded: EmbeddedBroker | null
  /** One at a time while a simulator waits for the step that does not acknowledge at once (mqtt/pubacks.ts). */
  readonly one_by_one: boolean
  /** What goes to a bridge instead of the device. */
  readonly ptz: PtzOf
  /** A bridge that does not answer has taken it; null while an outside simulator owns time, which asks for no answer. */
  readonly handedOver: ((command: Command) => void) | null
  readonly logger: Logger
}

/** Resolves when all are handed over to the broker, or could not be. */
export function createCommandSender({ broker, embedded, one_by_one, ptz, handedOver, logger }: CommandsOptions) {
  async function send(command: Command): Promise<void> {
    const toBridge = ptz(command)
    const { topic, payload } = toBridge ?? commandMessage(command)
    try {
      await broker.publish(topic, payload, { qos: 1, retain: false })
      if (toBridge !== null) handedOver?.(command)
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

/** The acknowledgement that a bridge does not give, taken in as a message of the camera's: whatever is known of it is in the log. */
export function acceptedByBridge({ acceptForeign }: Pick<Intake, 'acceptForeign'>, now: () => EpochMs): (command: Command) => void {
  return ({ id, device }) => {
    const ts = now()
    const topic = deviceTopic({ world: null, ...splitKey(device), channel: 'ack' })
    const payload = JSON.stringify({ ts, command: id, status: 'accepted', reason: 'handed to the bridge, which does not answer' })
    void acceptForeign(
      { from: 'bridge', topic, payload: Buffer.from(payload), received: ts },
      { messages: [{ topic, payload }], orders: [], refused: [], unheard: () => {}, sample: () => '' },
      () => {},
    )
  }
}
