/** One made-up message of each device dialect, so that the fuzz does not need the sample messages. */
import type { Envelope } from '../../../gateway/dialects/dialect.ts'
import { byMqtt, chirpStackUp } from './fixtures.ts'

const at = '2026-07-18T06:30:15Z'
const ms = Date.UTC(2026, 6, 18, 6, 30, 15)

export const FUZZ_SEEDS: readonly Envelope[] = [
  chirpStackUp({ fPort: 85, data: 'AXVcA2cBAQSC8AAFAAA=', deviceInfo: { deviceProfileName: 'EM400-UDL', tags: { binHeightMm: '1200' } } }),
  chirpStackUp({ fPort: 85, data: Buffer.from('01756403772000' + '20ce00e35a6a1c00', 'hex').toString('base64') }),
  chirpStackUp({ fPort: 2, object: { Node_type: 'LDDS75', Distance: '240 mm', Bat: '3.6 V', TempC_DS18B20: '25.70 °C' } }),
  byMqtt('udp/sensoneo', Buffer.from('ffff2230a1010000010c0000006e1f0001', 'hex')),
  byMqtt('v3/app@ttn/devices/b/up', {
    end_device_ids: { device_id: 'b', dev_eui: '24E124713B492114' },
    uplink_message: { f_port: 85, f_cnt: 7, frm_payload: 'AXVcA2cBAQSC8AAFAAA=', rx_metadata: [{ time: at }], received_at: at },
  }),
  byMqtt('frigate/events', {
    type: 'update',
    after: {
      id: '1-a',
      camera: 'c1',
      frame_time: ms / 1000,
      label: 'car',
      sub_label: ['SECRETNAME', 0.9],
      recognized_license_plate: 'SECRETPLATE',
      top_score: 0.9,
      current_zones: ['z'],
      stationary: false,
      current_estimated_speed: 12.5,
    },
  }),
  byMqtt('frigate/c1/car', '7'),
  byMqtt('cam/onvif-ej/RuleEngine/LPR/Plate/&1', {
    UtcTime: at,
    Source: { Rule: 'gate' },
    Data: { PlateNumber: 'SECRETPLATE', ObjectId: '4' },
  }),
  byMqtt('cam/onvif-mj/VideoAnalytics/1/M', {
    Frame: [
      {
        '@UtcTime': at,
        Object: [
          { '@ObjectId': 1, Appearance: { Class: { Type: [{ '@Likelihood': 0.8, '#text': 'Car' }] }, LicensePlateInfo: 'SECRETPLATE' } },
        ],
      },
    ],
  }),
  byMqtt('cam/onvif-mj/SensorData/Temperature', { SensorData: { '@UtcTime': at, '@SensorID': 't', Value: 298.65 } }),
  byMqtt('spBv1.0/g/NBIRTH/e', Buffer.from('CNixrJ/3MxgA', 'base64')),
  byMqtt('spBv1.0/g/DDATA/e/d', Buffer.from('CLiGsJ/3MxINEAEYuIawn/czIANQJRIQEAIYuIawn/czIAllAACUQRgC', 'base64')),
  byMqtt('v1.1/Datastreams(5)/Observations', { phenomenonTime: at, resultTime: at, result: 0.31, parameters: { quality: 'good' } }),
  byMqtt('zigbee2mqtt/a/leak', { battery: 100, voltage: 3045, temperature: 20.5, water_leak: true, last_seen: at }),
  byMqtt('homeassistant/sensor/x/fill/config', {
    name: 'n',
    stat_t: 't/s',
    val_tpl: '{{ value_json.fill }}',
    unit_of_meas: '%',
    dev: { ids: ['x'] },
  }),
  byMqtt('v1/gateway/telemetry', { bin1: [{ ts: ms, values: { distance: 240 } }], up2: [{ ts: ms, values: { level: 0.3 } }] }),
  byMqtt('v1/devices/me/telemetry', { ts: ms, values: { fill_pct: 40 } }),
  byMqtt('/sys/pk/bin1/thing/event/property/post', { params: { Distance: { value: 240, time: ms }, Battery: 92 } }),
  byMqtt('/wasteBin/b7/properties/report', { deviceId: 'b7', messageId: 'm', timestamp: ms, properties: { distance: 240, fill_pct: 12 } }),
  byMqtt('/json/key/bin1/attrs', { d: 240, fill_pct: 50, TimeInstant: at }),
  byMqtt('/ul/key/bin1/attrs', `${at}|d|240|fill_pct|50`),
]
