/** Everybody outside who is told: group robots, webhooks, pushed phones. Never in a drill: the people there are real. */
import type { EpochMs } from '../../engine/base/time.ts'
import type { CityState } from '../../engine/city-state.ts'
import type { Logger, Part } from '../parts.ts'
import type { Stepped } from '../stepper.ts'
import type { Channel } from './channels-file.ts'
import { type Notice, noticesOf } from './notice.ts'
import { createOutbox, type Outbox, type OutboxOptions } from './outbox.ts'
import { post } from './post.ts'
import type { Push } from './push.ts'
import { dingtalkPost, fitting, judgeRobot, ROBOT_PACE_MS, webhookPost, wecomPost } from './robots.ts'

export interface Notifier extends Part {
  note(stepped: Pick<Stepped, 'facts' | 'commands'>): void
  /** By channel and what became of the notices. */
  readonly counters: Readonly<Record<string, number>>
}

export interface NotifierOptions {
  readonly channels: readonly Channel[]
  /** Null where Web Push is not configured. */
  readonly push: Push | null
  readonly state: () => CityState
  /** Setting public_url, for links. */
  readonly public_url: string | null
  readonly now: () => EpochMs
  readonly logger: Logger
}

type Way = Pick<OutboxOptions<Notice>, 'pace_ms' | 'take' | 'deliver'>

function wayOf(channel: Channel, public_url: string | null, now: () => EpochMs): Way {
  const language = channel.language ?? 'zh'
  if (channel.kind === 'webhook') {
    return { pace_ms: 0, take: () => 1, deliver: ([notice]) => post(webhookPost(channel, notice, now())) }
  }
  return {
    pace_ms: ROBOT_PACE_MS,
    take: (waiting) => fitting(waiting, language, public_url),
    deliver: (batch) =>
      post(
        channel.kind === 'wecom'
          ? wecomPost(channel, batch, language, public_url)
          : dingtalkPost(channel, batch, language, public_url, now()),
        judgeRobot,
      ),
  }
}

/** Without a list of its own a channel hears of everything. */
const isFor = ({ on, districts }: Channel, { type, district }: Notice): boolean =>
  (on === undefined || on.includes(type)) && (districts === undefined || districts.includes(district))

export function createNotifier({ channels, push, state, public_url, now, logger }: NotifierOptions): Notifier {
  const ways: readonly { readonly channel: Channel; readonly outbox: Outbox<Notice> }[] = channels.map((channel) => ({
    channel,
    outbox: createOutbox({ name: channel.name, ...wayOf(channel, public_url, now), now, logger }),
  }))
  return {
    note({ facts, commands }) {
      push?.note(commands)
      if (ways.length === 0) return
      for (const notice of noticesOf(facts, state())) {
        for (const { channel, outbox } of ways) if (isFor(channel, notice)) outbox.put(notice)
      }
    },
    get counters() {
      const all = [
        ...ways.map(({ channel, outbox }) => [channel.name, outbox] as const),
        ...(push === null ? [] : [['push', push] as const]),
      ]
      return Object.fromEntries(
        all.flatMap(([name, { counters }]) => (['sent', 'refused', 'dropped'] as const).map((what) => [`${name} ${what}`, counters[what]])),
      )
    },
    async start() {},
    async stop() {
      await Promise.all([...ways.map(({ outbox }) => outbox.stop()), push?.stop()])
    },
  }
}
