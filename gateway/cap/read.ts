/** CAP 1.2 messages of others, checked against the standard's section 3.2: an answer with every problem and its line, never a throw. */
import type { LonLat } from '../../engine/base/geo.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { Bilingual } from '../../engine/model/bilingual.ts'
import {
  CAP_CERTAINTIES,
  CAP_SCOPES,
  CAP_SEVERITIES,
  CAP_STATUSES,
  CAP_TYPES,
  CAP_URGENCIES,
  type CapSeverity,
  type WarningArea,
  type WarningLevel,
  type WarningMessage,
  type WarningReference,
} from '../../engine/model/warning.ts'
import { childrenOf, readElements, textOf, type XmlElement } from '../xml.ts'
import { BY_SEVERITY, colourOf, defaultValidity, hazardOf } from './kinds.ts'
import { CAP_NAMESPACE } from './write.ts'

export interface CapProblem {
  /** `line 12 alert/info/expires`. */
  readonly where: string
  readonly message: string
}
export type CapAnswer =
  | { readonly ok: true; readonly message: WarningMessage }
  | { readonly ok: false; readonly problems: readonly CapProblem[] }

/** Children by element: those that may come once, and those that may come again. */
const ALERT = {
  once: [
    'identifier',
    'sender',
    'sent',
    'status',
    'msgType',
    'source',
    'scope',
    'restriction',
    'addresses',
    'note',
    'references',
    'incidents',
  ],
  many: ['code', 'info'],
}
const INFO = {
  once: [
    'language',
    'event',
    'urgency',
    'severity',
    'certainty',
    'audience',
    'effective',
    'onset',
    'expires',
    'senderName',
    'headline',
    'description',
    'instruction',
    'web',
    'contact',
  ],
  many: ['category', 'responseType', 'eventCode', 'parameter', 'resource', 'area'],
}
const AREA = { once: ['areaDesc', 'altitude', 'ceiling'], many: ['polygon', 'circle', 'geocode'] }
const CATEGORIES = ['Geo', 'Met', 'Safety', 'Security', 'Rescue', 'Fire', 'Health', 'Env', 'Transport', 'Infra', 'CBRNE', 'Other']

const NAME_MAX = 200

class Reader {
  readonly problems: CapProblem[] = []
  /** Where it strays and was understood all the same; null where nothing may. */
  readonly strays: Set<string> | null

  constructor(strays: Set<string> | null) {
    this.strays = strays
  }

  wrong(element: XmlElement, path: string, message: string): void {
    this.problems.push({ where: `line ${element.line} ${path}`, message })
  }

  /** Names what does not belong there or is there twice. */
  shape(element: XmlElement, path: string, { once, many }: { readonly once: readonly string[]; readonly many: readonly string[] }): void {
    const seen = new Set<string>()
    for (const child of element.children) {
      const { name } = child
      if (once.includes(name) && seen.has(name)) this.wrong(child, `${path}/${name}`, 'comes twice')
      if (!once.includes(name) && !many.includes(name)) this.wrong(child, `${path}/${name}`, 'is no element of CAP 1.2 here')
      seen.add(name)
    }
  }

  text(element: XmlElement, path: string, name: string): string {
    const found = textOf(element, name)
    if (found === null) this.wrong(element, path, `<${name}> is missing or empty`)
    return found ?? ''
  }

  /** Names go into references, which divide by comma and space. */
  name(element: XmlElement, path: string, name: string): string {
    const found = this.text(element, path, name)
    if (/[\s,<&]/.test(found) || found.length > NAME_MAX)
      this.wrong(element, `${path}/${name}`, `expected at most ${NAME_MAX} characters without space, comma, < or &`)
    return found
  }

  code<T extends string>(element: XmlElement, path: string, name: string, list: readonly T[]): T {
    const found = this.text(element, path, name)
    const known = list.find((one) => one === found)
    if (known === undefined && found !== '') this.wrong(element, `${path}/${name}`, `${found}: expected one of ${list.join(', ')}`)
    return known ?? list[list.length - 1]
  }

  time(element: XmlElement, path: string, name: string): EpochMs | null {
    const found = textOf(element, name)
    if (found === null) return null
    const strict = timeOf(found)
    const at = strict ?? (this.strays === null ? null : looseTimeOf(found))
    if (strict === null && at !== null) this.strays?.add(name)
    if (at === null)
      this.wrong(element, `${path}/${name}`, `${found}: expected a time as 2026-07-18T14:05:00+08:00; UTC is -00:00, Z is not allowed`)
    return at
  }
}

function timeOf(text: string): EpochMs | null {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})[-+]\d{2}:\d{2}$/.exec(text)
  const at = match === null ? Number.NaN : Date.parse(text)
  // A 30th of February is taken for March by some.
  const exists = match !== null && new Date(Date.parse(`${match[1]}Z`)).toJSON()?.slice(0, 19) === match[1]
  return exists && !Number.isNaN(at) ? at : null
}

