/** Warnings as CAP 1.2 messages (OASIS Standard, 1 July 2010) and as an Atom feed (RFC 4287) of them: one `info` in Chinese and one in English. */
import type { LonLat } from '../../engine/base/geo.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { Warning, WarningArea, WarningMessage } from '../../engine/model/warning.ts'
import { element, escaped, XML_DECLARATION } from '../xml-text.ts'

export const CAP_NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2'
export const CAP_TYPE = 'application/cap+xml'
/** Name of the event code that carries the colour. */
export const LEVEL_CODE = 'CN-level'
const optional = (name: string, text: string | null): string => (text === null || text === '' ? '' : element(name, text))
const pair = (name: string, key: string, value: string): string =>
  `<${name}>${element('valueName', key)}${element('value', value)}</${name}>`

/** UTC is written `-00:00`, never `Z` (section 3.3.2). */
export const capTime = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, 19)}-00:00`

/** Latitude first, against GeoJSON. */
const point = ([lon, lat]: LonLat): string => `${lat},${lon}`

function ringText(ring: readonly LonLat[]): string {
  const [first] = ring
  const last = ring[ring.length - 1]
  const closed = first[0] === last[0] && first[1] === last[1]
  return (closed ? ring : [...ring, first]).map(point).join(' ')
}

function areaXml({ name, polygons, circles, geocodes }: WarningArea, language: 'zh' | 'en'): string {
  const shapes = [
    ...polygons.map((ring) => element('polygon', ringText(ring))),
    ...circles.map(({ at, radius_km }) => element('circle', `${point(at)} ${radius_km}`)),
    ...geocodes.map((code) => pair('geocode', code.name, code.value)),
  ]
  return `<area>${element('areaDesc', name[language])}${shapes.join('')}</area>`
}

/** What people should do, of the code list: keep away from orange on, get ready below. */
const responseOf = ({ type, level }: WarningMessage): string =>
  type === 'Cancel' ? 'AllClear' : level === 'red' || level === 'orange' ? 'Avoid' : 'Prepare'

function infoXml(message: WarningMessage, language: 'zh' | 'en'): string {
  return [
    '<info>',
    element('language', language === 'zh' ? 'zh-CN' : 'en-US'),
    element('category', message.hazard === 'other' ? 'Other' : 'Met'),
    element('event', message.event[language]),
    element('responseType', responseOf(message)),
    element('urgency', message.urgency),
    element('severity', message.severity),
    element('certainty', message.certainty),
    pair('eventCode', LEVEL_CODE, message.level.toUpperCase()),
    element('effective', capTime(message.effective)),
    element('expires', capTime(message.expires)),
    element('senderName', message.sender_name[language]),
    element('headline', message.headline[language]),
    optional('description', message.description[language]),
    optional('instruction', message.instruction[language]),
    ...message.areas.map((area) => areaXml(area, language)),
    '</info>',
  ].join('')
}

export function capXml(message: WarningMessage): string {
  const references = message.references.map(({ sender, identifier, sent }) => `${sender},${identifier},${capTime(sent)}`).join(' ')
  const parts = [
    element('identifier', message.identifier),
    element('sender', message.sender),
    element('sent', capTime(message.sent)),
    element('status', message.status),
    element('msgType', message.type),
    element('scope', message.scope),
    optional('restriction', message.restriction),
    optional('references', references),
    infoXml(message, 'zh'),
    infoXml(message, 'en'),
  ]
  return `${XML_DECLARATION}<alert xmlns="${CAP_NAMESPACE}">${parts.join('')}</alert>\n`
}

const atomTime = (at: EpochMs): string => new Date(at).toISOString()

/** @param path of a message by the id of its warning */
export function atomFeed(city: string, title: string, warnings: readonly Warning[], now: EpochMs, path: (id: string) => string): string {
  const updated = warnings.reduce((newest, { message }) => Math.max(newest, message.sent), 0)
  const entries = warnings.map(({ id, issued, message }) =>
    [
      '<entry>',
      element('id', `urn:urban-brain:warning:${message.identifier}`),
      element('title', `${message.headline.zh} / ${message.headline.en}`),
      element('published', atomTime(issued)),
      element('updated', atomTime(message.sent)),
      `<author>${element('name', message.sender)}</author>`,
      `<link rel="alternate" type="${CAP_TYPE}" href="${escaped(path(id))}"/>`,
      element('summary', `${message.description.zh} / ${message.description.en}`),
      '</entry>',
    ].join(''),
  )
  const head = [
    element('id', `urn:urban-brain:warnings:${city}`),
    element('title', title),
    element('updated', atomTime(updated === 0 ? now : updated)),
    `<author>${element('name', 'urban-brain')}</author>`,
  ]
  return `${XML_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom">${head.join('')}${entries.join('')}</feed>\n`
}
