/**
 * Every setting with its meaning, unit, default and bounds: the only source for the settings file, `--set key=value`, the environment
 * (`URBAN_BRAIN_<KEY>`, dots as `_`, plus the INFLUX_* names of contract section 8), the documentation and the checks.
 */
import { type Static, Type } from 'typebox'
import { DEFAULT_WASTE, type WastePolicy } from '../engine/model/collection.ts'
import { DEFAULT_DISPATCH, type DispatchPolicy, MUTUAL_AID } from '../engine/model/dispatch-policy.ts'
import type { RunCards } from '../engine/model/run-cards.ts'
import {
  DEFAULT_POLICY,
  DEFAULT_PRIORITY,
  DEFAULT_SIGNALS,
  SIGNAL_CONTROLLERS,
  type SignalPolicy,
  type SignalSettings,
} from '../engine/model/signals.ts'
import { DEFAULT_FLOOD_ACTS, FLOOD_ACTS } from '../engine/model/storm.ts'

const Port = (title: string, value: number) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: value, description: `${title}; 0 takes a free one` })

export const Settings = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'Address that HTTP and /live listen on' }),
    port: Port('HTTP port', 8080),
    mqtt_host: Type.String({ default: '127.0.0.1', description: 'Address that the embedded broker listens on' }),
    mqtt_port: Port('MQTT port of the embedded broker', 1883),
    broker: Type.String({
      default: '',
      pattern: '^(mqtts?://[^@\\s]+)?$',
      description: 'URL of an outside broker (mqtt:// or mqtts://), without a password in it; empty runs the embedded one',
    }),
    broker_username: Type.String({ default: '', description: 'Username at the outside broker' }),
    broker_password: Type.String({ default: '', description: 'Password at the outside broker (secret)' }),
    tls_cert: Type.String({
      default: '',
      description: 'PEM file of the certificate; set together with tls_key, MQTT and HTTP then speak TLS',
    }),
    tls_key: Type.String({ default: '', description: 'PEM file of the private key' }),
    tls_ca: Type.String({
      default: '',
      description: 'PEM file of the authority that signs device certificates; their common name is the device key',
    }),
    data: Type.String({ default: './data', description: 'Directory for log, history, credentials and snapshots' }),
    city: Type.String({ default: 'demo', description: 'City directory, or demo' }),
    world: Type.String({ default: 'live', pattern: '^[A-Za-z0-9_.:-]{1,64}$', description: 'World this engine is started for' }),
    clock: Type.Union([Type.Literal('wall'), Type.Literal('mqtt')], {
      default: 'wall',
      description: 'Who owns time: the wall clock or an outside simulator',
    }),
    store: Type.Union([Type.Literal('embedded'), Type.Literal('influx')], {
      default: 'embedded',
      description: 'History store: DuckDB inside, or InfluxDB 2',
    }),
    influx_url: Type.String({ default: 'http://127.0.0.1:8086', description: 'InfluxDB address (INFLUX_URL)' }),
    influx_token: Type.String({ default: '', description: 'InfluxDB token (INFLUX_TOKEN, secret)' }),
    influx_org: Type.String({ default: 'city', description: 'InfluxDB organisation (INFLUX_ORG)' }),
    influx_bucket: Type.String({ default: 'city', description: 'InfluxDB bucket of raw readings; tiers add _1m and _15m (INFLUX_BUCKET)' }),
    fleet: Type.Union([Type.Literal('auto'), Type.Literal('demo'), Type.Literal('none')], {
      default: 'auto',
      description: 'Simulated devices: auto runs them for the demo city with the wall clock only',
    }),
    seed: Type.Integer({ minimum: 0, maximum: 4294967295, default: 1, description: 'Seed of the demo city, the fleet and lockstep runs' }),
    'signals.controller': Type.Union(
      SIGNAL_CONTROLLERS.map((name) => Type.Literal(name)),
      {
        default: DEFAULT_SIGNALS.controller,
        description: 'Which controller chooses the phases where the city has no signals.json or that names none',
      },
    ),
    'signals.decision_s': Type.Integer({
      minimum: 1,
      maximum: 60,
      default: DEFAULT_SIGNALS.decision_s,
      description: 'Seconds between two decisions of one junction, unless signals.json says otherwise; the published comparisons take 15',
    }),
    'signals.shadow': Type.Union([Type.Literal('none'), ...SIGNAL_CONTROLLERS.map((name) => Type.Literal(name))], {
      default: 'none',
      description: 'A second controller that is asked at every decision and never obeyed',
    }),
    'signals.human_share': Type.Number({
      minimum: 0,
      maximum: 1,
      default: DEFAULT_POLICY.human_share,
      description: 'Least share of junctions left to people, who get proposals there; unless the area in signals.json says otherwise',
    }),
    'signals.preempt_over_hand': Type.Boolean({
      default: DEFAULT_POLICY.preempt_over_hand,
      description: 'An emergency corridor may pass a junction that a person holds by hand',
    }),
    'signals.corridor': Type.Boolean({
      default: DEFAULT_PRIORITY.corridor,
      description: 'Signals on the way of a crew with an urgent task are cleared for it',
    }),
    'signals.bus_persons': Type.Number({
      minimum: 0,
      maximum: 300,
      default: DEFAULT_PRIORITY.bus_persons,
      description: 'People that a bus counts for when it is five minutes late or more; 0 gives buses no priority',
    }),
    'signals.ped_wait_s_max': Type.Number({
      minimum: 15,
      maximum: 600,
      default: DEFAULT_PRIORITY.ped_wait_s_max,
      description: 'Longest wait of somebody who has called to cross, seconds',
    }),
    'signals.wave_weight': Type.Number({
      minimum: 0,
      maximum: 5,
      default: DEFAULT_PRIORITY.wave_weight,
      description: 'A vehicle that comes along an arterial counts for so many more; 0 leaves waves to the plans of the neighbours',
    }),
    'signals.close_flooded': Type.Boolean({
      default: DEFAULT_PRIORITY.close_flooded,
      description: 'A road through a low point that is certainly flooded is closed: nobody is released into it, its way around weighs more',
    }),
    'signals.perimeter': Type.Boolean({
      default: DEFAULT_PRIORITY.perimeter,
      description: 'Districts that hold more vehicles than they can move are metered at their border',
    }),
    'flood.acts': Type.Union(
      FLOOD_ACTS.map((name) => Type.Literal(name)),
      {
        default: DEFAULT_FLOOD_ACTS,
        description:
          'What pumps, crews and closures at low points go by: forecasts, or reaction to what gauges show; none leaves pumps to their local control, for comparison',
      },
    ),
    'flood.model': Type.String({
      default: '',
      description:
        'Model file of the flood forecast, as train flood writes it; empty takes flood-model.json of the city directory where there is one',
    }),
    'waste.model': Type.String({
      default: '',
      description:
        'Model file of the fill forecast of bins, as train waste writes it; empty takes waste-model.json of the city directory where there is one',
    }),
    'waste.overflow_s': Type.Number({
      minimum: 0,
      maximum: 86_400,
      default: DEFAULT_WASTE.overflow_s,
      description: 'Price of a bin that overflows, seconds of a lorry: higher, and rounds are driven sooner and to more bins',
    }),
    'waste.emptying_s': Type.Number({
      minimum: 0,
      maximum: 86_400,
      default: DEFAULT_WASTE.emptying_s,
      description: 'Price of emptying a bin beside the driving, seconds of a lorry: higher, and bins are left until they are fuller',
    }),
    'waste.visit_s': Type.Number({
      minimum: 0,
      maximum: 86_400,
      default: DEFAULT_WASTE.visit_s,
      description: 'Driving that a later visit of a bin would cost on average, seconds of a lorry: higher, and more bins ride along',
    }),
    'waste.next_h': Type.Number({
      minimum: 1,
      maximum: 336,
      default: DEFAULT_WASTE.next_h,
      description: 'Until the lorry of the next round would be at a bin, hours: an overflow before then counts',
    }),
    'waste.quiet_from_h': Type.Number({
      minimum: 0,
      maximum: 24,
      default: DEFAULT_WASTE.quiet.from_h,
      description: 'Local hour from which nobody is reminded of mis-sorted waste',
    }),
    'waste.quiet_until_h': Type.Number({
      minimum: 0,
      maximum: 24,
      default: DEFAULT_WASTE.quiet.until_h,
      description: 'Local hour until which nobody is reminded of mis-sorted waste; the same as waste.quiet_from_h knows no quiet hours',
    }),
    public_url: Type.String({
      default: '',
      pattern: '^(https?://[^@\\s?#]+)?$',
      description: 'Address at which phones reach this server, for links and QR codes; empty takes the one at which the wall is open',
    }),
    'crew.call_centre': Type.String({
      default: '',
      pattern: '^(\\+?[0-9][0-9 -]{1,30})?$',
      description: 'Telephone number of the call centre, on crews’ phones; empty shows none',
    }),
    'push.contact': Type.String({
      default: '',
      pattern: '^((mailto:|https://)[^\\s]+)?$',
      description: 'mailto: or https: address of who runs this server, for Web Push to crews’ phones; empty sends none',
    }),
    'push.services': Type.Array(Type.String({ pattern: '^https?://(\\*\\.)?[a-z0-9.-]+(:[0-9]+)?$' }), {
      default: [
        'https://fcm.googleapis.com',
        'https://updates.push.services.mozilla.com',
        'https://web.push.apple.com',
        'https://*.notify.windows.com',
      ],
      description: 'Origins of push services that phones may name; nothing is sent to any other address',
    }),
    notices: Type.String({
      default: '',
      description: 'File of group robots (WeCom, DingTalk) and signed webhooks that are told of incidents and jobs; empty tells none',
    }),
    inbox: Type.String({
      default: '',
      description:
        'File of other systems that may send signed webhooks (POST /api/v1/inbox/{name}), of their secrets, and of where they are told about their reports; empty takes none',
    }),
    'dispatch.pumps_max': Type.Integer({
      minimum: 1,
      maximum: 8,
      default: DEFAULT_DISPATCH.pumps_max,
      description: 'Most crews with a mobile pump that a forecast sends to one low point',
    }),
    'dispatch.cover_min': Type.Number({
      minimum: 0,
      maximum: 120,
      default: DEFAULT_DISPATCH.cover_min,
      description: 'Minutes in which an urgent call should be reached: where few crews can, they are kept for it; 0 keeps nobody back',
    }),
    'dispatch.turn': Type.Boolean({
      default: DEFAULT_DISPATCH.turn,
      description: 'A crew on its way to a lesser task is turned where an urgent one is reached at least five minutes sooner',
    }),
    'dispatch.shift_h_max': Type.Number({
      minimum: 1,
      maximum: 48,
      default: DEFAULT_DISPATCH.shift_h_max,
      description: 'Hours on duty after which a crew gets urgent tasks only',
    }),
    'dispatch.rest_h': Type.Number({
      minimum: 0,
      maximum: 48,
      default: DEFAULT_DISPATCH.rest_h,
      description: 'Hours off duty that count as rest; after a shorter break the hours on duty go on',
    }),
    'dispatch.mutual_aid': Type.Union(
      MUTUAL_AID.map((name) => Type.Literal(name)),
      {
        default: DEFAULT_DISPATCH.mutual_aid,
        description:
          'Crews go to other districts always, or where those have more tasks waiting than free crews of their own; urgent tasks always',
      },
    ),
    'dispatch.run_cards': Type.String({
      default: '',
      description: 'File of run cards, over those of the program; empty takes run-cards.yaml of the city directory where there is one',
    }),
    rules: Type.String({ default: '', description: 'Directory of rule files; empty takes the rules of the city, or config/rules' }),
    log_level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], {
      default: 'info',
      description: 'Least severity that is logged',
    }),
    log_format: Type.Union([Type.Literal('lines'), Type.Literal('json')], {
      default: 'lines',
      description: 'Log on stderr as readable lines, or as JSON lines for a collector',
    }),
    packet_bytes_max: Type.Integer({
      minimum: 1024,
      maximum: 16777216,
      default: 262144,
      description: 'Largest MQTT packet, bytes; a larger one ends the connection',
    }),
    client_msg_s_max: Type.Integer({
      minimum: 1,
      maximum: 1000000,
      default: 200,
      description: 'Messages a second that one device may send, averaged over ten seconds; the simulator is not limited',
    }),
    connections_max: Type.Integer({ minimum: 1, maximum: 1000000, default: 20000, description: 'MQTT connections at a time' }),
    quarantine_max: Type.Integer({ minimum: 0, maximum: 100000, default: 500, description: 'Samples of refused messages kept' }),
    reading_age_h_max: Type.Number({ minimum: 0.01, maximum: 87600, default: 168, description: 'Older measurements are refused, hours' }),
    reading_ahead_s_max: Type.Number({
      minimum: 0,
      maximum: 86400,
      default: 120,
      description: 'Live messages further in the future are dated by their arrival, seconds; stored and simulated ones are refused',
    }),
    log_sync_ms: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 100,
      description: 'The log is forced to disk at least this often, ms',
    }),
    log_strict: Type.Boolean({
      default: false,
      description: 'Acknowledge only after the log is forced to disk, so that a power cut loses nothing',
    }),
    log_segment_bytes: Type.Integer({ minimum: 65536, maximum: 4294967295, default: 67108864, description: 'Size of one log segment' }),
    log_keep_h: Type.Number({
      minimum: 0,
      maximum: 87600,
      default: 24,
      description: 'Hours of log kept for replay beyond what store and snapshot still need',
    }),
    journal_days: Type.Number({
      minimum: 1,
      maximum: 36500,
      default: 400,
      description: 'Days the journal is kept; it is dropped in whole files, of a day at most',
    }),
    write_queue_rows_max: Type.Integer({
      minimum: 1000,
      maximum: 10000000,
      default: 500000,
      description: 'Rows waiting for the store in memory; beyond, the store catches up from the log',
    }),
    raw_days: Type.Number({ minimum: 0.01, maximum: 36500, default: 30, description: 'Days raw readings are kept' }),
    minute_days: Type.Number({ minimum: 0.01, maximum: 36500, default: 365, description: 'Days of 1-minute means' }),
    quarter_days: Type.Number({ minimum: 0.01, maximum: 36500, default: 3650, description: 'Days of 15-minute means' }),
    retention: Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }), Type.Number({ minimum: 0.01, maximum: 36500 }), {
      default: {},
      additionalProperties: false,
      description: 'Days raw readings of single metrics are kept, where they differ from raw_days: {"speed_mps": 7}',
    }),
    photo_days: Type.Number({
      minimum: 0.01,
      maximum: 36500,
      default: 30,
      description: 'Days the photos of crews are kept; people and plates may be on them',
    }),
    snapshot_s: Type.Integer({ minimum: 1, maximum: 86400, default: 60, description: 'How often the engine state is saved, seconds' }),
    step_observations_max: Type.Integer({
      minimum: 1,
      maximum: 1000000,
      default: 4096,
      description: 'Observations taken into one engine step',
    }),
    live_buffer_bytes_max: Type.Integer({
      minimum: 65536,
      maximum: 268435456,
      default: 4194304,
      description: 'Unsent bytes after which a /live client gets only the newest value per key',
    }),
  },
  { additionalProperties: false },
)
export type Settings = Readonly<Static<typeof Settings>>
export type SettingKey = keyof Settings