/** As some authorities write it: UTC as Z, decimals of the second. */
const looseTimeOf = (text: string): EpochMs | null => timeOf(text.replace(/\.\d{1,9}(?=Z|[-+]|$)/, '').replace(/Z$/, '-00:00'))

function referencesOf(reader: Reader, alert: XmlElement): WarningReference[] {
  const text = textOf(alert, 'references')
  return (text?.split(/\s+/) ?? []).flatMap((triple): WarningReference[] => {
    const [sender, identifier, sent, ...more] = triple.split(',')
    const at = sent === undefined ? null : (timeOf(sent) ?? (reader.strays === null ? null : looseTimeOf(sent)))
    if (at !== null && more.length === 0 && sender !== '' && identifier !== '') return [{ sender, identifier, sent: at }]
    reader.wrong(alert, 'alert/references', `${triple.slice(0, NAME_MAX)}: expected sender,identifier,sent`)
    return []
  })
}

function pointOf(text: string): LonLat | null {
  const match = /^(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?),(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?)$/.exec(text)
  if (match === null) return null
  const [lat, lon] = [Number(match[1]), Number(match[2])]
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : null
}

const POLYGON = 'expected "lat,lon lat,lon …" in degrees, at least four points, the last as the first'

function ringOf(reader: Reader, element: XmlElement, path: string): LonLat[] {
  const points = element.text.trim().split(/\s+/).map(pointOf)
  const ring = points.filter((point) => point !== null)
  const [first] = ring
  const last = ring.at(-1)
  const closed = last !== undefined && first[0] === last[0] && first[1] === last[1]
  if (!closed && reader.strays !== null && ring.length === points.length && ring.length >= 3) {
    reader.strays.add('polygon')
    return [...ring, first]
  }
  if (ring.length < points.length || ring.length < 4 || !closed) reader.wrong(element, path, POLYGON)
  return ring
}

function circleOf(reader: Reader, element: XmlElement, path: string): WarningArea['circles'] {
  const [centre = '', radius = '', ...more] = element.text.trim().split(/\s+/)
  const at = pointOf(centre)
  const radius_km = Number(radius)
  if (at !== null && radius !== '' && radius_km >= 0 && more.length === 0) return [{ at, radius_km }]
  reader.wrong(element, path, 'expected "lat,lon radius" in degrees and kilometres')
  return []
}

const pairOf = (element: XmlElement): { name: string; value: string } => ({
  name: textOf(element, 'valueName') ?? '',
  value: textOf(element, 'value') ?? '',
})

function areasOf(reader: Reader, info: XmlElement, path: string): WarningArea[] {
  return childrenOf(info, 'area').map((area) => {
    reader.shape(area, `${path}/area`, AREA)
    const name = reader.text(area, `${path}/area`, 'areaDesc')
    return {
      name: { zh: name, en: name },
      polygons: childrenOf(area, 'polygon').map((one) => ringOf(reader, one, `${path}/area/polygon`)),
      circles: childrenOf(area, 'circle').flatMap((one) => circleOf(reader, one, `${path}/area/circle`)),
      geocodes: childrenOf(area, 'geocode').map(pairOf),
    }
  })
}

/** The colour that the sender names in a code or in the headline, else that of the severity. */
function levelOf(info: XmlElement | undefined, severity: CapSeverity): WarningLevel {
  if (info === undefined) return BY_SEVERITY[severity]
  const codes = [...childrenOf(info, 'eventCode'), ...childrenOf(info, 'parameter')].map((one) => pairOf(one).value)
  return colourOf([...codes, textOf(info, 'headline') ?? '']) ?? BY_SEVERITY[severity]
}

function checkInfo(reader: Reader, info: XmlElement): void {
  const path = 'alert/info'
  reader.shape(info, path, INFO)
  reader.text(info, path, 'event')
  const categories = childrenOf(info, 'category')
  if (categories.length === 0) reader.wrong(info, path, '<category> is missing')
  for (const category of categories) {
    if (!CATEGORIES.includes(category.text.trim()))
      reader.wrong(category, `${path}/category`, `${category.text.trim()}: expected one of ${CATEGORIES.join(', ')}`)
  }
  reader.code(info, path, 'urgency', CAP_URGENCIES)
  reader.code(info, path, 'severity', CAP_SEVERITIES)
  reader.code(info, path, 'certainty', CAP_CERTAINTIES)
  for (const name of ['effective', 'onset', 'expires']) reader.time(info, path, name)
  areasOf(reader, info, path)
}

