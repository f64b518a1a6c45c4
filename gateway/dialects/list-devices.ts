/** The dialects of MQTT devices and cameras. What a topic names alone comes before what the payload has to be asked for. */
import { alink } from './alink.ts'
import { chirpstack } from './chirpstack.ts'
import type { Dialect } from './dialect.ts'
import { fiwareIota } from './fiware-iota.ts'
import { frigateEvents } from './frigate-events.ts'
import { frigateTopics } from './frigate-topics.ts'
import { homeAssistant } from './homeassistant.ts'
import { jetlinks } from './jetlinks.ts'
import { onvifEvent } from './onvif-event.ts'
import { onvifMetadata } from './onvif-metadata.ts'
import { sensoneoFrame } from './sensoneo-frame.ts'
import { sensorThings } from './sensorthings.ts'
import { sparkplugB } from './sparkplug.ts'
import { thingsStack } from './things-stack.ts'
import { thingsBoard } from './thingsboard.ts'
import { zigbee2mqtt } from './zigbee2mqtt.ts'

export const DEVICE_DIALECTS: readonly Dialect[] = [
  chirpstack,
  thingsStack,
  sparkplugB,
  onvifEvent,
  onvifMetadata,
  zigbee2mqtt,
  homeAssistant,
  thingsBoard,
  sensorThings,
  alink,
  fiwareIota,
  jetlinks,
  sensoneoFrame,
  frigateEvents,
  frigateTopics,
]
