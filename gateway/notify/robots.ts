/**
 * Messages as group robots and webhooks take them: WeCom (developer.work.weixin.qq.com, document 91770), DingTalk (custom robots, signed), and
 * Standard Webhooks. Robots take 20 messages a minute: what waits goes into one.
 */
import { createHmac } from 'node:crypto'
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import type { Channel } from './channels-file.ts'
import type { Notice, NoticeType } from './notice.ts'
import type { Delivered } from './outbox.ts'
import type { Post } from './post.ts'

export type Language = 'zh' | 'en'

/** A little more than a twentieth of a minute, so that no minute ever has 21. */
export const ROBOT_PACE_MS = 3_100
/** WeCom takes 4096 bytes of markdown, DingTalk 20,000. */
const TEXT_BYTES_MAX = 3_500
const WECOM_LIMITED = 45_009
const DINGTALK_LIMITED = 130_101
/** DingTalk is silent for ten minutes after the 21st message. */
const DINGTALK_PAUSE_MS = 10 * MINUTE_MS

const HEADS: Readonly<Record<NoticeType, Readonly<Record<Language, string>>>> = {
  'incident.created': { zh: '新事件', en: 'New incident' },
  'incident.needs_person': { zh: '需人工处置', en: 'A person has to decide' },
  'incident.help': { zh: '班组请求支援', en: 'A crew asks for help' },
  'task.offered': { zh: '派单', en: 'Job offered' },
  'task.failed': { zh: '任务未完成', en: 'Job not completed' },
}
const COLOURS = { critical: 'warning', warning: 'warning', watch: 'comment' } as const
const WORDS = {
  zh: { place: '地点', crew: '班组', within: (n: number) => `请 ${n} 分钟内到场`, open: '打开', navigate: '导航' },
  en: { place: 'Place', crew: 'Crew', within: (n: number) => `to be there within ${n} min`, open: 'Open', navigate: 'Navigate' },
} as const

/** Names come from maps and from people: nothing of them may be markup. */
const plain = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[<>[\]()*_`#|\\]/g, ' ')
    .trim()

function headOf({ type, title }: Notice, language: Language): string {
  return language === 'zh' ? `【${HEADS[type].zh}】${plain(title.zh)}` : `${HEADS[type].en}: ${plain(title.en)}`
}

function factsOf({ where, crew, type, due, ts }: Notice, language: Language): [name: string, value: string][] {
  const words = WORDS[language]
  const facts: [string, string][] = [[words.place, plain(where[language])]]
  if (crew !== null) facts.push([words.crew, plain(crew[language])])
  if (type === 'task.offered') facts.push(['', words.within(Math.max(0, Math.ceil((due - ts) / MINUTE_MS)))])
  return facts
}

const linkOf = ({ incident }: Notice, base: string | null): string | null =>
  base === null ? null : `${base}?role=desk${incident === null ? '' : `&sel=incident:${encodeURIComponent(incident)}`}`

function wecomText(notice: Notice, language: Language, base: string | null): string {
  const facts = factsOf(notice, language).map(([name, value]) => `>${name === '' ? '' : `${name}:`}<font color="comment">${value}</font>`)
  const link = linkOf(notice, base)
  const head = `**${headOf(notice, language)}** <font color="${COLOURS[notice.severity]}">${notice.severity}</font>`
  return [head, ...facts, ...(link === null ? [] : [`>[${WORDS[language].open}](${link})`])].join('\n')
}

function dingtalkText(notice: Notice, language: Language): string {
  const facts = factsOf(notice, language).map(([name, value]) => (name === '' ? value : `${name}: ${value}`))
  return [`### ${headOf(notice, language)}`, ...facts].join('\n\n')
}

/** How many notices fit into one message. */
export function fitting(notices: readonly Notice[], language: Language, base: string | null): number {
  let bytes = 0
  const n = notices.findIndex((notice) => {
    bytes += Buffer.byteLength(wecomText(notice, language, base)) + 4
    return bytes > TEXT_BYTES_MAX
  })
  return n < 0 ? notices.length : Math.max(1, n)
}

const JSON_TYPE = { 'content-type': 'application/json' } as const

export function wecomPost({ url }: Channel, notices: readonly Notice[], language: Language, base: string | null): Post {
  const content = notices.map((notice) => wecomText(notice, language, base)).join('\n\n')
  return { url, headers: JSON_TYPE, body: JSON.stringify({ msgtype: 'markdown', markdown: { content } }) }
}

/** `timestamp` and `sign` of a robot with a secret. */
function signed(url: string, secret: string | undefined, now: EpochMs): URL {
  const address = new URL(url)
  if (secret === undefined) return address
  address.searchParams.set('timestamp', String(now))
  address.searchParams.set('sign', createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64'))
  return address
}

/** One notice with somewhere to go is a card with buttons, which can only be links; several are one text. */
export function dingtalkPost(
  channel: Extract<Channel, { kind: 'dingtalk' }>,
  notices: readonly Notice[],
  language: Language,
  base: string | null,
  now: EpochMs,
): Post {
  const [first] = notices
  const title = headOf(first, language)
  const text = notices.map((notice) => dingtalkText(notice, language)).join('\n\n---\n\n')
  const link = linkOf(first, base)
  const [lon, lat] = first.at
  const card =
    notices.length === 1 && link !== null
      ? {
          msgtype: 'actionCard',
          actionCard: {
            title,
            text,
            btnOrientation: '0',
            btns: [
              { title: WORDS[language].open, actionURL: link },
              {
                title: WORDS[language].navigate,
                actionURL: `https://uri.amap.com/navigation?to=${lon.toFixed(6)},${lat.toFixed(6)}&coordinate=wgs84`,
              },
            ],
          },
        }
      : { msgtype: 'markdown', markdown: { title, text } }
  return { url: signed(channel.url, channel.secret, now), headers: JSON_TYPE, body: JSON.stringify(card) }
}

/** Robots answer 200 with a code of their own. */
export async function judgeRobot(response: Response): Promise<Delivered | null> {
  if (!response.ok) return null
  const answer: unknown = await response.json().catch(() => null)
  const code = typeof answer === 'object' && answer !== null && 'errcode' in answer ? Number(answer.errcode) : 0
  if (code === 0) return { outcome: 'sent' }
  const why = `errcode ${code}`
  if (code === WECOM_LIMITED) return { outcome: 'later', after_ms: MINUTE_MS, why }
  if (code === DINGTALK_LIMITED) return { outcome: 'later', after_ms: DINGTALK_PAUSE_MS, why }
  return { outcome: 'refused', why }
}

/** Standard Webhooks: `whsec_` and base64 is the key itself, any other text its bytes. */
const webhookKey = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)

/** Over the id, the time in seconds and the body as it is sent. */
export const webhookSignature = (secret: string, id: string, timestamp: string, body: string | Uint8Array): string =>
  createHmac('sha256', webhookKey(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')

export function webhookPost({ url, secret }: Extract<Channel, { kind: 'webhook' }>, notice: Notice, now: EpochMs): Post {
  const { id, type, ts, incident, task, kind, severity, title, where, at, district, crew, due } = notice
  const data = {
    id: incident ?? task ?? id,
    task,
    kind,
    severity,
    title,
    where,
    lat: at[1],
    lon: at[0],
    district,
    crew,
    due: new Date(due).toISOString(),
  }
  const body = JSON.stringify({ type, ts: new Date(ts).toISOString(), data })
  const timestamp = Math.floor(now / 1000)
  const signature = webhookSignature(secret, id, String(timestamp), body)
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` }
  return { url, headers: { ...JSON_TYPE, ...headers }, body }
}
