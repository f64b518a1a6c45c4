/** Sensoneo's frame as it is, without a network server around it: NB-IoT over UDP, handed on by a forwarder on `sensoneo/…` or by HTTP. */
import type { Dialect } from './dialect.ts'
import { readUplink } from './lora/uplink.ts'

const TOPIC = /(^|\/)sensoneo(\/|$)/i

export const sensoneoFrame: Dialect = {
  id: 'sensoneo_frame',
  title: { zh: 'Sensoneo 二进制帧', en: 'Sensoneo binary frame' },
  recognise: ({ topic, http, payload }) => TOPIC.test(topic ?? http?.path ?? '') && payload[0] === 0xff && payload[1] === 0xff,
  decode: ({ payload, received }) =>
    readUplink({
      dev_eui: null,
      models: ['sensoneo'],
      f_port: 2,
      bytes: payload,
      object: null,
      normalized: [],
      seq: null,
      heard: null,
      received,
      dedupeKey: null,
      height_mm: null,
      attributes: {},
    }),
}
