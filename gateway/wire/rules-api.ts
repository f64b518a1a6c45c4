/** Rules over HTTP: reading, trying, publishing and taking back. */
import { type Static, Type } from 'typebox'
import { Nullable, SeverityName, Text, Time } from './api.ts'

/** All files of a set together. */
const FILES_MAX = 50
const TEXT_MAX = 200_000

export const RuleFileText = Type.Object({
  name: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}\\.ya?ml$', description: 'flood.yaml' }),
  text: Type.String({ maxLength: TEXT_MAX }),
})
export type RuleFileText = Static<typeof RuleFileText>
const Files = Type.Array(RuleFileText, { minItems: 1, maxItems: FILES_MAX })

export const RuleSetBody = Type.Object({ files: Files })

const Sentence = Type.Object({ zh: Type.String({ minLength: 1, maxLength: 200 }), en: Type.String({ minLength: 1, maxLength: 200 }) })
const Term = Type.String({ minLength: 1, maxLength: 1000 })
/** A rule as a person fills it in. What is wrong with it is told when the set is checked. */
export const RuleDraft = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }),
    title: Sentence,
    why: Type.String({ maxLength: 500, description: 'Becomes the comment above it' }),
    domain: Term,
    kind: Nullable(Term),
    when: Term,
    for: Nullable(Term),
    clear: Nullable(Term),
    clear_for: Nullable(Term),
    severity: SeverityName,
    class: Term,
    deadline: Term,
    skill: Nullable(Type.String({ minLength: 1, maxLength: 64, description: 'Of the crew that is sent; nobody is sent without one' })),
    service: Nullable(Term),
  },
  { additionalProperties: false },
)
export type RuleDraft = Static<typeof RuleDraft>

export const RuleEditBody = Type.Object({
  files: Files,
  edit: Type.Union([
    Type.Object({ add: RuleDraft, file: RuleFileText.properties.name }, { additionalProperties: false }),
    Type.Object({ remove: Type.String({ description: 'Id of the rule' }) }, { additionalProperties: false }),
  ]),
})
export type RuleEdit = Static<typeof RuleEditBody>['edit']
export const RuleEditAnswer = Type.Object({
  files: Type.Array(RuleFileText),
  file: Type.String({ description: 'The one that changed' }),
})
export type RuleEditAnswer = Static<typeof RuleEditAnswer>

const Note = Type.String({ minLength: 1, maxLength: 500, description: 'Why' })
const Base = Type.Integer({ minimum: 0, description: 'The newest version that its author has seen: another one since then is a conflict' })
export const PublishBody = Type.Object({ files: Files, note: Note, base: Base })
export const RollbackBody = Type.Object({ note: Note, base: Base })

const Change = Type.Object({
  at_s: Type.Number(),
  is: Type.String({ description: 'raised, cleared, escalated, eased, held or passed' }),
  device: Nullable(Type.String()),
  severity: Nullable(SeverityName),
})

export const RuleCheckAnswer = Type.Object({
  problems: Type.Array(
    Type.Object({
      file: Nullable(Type.String()),
      line: Nullable(Type.Integer()),
      column: Nullable(Type.Integer()),
      message: Type.String(),
    }),
  ),
  rules: Type.Array(Type.Object({ id: Type.String(), title: Text, sentence: Nullable(Text) }), { description: 'Those without a mistake' }),
  tests: Type.Array(
    Type.Object({
      rule: Type.String(),
      name: Type.String(),
      passed: Type.Boolean(),
      got: Type.Array(Change),
      expected: Type.Array(Change),
    }),
  ),
})
export type RuleCheckAnswer = Static<typeof RuleCheckAnswer>

export const RuleVersionDocument = Type.Object({
  version: Type.Integer(),
  at: Time,
  by: Type.String(),
  note: Type.String(),
  source: Type.Union([Type.Literal('files'), Type.Literal('publish'), Type.Literal('rollback')]),
  of: Nullable(Type.Integer({ description: 'The version that a rollback brought back' })),
  sha: Type.String(),
})
export type RuleVersionDocument = Static<typeof RuleVersionDocument>

export const RuleVersionsAnswer = Type.Object({
  versions: Type.Array(RuleVersionDocument, { description: 'Newest first; the first is in force' }),
  problems: Type.Array(Type.String({ description: 'Files of the rules directory that were refused' })),
})
export type RuleVersionsAnswer = Static<typeof RuleVersionsAnswer>

export const RuleVersionAnswer = Type.Object({ ...RuleVersionDocument.properties, files: Type.Array(RuleFileText) })
export type RuleVersionAnswer = Static<typeof RuleVersionAnswer>

export const RuleDiffBody = Type.Object({ files: Files, with: Type.Integer({ minimum: 1, description: 'Version to compare with' }) })
export const RuleDiffAnswer = Type.Object({
  files: Type.Array(
    Type.Object({
      name: Type.String(),
      lines: Type.Array(
        Type.Object({ kind: Type.Union([Type.Literal('same'), Type.Literal('removed'), Type.Literal('added')]), text: Type.String() }),
      ),
    }),
    { description: 'Files that differ' },
  ),
})
export type RuleDiffAnswer = Static<typeof RuleDiffAnswer>

export const RuleDryRunBody = Type.Object({
  files: Files,
  from: Time,
  to: Time,
  step_s: Type.Optional(
    Type.Number({ minimum: 1, maximum: 3_600, description: 'Readings are taken in at the end of their step; 1 unless given' }),
  ),
  labels: Type.Optional(
    Type.Array(
      Type.Object(
        { from: Time, to: Time, where: Nullable(Type.String()), class: Nullable(Type.String()) },
        { description: 'What really happened' },
      ),
    ),
  ),
})

const Alarm = Type.Object({
  rule: Type.String(),
  device: Type.String(),
  raised: Time,
  cleared: Nullable(Time),
  severity: SeverityName,
  right: Nullable(Type.Boolean()),
})
export const RuleDryRunAnswer = Type.Object({
  from: Time,
  to: Time,
  alarms: Type.Array(Alarm, { description: 'The first thousand' }),
  count: Type.Integer(),
  per_hour: Type.Number(),
  parts: Type.Array(Type.Integer(), { description: 'Alarms in each part of the range' }),
  part_h: Type.Number(),
  rules: Type.Array(
    Type.Object({ rule: Type.String(), alarms: Type.Integer(), devices: Type.Integer(), precision: Nullable(Type.Number()) }),
  ),
  suppressed: Type.Integer(),
  precision: Nullable(Type.Number()),
  recall: Nullable(Type.Number()),
  incidents: Type.Integer(),
  crew_min: Type.Number({ description: 'Time on site that the rules ask for; ways are not counted' }),
})
export type RuleDryRunAnswer = Static<typeof RuleDryRunAnswer>
