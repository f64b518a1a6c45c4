/**
 * Home Assistant's MQTT discovery, `homeassistant/{component}/[{node}/]{object}/config`: a device says what it is, where it speaks and in
 * which unit. Long keys or the short ones (home-assistant.io/integrations/mqtt, "abbreviations"); `~` stands for the base topic. An empty
 * retained payload takes it back.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, heard } from './dialect.ts'
import { announce, type DiscoveryMemory, withdraw } from './discovery-memory.ts'
import { entityOf } from './ids.ts'
import { asArray, asObject, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import { metricName } from './naming.ts'

const TOPIC = /^homeassistant\/([a-z_]+)\/(?:([\w-]+(?:\/[\w-]+)*)\/)?([\w-]+)\/config$/
/** A path of plain names out of the template: `{{ value_json.fill }}`, `{{ value_json['fill'] }}`. A template with more in it has none. */
const TEMPLATE = /^\{\{-?\s*value_json((?:\.\w+|\[['"]\w+['"]\])+)\s*(?:\|\s*(?:float|int|round)(?:\([^)]*\))?\s*)*-?\}\}$/

export const homeAssistant: Dialect = {
  id: 'homeassistant_discovery',
  title: { zh: 'Home Assistant 自动发现', en: 'Home Assistant discovery' },
  recognise: ({ topic }) => topic?.startsWith('homeassistant/') === true && TOPIC.test(topic),
  decode(envelope, { discovered }) {
    const { topic, payload, received } = envelope
    const [, component = '', node, object = ''] = TOPIC.exec(topic ?? '') ?? []
    const said = { ts: received, clock: 'arrival', heard: null } as const
    if (payload.length === 0) {
      if (discovered !== undefined) withdraw(discovered, topic ?? '')
      const topicPath = `${component}/${node === undefined ? '' : `${node}/`}${object}`
      return heard([{ ...said, kind: 'deleted', entity: node ?? object, dedupeKey: null, topicPath }])
    }
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    const device = objectAt(value, 'device') ?? objectAt(value, 'dev')
    const id = firstId(device) ?? node ?? object
    // Only folded and checked here: a discovery names the device itself, not its class.
    if (value === null || entityOf('device', id) === null) return refusal('schema', 'payload: expected a discovery of a device')
    if (discovered !== undefined) learnAll(discovered, topic ?? '', value, id, object)
    return heard([
      {
        ...said,
        kind: 'discovery',
        entity: id,
        dedupeKey: either(value, 'unique_id', 'uniq_id'),
        component,
        name: stringAt(value, 'name'),
        state_topic: stateTopic(value),
        value_path: pathOf(either(value, 'value_template', 'val_tpl')),
        unit: either(value, 'unit_of_measurement', 'unit_of_meas'),
        device: described(device),
      },
    ])
  },
}

const stateTopic = (value: JsonObject): string | null => withBase(value, either(value, 'state_topic', 'stat_t'))

const COMPONENTS_MAX = 256

/** One value, or (`homeassistant/device/…`) a device with a value for each of its components, which share what is said once. */
function learnAll(memory: DiscoveryMemory, by: string, value: JsonObject, device: string, object: string): void {
  const components = objectAt(value, 'components') ?? objectAt(value, 'cmps')
  if (components !== null) withdraw(memory, by)
  if (components === null) learn(memory, by, value, device, object)
  for (const name of Object.keys(components ?? {}).slice(0, COMPONENTS_MAX)) {
    const component = objectAt(components, name)
    if (component !== null) learn(memory, by, { ...value, ...component }, device, name, true)
  }
}

/** A template that is more than a path cannot be followed: such a value is not learnt. */
function learn(memory: DiscoveryMemory, by: string, value: JsonObject, device: string, object: string, beside = false): void {
  const topic = stateTopic(value)
  const template = either(value, 'value_template', 'val_tpl')
  const path = pathOf(template)
  const metric = metricName(either(value, 'device_class', 'dev_cla') ?? object)
  if (topic === null || metric === null || (template !== null && path === null)) return
  const unit = either(value, 'unit_of_measurement', 'unit_of_meas')
  announce(memory, topic, { by, device, metric, unit, path: path?.split('.') ?? [] }, beside)
}

const either = (value: JsonObject, long: string, short: string): string | null => stringAt(value, long) ?? stringAt(value, short)

function firstId(device: JsonObject | null): string | null {
  const ids = member(device, 'identifiers') ?? member(device, 'ids')
  const first = asArray(ids)?.[0] ?? ids
  return typeof first === 'string' && first !== '' && first.length <= 128 ? first : null
}

function withBase(value: JsonObject, topic: string | null): string | null {
  const base = stringAt(value, '~')
  return topic === null || base === null ? topic : topic.replace(/^~|~$/, () => base)
}

function pathOf(template: string | null): string | null {
  const path = template === null ? undefined : TEMPLATE.exec(template.trim())?.[1]
  return path === undefined ? null : path.replace(/\[['"](\w+)['"]\]/g, '.$1').slice(1)
}

function described(device: JsonObject | null): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [long, short] of [
    ['manufacturer', 'mf'],
    ['model', 'mdl'],
    ['sw_version', 'sw'],
    ['name', 'name'],
  ]) {
    const text = device === null ? null : either(device, long, short)
    if (text !== null) texts[long] = text
  }
  return texts
}
