/** What the desk of mappings asks of the server, and how a suggestion is edited. */
import type { GroupsAnswer, MappingDraft, MappingsAnswer, TrialAnswer } from '../../gateway/wire/mapping.ts'
import { askJson } from './api.ts'

export interface DeskDocuments {
  readonly groups: GroupsAnswer['groups']
  readonly file: MappingsAnswer
}

export async function readDesk(base: URL, token: string): Promise<DeskDocuments> {
  const [groups, file] = await Promise.all([
    askJson<GroupsAnswer>(base, 'api/v1/quarantine/groups', token),
    askJson<MappingsAnswer>(base, 'api/v1/mappings', token),
  ])
  return { groups: groups.groups, file }
}

export const tryMapping = (base: URL, token: string, group: string, mapping: MappingDraft): Promise<TrialAnswer> =>
  askJson<TrialAnswer>(base, 'api/v1/mappings/try', token, 'POST', { group, mapping })

export const acceptMapping = (base: URL, token: string, group: string, mapping: MappingDraft): Promise<unknown> =>
  askJson(base, 'api/v1/mappings', token, 'POST', { group, mapping })

export const withdrawMapping = (base: URL, token: string, id: string): Promise<unknown> =>
  askJson(base, `api/v1/mappings/${encodeURIComponent(id)}`, token, 'DELETE')

export const ignoreGroup = (base: URL, token: string, group: string, note: string): Promise<unknown> =>
  askJson(base, `api/v1/quarantine/${group}/ignore`, token, 'POST', { note })

export const heedTopic = (base: URL, token: string, topic: string): Promise<unknown> =>
  askJson(base, 'api/v1/quarantine/heed', token, 'POST', { topic })

type Row = NonNullable<MappingDraft['metrics']>[number]

/** What stands in the fields of the form: texts, all of them. */
export interface Fields {
  readonly id: string
  readonly topic: string
  readonly entity: string
  readonly time: string
  readonly form: '' | NonNullable<NonNullable<MappingDraft['time']>['form']>
  readonly rows: readonly { readonly path: string; readonly metric: string; readonly unit: string }[]
  readonly way: 'table' | 'expression'
  readonly jsonata: string
}

export const EMPTY_ROW = { path: '', metric: '', unit: '' } as const

/** @param topic of the group, where nothing could be guessed */
export function fieldsOf(mapping: MappingDraft | null, topic: string): Fields {
  return {
    id: mapping?.id ?? '',
    topic: mapping?.topic ?? topic,
    entity: mapping?.entity ?? '',
    time: mapping?.time?.path ?? '',
    form: mapping?.time?.form ?? '',
    rows: mapping?.metrics?.map(({ path, metric, unit = '' }) => ({ path, metric, unit })) ?? [EMPTY_ROW],
    way: mapping?.jsonata === undefined ? 'table' : 'expression',
    jsonata: mapping?.jsonata ?? '',
  }
}

/** Fields that are empty are left out; what is wrong with the others the server says. */
export function draftOf({ id, topic, entity, time, form, rows, way, jsonata }: Fields): MappingDraft {
  if (way === 'expression') return { id, topic, jsonata }
  const metrics = rows.filter(({ metric }) => metric !== '').map(({ unit, ...row }): Row => (unit === '' ? row : { ...row, unit }))
  return {
    id,
    topic,
    ...(entity === '' ? {} : { entity }),
    ...(time === '' ? {} : { time: { path: time, ...(form === '' ? {} : { form }) } }),
    ...(metrics.length === 0 ? {} : { metrics }),
  }
}
