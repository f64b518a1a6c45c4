import type { FixtureCase } from './fixture-cases.ts'
import { byMqtt, chirpStackUp, type Fixture, fixture } from './fixtures.ts'

/** Sent to the topic that the fixture itself names. */
const asIs = ({ transport, payload }: Fixture) => [byMqtt(String(transport.topic), payload)]

const UUID = '17c82e96-be03-4f38-aef3-f83d48582d97'
const base64 = (hex: string): string => Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64')

/** A device's own bytes have no topic: they come inside an uplink. */
const inside =
  (deviceProfileName: string) =>
  ({ payload }: Fixture) => [
    chirpStackUp({ fPort: payload.fPort ?? 2, data: payload.data ?? base64(payload.dataHex), deviceInfo: { deviceProfileName } }),
  ]

export const DEVICE_CASES: readonly FixtureCase[] = [
  {
    name: 'frigate_events',
    dialect: 'frigate_events',
    envelopes: asIs,
    means: { ts: 1784356215838 },
  },
  { name: 'frigate_reviews', dialect: 'frigate_events', envelopes: asIs },
  {
    name: 'frigate_camera_topics',
    dialect: 'frigate_topics',
    envelopes: ({ payload }) =>
      payload.messages.map(({ topic, payload: text, binary }: { topic: string; payload: string; binary?: boolean }) =>
        byMqtt(topic, binary ? Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10) : text),
      ),
    about: 1,
  },
  { name: 'onvif_ej_line_crossed', dialect: 'onvif_event', envelopes: asIs },
  { name: 'onvif_ej_property_storage', dialect: 'onvif_event', envelopes: asIs },
  { name: 'onvif_mj_metadata', dialect: 'onvif_metadata', envelopes: asIs },
  {
    name: 'onvif_mj_sensor',
    dialect: 'onvif_metadata',
    envelopes: asIs,
    means: { metric: undefined, value: undefined, unit: undefined, metrics: { temperature_c: 31.5 } },
  },
  {
    name: 'chirpstack_v4_up',
    dialect: 'chirpstack_v4',
    envelopes: asIs,
    means: { ts: Date.UTC(2026, 6, 18, 6, 30, 15, 775), derived: { fill_pct: 80 } },
  },
  { name: 'tts_v3_up', dialect: 'things_stack_v3', envelopes: asIs, means: { ts: Date.UTC(2026, 6, 18, 6, 30, 15, 775) } },
  {
    name: 'milesight_em400_udl',
    dialect: 'chirpstack_v4',
    envelopes: (one) => [...inside('EM400-UDL')(one), chirpStackUp({ fPort: 85, data: base64(one.payload.alarmHex) })],
  },
  {
    name: 'milesight_em500_swl',
    dialect: 'chirpstack_v4',
    envelopes: ({ transport, payload }) => [
      byMqtt(String(transport.topic).replace('<id>', UUID), { time: '2026-07-18T06:30:15.775Z', fPort: payload.fPort, data: payload.data }),
    ],
  },
  { name: 'dragino_ldds75', dialect: 'chirpstack_v4', envelopes: inside('LDDS75') },
  {
    name: 'sensoneo_single3',
    dialect: 'sensoneo_frame',
    envelopes: ({ payload }) => [byMqtt('udp/sensoneo/up', Buffer.from(payload.dataHex, 'hex'))],
    means: { metrics: { distance_cm: 24, battery_v: 3.6, temperature_c: 31 } },
  },
  { name: 'sparkplug_b_dbirth', dialect: 'sparkplug_b', envelopes: sparkplug },
  {
    name: 'sparkplug_b_ddata',
    dialect: 'sparkplug_b',
    envelopes: (one) => [...sparkplug(fixture('sparkplug_b_dbirth')), ...sparkplug(one)],
    about: 2,
  },
  {
    name: 'sensorthings_observation',
    dialect: 'sensorthings',
    envelopes: asIs,
    // Nothing in the message tells what is observed; the binding of the datastream does.
    means: { metric: undefined, value: undefined, metrics: { result: 0.31 } },
  },
  { name: 'zigbee2mqtt_state', dialect: 'zigbee2mqtt', envelopes: asIs },
  { name: 'homeassistant_discovery', dialect: 'homeassistant_discovery', envelopes: asIs },
  {
    name: 'thingsboard_mqtt',
    dialect: 'thingsboard',
    envelopes: ({ transport, payload }) => [byMqtt(String(transport.topic), payload.gateway)],
  },
  {
    name: 'aliyun_jetlinks_property',
    dialect: 'alink',
    envelopes: ({ transport, payload }) => [byMqtt(String(transport.topic), payload.aliyun)],
  },
  {
    name: 'fiware_iota',
    dialect: 'fiware_iota',
    envelopes: ({ transport, payload }) => [byMqtt(String(transport.topic), payload.json), byMqtt(payload.ul.topic, payload.ul.payload)],
  },
]

function sparkplug({ transport, payload }: Fixture) {
  return [byMqtt(String(transport.topic), Buffer.from(payload.base64, 'base64'))]
}
