/** The file of outgoing channels (setting `notices`): group robots of WeCom and DingTalk, and signed webhooks. It holds secrets: mode 0600. */
import { type Static, Type } from 'typebox'
import { type Finding, placed } from '../../config/check-json.ts'
import { createChecker, findingsOf } from '../../config/check-schema.ts'
import { formatProblem } from '../../engine/base/errors.ts'
import { readSecretFile } from '../secret-file.ts'
import { NOTICE_TYPES, type NoticeType } from './notice.ts'

const strict = { additionalProperties: false } as const
const common = {
  name: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$', description: 'a name for the log' }),
  url: Type.String({ pattern: '^https?://[^\\s]+$' }),
  on: Type.Optional(Type.Array(Type.Unsafe<NoticeType>({ type: 'string', enum: [...NOTICE_TYPES] }), { minItems: 1 })),
  districts: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  language: Type.Optional(Type.Union([Type.Literal('zh'), Type.Literal('en')])),
}
const Secret = Type.String({ minLength: 8 })

export const Channel = Type.Union([
  Type.Object({ kind: Type.Literal('wecom'), ...common }, strict),
  Type.Object({ kind: Type.Literal('dingtalk'), secret: Type.Optional(Secret), ...common }, strict),
  Type.Object({ kind: Type.Literal('webhook'), secret: Secret, ...common }, strict),
])
export type Channel = Static<typeof Channel>

const CHECKS = Object.fromEntries(Channel.anyOf.map((one) => [one.properties.kind.const, createChecker(one)] as const))
const kinds = Object.keys(CHECKS)
/** What a problem may never repeat. */
const SECRET_MEMBERS: Readonly<Record<string, string>> = {
  url: 'is not usable, expected an http or https address',
  secret: 'is not usable, expected a text of at least 8 characters',
}

function problemsOf(channel: unknown, i: number): Finding[] {
  const kind = typeof channel === 'object' && channel !== null && 'kind' in channel ? String(channel.kind) : ''
  if (!Object.hasOwn(CHECKS, kind)) {
    return [{ path: [i, 'kind'], code: 'notices.kind', message: `[${i}].kind is not one of ${kinds.join(', ')}` }]
  }
  const mismatches = CHECKS[kind](channel).map((one) => ({ ...one, message: SECRET_MEMBERS[String(one.path.at(-1))] ?? one.message }))
  return findingsOf([i], 'notices.channel', mismatches)
}

const isChannels = (value: unknown): value is Channel[] => Array.isArray(value) && value.every((one, i) => problemsOf(one, i).length === 0)

/** @throws UrbanError input `notices_file`, with each place that is wrong; secrets are never repeated */
export function readChannels(file: string): readonly Channel[] {
  if (file === '') return []
  const { source, fail } = readSecretFile(file, 'notices', 'notices_file')
  if (isChannels(source.value)) return source.value
  const findings = Array.isArray(source.value)
    ? source.value.flatMap(problemsOf)
    : [{ path: [], code: 'notices.list', message: 'the file is no list, expected a list of channels' }]
  throw fail(placed(source, findings).map(formatProblem).join('\n'))
}