/** The first `info` in each language; what only one of them says stands for both. */
function infosOf(alert: XmlElement): {
  readonly main: XmlElement | undefined
  readonly both: (name: string, otherwise: Bilingual) => Bilingual
  readonly other: XmlElement | undefined
} {
  const infos = childrenOf(alert, 'info')
  // Without a language it is English (section 3.2.2).
  const speaks = (language: string) => infos.find((info) => (textOf(info, 'language') ?? 'en-US').toLowerCase().startsWith(language))
  const [zh, en] = [speaks('zh') ?? speaks('en') ?? infos[0], speaks('en') ?? speaks('zh') ?? infos[0]]
  const both = (name: string, otherwise: Bilingual): Bilingual => {
    const texts = { zh: textOf(zh, name), en: textOf(en, name) }
    return { zh: texts.zh ?? texts.en ?? otherwise.zh, en: texts.en ?? texts.zh ?? otherwise.en }
  }
  return { main: zh, other: en, both }
}

function checkAlert(reader: Reader, alert: XmlElement): void {
  reader.shape(alert, 'alert', ALERT)
  const type = textOf(alert, 'msgType')
  const scope = textOf(alert, 'scope')
  if (scope === 'Restricted' && textOf(alert, 'restriction') === null)
    reader.wrong(alert, 'alert', 'a Restricted message needs <restriction>')
  if (scope === 'Private' && textOf(alert, 'addresses') === null) reader.wrong(alert, 'alert', 'a Private message needs <addresses>')
  if (type !== 'Alert' && type !== null && textOf(alert, 'references') === null)
    reader.wrong(alert, 'alert', `msgType ${type} needs <references>`)
  const infos = childrenOf(alert, 'info')
  if (infos.length === 0 && (type === 'Alert' || type === 'Update')) reader.wrong(alert, 'alert', `msgType ${type} needs <info>`)
  for (const info of infos) checkInfo(reader, info)
}

function messageOf(reader: Reader, alert: XmlElement): WarningMessage {
  const { main, other, both } = infosOf(alert)
  const sent = reader.time(alert, 'alert', 'sent')
  if (textOf(alert, 'sent') === null) reader.wrong(alert, 'alert', '<sent> is missing or empty')
  const sender = reader.name(alert, 'alert', 'sender')
  const path = 'alert/info'
  // Every `info` has been checked: what is wrong there is not told twice.
  const checked = new Reader(reader.strays)
  const code = <T extends string>(name: string, list: readonly T[], otherwise: T): T =>
    main === undefined ? otherwise : checked.code(main, path, name, list)
  const severity = code('severity', CAP_SEVERITIES, 'Unknown')
  const event = both('event', { zh: '', en: '' })
  const names = other === undefined || other === main ? [] : areasOf(checked, other, path)
  const level = levelOf(main, severity)
  const effective = (main === undefined ? null : checked.time(main, path, 'effective')) ?? sent ?? 0
  const said = main === undefined ? null : checked.time(main, path, 'expires')
  const validity = said === null ? defaultValidity(`${event.zh} ${event.en}`, level, effective) : { expires: said }
  return {
    identifier: reader.name(alert, 'alert', 'identifier'),
    sender,
    sent: sent ?? 0,
    status: reader.code(alert, 'alert', 'status', CAP_STATUSES),
    type: reader.code(alert, 'alert', 'msgType', CAP_TYPES),
    scope: reader.code(alert, 'alert', 'scope', CAP_SCOPES),
    restriction: textOf(alert, 'restriction'),
    references: referencesOf(reader, alert),
    hazard: hazardOf(`${event.zh} ${event.en}`),
    event,
    level,
    urgency: code('urgency', CAP_URGENCIES, 'Unknown'),
    severity,
    certainty: code('certainty', CAP_CERTAINTIES, 'Unknown'),
    effective,
    ...validity,
    sender_name: both('senderName', { zh: sender, en: sender }),
    headline: both('headline', event),
    description: both('description', { zh: '', en: '' }),
    instruction: both('instruction', { zh: '', en: '' }),
    areas:
      main === undefined
        ? []
        : areasOf(checked, main, path).map((area, i) => ({ ...area, name: { zh: area.name.zh, en: names[i]?.name.en ?? area.name.en } })),
  }
}

/** Version 1.1 has the elements of 1.2. */
const OLDER_NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.1'

/** @param strays what some authorities do against the standard is understood too, and its places are added here; without it only the standard is */
export function readCap(text: string, strays: Set<string> | null = null): CapAnswer {
  const older = strays !== null && !text.includes(CAP_NAMESPACE) && text.includes(OLDER_NAMESPACE)
  if (older) strays.add('xmlns')
  const xml = readElements(text.replace(/^\uFEFF/, ''), older ? OLDER_NAMESPACE : CAP_NAMESPACE)
  if (!xml.ok) return { ok: false, problems: [{ where: `line ${xml.line}`, message: xml.why }] }
  const reader = new Reader(strays)
  if (xml.root.name !== 'alert') reader.wrong(xml.root, xml.root.name, 'expected <alert>')
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems }
  const message = messageOf(reader, xml.root)
  checkAlert(reader, xml.root)
  return reader.problems.length > 0 ? { ok: false, problems: reader.problems } : { ok: true, message }
}