/** What the engine is told of signals. */
export const signalSettings = (settings: Settings): SignalSettings => ({
  controller: settings['signals.controller'],
  decision_s: settings['signals.decision_s'],
  priority: {
    corridor: settings['signals.corridor'],
    bus_persons: settings['signals.bus_persons'],
    ped_wait_s_max: settings['signals.ped_wait_s_max'],
    wave_weight: settings['signals.wave_weight'],
    close_flooded: settings['signals.close_flooded'],
    perimeter: settings['signals.perimeter'],
  },
})

export const signalPolicy = (settings: Settings): SignalPolicy => {
  const shadow = settings['signals.shadow']
  return {
    shadow: shadow === 'none' ? null : shadow,
    human_share: settings['signals.human_share'],
    preempt_over_hand: settings['signals.preempt_over_hand'],
  }
}

export const dispatchPolicy = (settings: Settings, run_cards: RunCards): DispatchPolicy => ({
  pumps_max: settings['dispatch.pumps_max'],
  cover_min: settings['dispatch.cover_min'],
  turn: settings['dispatch.turn'],
  run_cards,
  shift_h_max: settings['dispatch.shift_h_max'],
  rest_h: settings['dispatch.rest_h'],
  mutual_aid: settings['dispatch.mutual_aid'],
})

export const wastePolicy = (settings: Settings): WastePolicy => ({
  overflow_s: settings['waste.overflow_s'],
  emptying_s: settings['waste.emptying_s'],
  visit_s: settings['waste.visit_s'],
  next_h: settings['waste.next_h'],
  quiet: { from_h: settings['waste.quiet_from_h'], until_h: settings['waste.quiet_until_h'] },
})

/** Never shown or logged. */
export const SECRET_SETTINGS: readonly SettingKey[] = ['broker_password', 'influx_token']

/** Environment names of contract section 8 that do not follow `URBAN_BRAIN_<KEY>`. */
export const ENVIRONMENT_ALIASES: Readonly<Record<string, SettingKey>> = {
  INFLUX_URL: 'influx_url',
  INFLUX_TOKEN: 'influx_token',
  INFLUX_ORG: 'influx_org',
  INFLUX_BUCKET: 'influx_bucket',
}
