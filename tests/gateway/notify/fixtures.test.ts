/** What this program sends has the form of the sample messages in ../shared/formats: every member that they have (skipped where they are missing). */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Notice } from '../../../gateway/notify/notice.ts'
import { dingtalkPost, ROBOT_PACE_MS, webhookPost, wecomPost } from '../../../gateway/notify/robots.ts'
import { FORMATS_MISSING, fixture } from '../dialects/fixtures.ts'

const NOW = 1_784_356_215_000
const notice: Notice = {
  id: 'n1',
  type: 'task.offered',
  ts: NOW,
  until: NOW + 1,
  incident: 'inc-0007',
  task: 't1',
  kind: 'flood',
  severity: 'critical',
  title: { zh: '下穿积水', en: 'Water' },
  where: { zh: '秋涛北路下穿', en: 'Underpass' },
  at: [120.20011, 30.27114],
  district: 'd1',
  crew: { zh: '一组', en: 'One' },
  due: NOW + 720_000,
}
const BASE = 'https://brain.example.org/'

/** Paths of all members, `[]` for items. */
function membersOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => membersOf(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, item]) => membersOf(item, `${path}.${name}`))
}

describe.skipIf(FORMATS_MISSING)('what is sent', () => {
  it('to a WeCom robot is its markdown', () => {
    const { body } = wecomPost({ name: 'x', kind: 'wecom', url: 'https://x' }, [notice], 'zh', BASE)
    expect(membersOf(JSON.parse(String(body)))).toEqual(membersOf(fixture('wecom_robot').payload.markdown))
    expect(Buffer.byteLength(String(body))).toBeLessThan(4096)
    // Twenty a minute and robot, on both.
    expect(60_000 / ROBOT_PACE_MS).toBeLessThan(20)
  })

  it('to a DingTalk robot is its card with links, signed over time and secret', () => {
    const channel = {
      name: 'x',
      kind: 'dingtalk',
      url: 'https://oapi.dingtalk.com/robot/send?access_token=T',
      secret: 'SEC0123456789',
    } as const
    const { url, body } = dingtalkPost(channel, [notice], 'zh', BASE, NOW)
    expect(new Set(membersOf(JSON.parse(String(body))))).toEqual(new Set(membersOf(fixture('dingtalk_robot').payload)))
    const { searchParams } = new URL(url)
    expect([...searchParams.keys()]).toEqual(['access_token', 'timestamp', 'sign'])
    expect(searchParams.get('sign')).toBe(createHmac('sha256', channel.secret).update(`${NOW}\n${channel.secret}`).digest('base64'))
  })

  it('as a webhook has its headers and its data', () => {
    const { headers, body } = webhookPost(
      { name: 'x', kind: 'webhook', url: 'https://x', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      notice,
      NOW,
    )
    const sample = fixture('webhook_signed')
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(Object.keys(sample.transport.headers as object)))
    expect(headers['webhook-timestamp']).toBe(String(NOW / 1000))
    expect(membersOf(JSON.parse(String(body)))).toEqual(expect.arrayContaining(membersOf(sample.payload)))
  })
})
