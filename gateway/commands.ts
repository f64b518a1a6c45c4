/** Commands as devices receive them (contract section 4): the domain's command without the device, which the topic names. */
import { splitKey } from '../engine/model/city.ts'
import type { Command } from '../engine/model/command.ts'
import { deviceTopic } from './wire/topics.ts'

export function commandMessage({ device, ...payload }: Command): { readonly topic: string; readonly payload: string } {
  return { topic: deviceTopic({ world: null, ...splitKey(device), channel: 'command' }), payload: JSON.stringify(payload) }
}
