/** Rules: read, written, tried, published and taken back. */
import { Type } from 'typebox'
import type { ReadRules } from '../../config/rules.ts'
import { DAY_MS } from '../../engine/base/time.ts'
import { ruleSentence } from '../../engine/rules/sentence.ts'
import { rules } from '../../engine/view.ts'
import { dryRunHistory } from '../rules/dry-run-history.ts'
import { reportOf } from '../rules/dry-run-report.ts'
import type { Published } from '../rules/rule-book.ts'
import { editRules } from '../rules/rule-edit.ts'
import type { RuleVersion } from '../rules/rule-versions.ts'
import { diffLines } from '../rules/text-diff.ts'
import { RulesAnswer } from '../wire/api.ts'
import {
  PublishBody,
  RollbackBody,
  RuleCheckAnswer,
  RuleDiffAnswer,
  RuleDiffBody,
  RuleDryRunAnswer,
  RuleDryRunBody,
  RuleEditAnswer,
  RuleEditBody,
  type RuleFileText,
  RuleSetBody,
  RuleVersionAnswer,
  RuleVersionDocument,
  RuleVersionsAnswer,
} from '../wire/rules-api.ts'
import { idempotencyKey } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import { type App, RequestMismatch } from './schema.ts'

const SECURED = [{ bearer: [] }]
/** A set of rules as text is longer than other bodies. */
const BODY_BYTES_MAX = 1_048_576
const RANGE_MS_MAX = 31 * DAY_MS
const ALARMS_SHOWN = 1_000
/** A dry run gives way to the brain after so long. */
const SLICE_MS = 8
/** It gives up, lest a wide range keep the store busy for hours. */
const DRY_RUN_MS_MAX = 10 * 60_000

const VersionParam = Type.Object({ version: Type.Integer({ minimum: 1 }) })

function documentOf({ version, at, by, note, source, of, sha }: RuleVersion): RuleVersionDocument {
  return { version, at, by, note, source, of, sha }
}

function checkAnswer(read: ReadRules): RuleCheckAnswer {
  return {
    problems: read.problems.map(({ place, message }) => ({
      file: place?.file ?? null,
      line: place?.line ?? null,
      column: place?.column ?? null,
      message,
    })),
    rules: read.rules.map((rule) => ({ id: rule.id, title: rule.title, sentence: ruleSentence(rule) })),
    tests: read.tests.flatMap(({ rule, results }) =>
      results.map(({ name, passed, got, expected }) => ({ rule, name, passed, got: [...got], expected: [...expected] })),
    ),
  }
}

/** 422 with every place, as other requests that do not fit. */
function refusal(read: ReadRules): RequestMismatch {
  return new RequestMismatch(
    read.problems.map(({ place, message }) => ({
      where: [place?.file, place?.line, place?.column].filter((x) => x !== undefined).join(':'),
      message,
    })),
  )
}

/** @throws HttpProblem 404 */
function versionOf(parts: HttpParts, number: number): RuleVersion {
  const found = parts.rule_book.versions.find(({ version }) => version === number)
  if (found === undefined) throw new HttpProblem(404, 'rule_version', `no version ${number} of the rules`)
  return found
}

function diffOf(before: readonly RuleFileText[], after: readonly RuleFileText[]): RuleDiffAnswer {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort()
  const textIn = (files: readonly RuleFileText[], name: string): string => files.find((file) => file.name === name)?.text ?? ''
  return {
    files: names.flatMap((name) => {
      const [old, now] = [textIn(before, name), textIn(after, name)]
      return old === now ? [] : [{ name, lines: diffLines(old, now) }]
    }),
  }
}

/** What came of publishing; tells the audit trail of a new version. @throws HttpProblem 404 or 409, RequestMismatch */
async function publishedAs(
  parts: HttpParts,
  published: Published,
  type: 'rules.publish' | 'rules.rollback',
  by: string,
  key: string,
): Promise<RuleVersionDocument> {
  if ('missing' in published) throw new HttpProblem(404, 'rule_version', `no version ${published.missing} of the rules`)
  if ('refused' in published) throw refusal(published.refused)
  if ('conflict' in published) {
    const why = { base: 'somebody has published since: read the newest version first', run: 'a run with an outside clock keeps its rules' }
    throw new HttpProblem(409, `rules_${published.conflict}`, why[published.conflict])
  }
  const { version } = published
  const of = version.of === null ? '' : ` (version ${version.of} again)`
  await parts.order({ type, about: `version ${version.version}${of}: ${version.note}` }, by, key)
  return documentOf(version)
}

export function ruleRoutes(app: App, parts: HttpParts): void {
  readRoutes(app, parts)
  tryRoutes(app, parts)
  publishRoutes(app, parts)
}

function readRoutes(app: App, parts: HttpParts): void {
  const { rule_book } = parts
  app.get(
    '/api/v1/rules',
    {
      schema: { tags: ['decisions'], summary: 'The rules in force, and what is wrong with refused files', response: { 200: RulesAnswer } },
    },
    async () => ({
      version: rule_book.versions.at(-1)?.version ?? null,
      rules: [...rules(parts.state())].map((rule) => ({ ...rule, sentence: ruleSentence(rule) })),
      problems: [...rule_book.problems],
    }),
  )
  app.get(
    '/api/v1/rules/versions',
    { schema: { tags: ['decisions'], summary: 'Every rule set that was in force, newest first', response: { 200: RuleVersionsAnswer } } },
    async () => ({ versions: rule_book.versions.map(documentOf).reverse(), problems: [...rule_book.problems] }),
  )
  app.get(
    '/api/v1/rules/versions/:version',
    {
      schema: { tags: ['decisions'], summary: 'One version with its texts', params: VersionParam, response: { 200: RuleVersionAnswer } },
    },
    async ({ params }) => {
      const version = versionOf(parts, params.version)
      return { ...documentOf(version), files: [...version.files] }
    },
  )
  app.get(
    '/api/v1/rules/versions/:version/diff',
    {
      schema: {
        tags: ['decisions'],
        summary: 'What changed from another version, the one before unless given, to this one',
        params: VersionParam,
        querystring: Type.Object({ from: Type.Optional(Type.Integer({ minimum: 1 })) }),
        response: { 200: RuleDiffAnswer },
      },
    },
    async ({ params, query }) => {
      const after = versionOf(parts, params.version)
      const before = query.from === undefined && after.version === 1 ? [] : versionOf(parts, query.from ?? after.version - 1).files
      return diffOf(before, after.files)
    },
  )
}

function tryRoutes(app: App, parts: HttpParts): void {
  const config = { role: 'operator' } as const
  let running = false
  app.post(
    '/api/v1/rules/check',
    {
      config,
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['decisions'],
        summary: 'Check a set of rule files and run their tests; nothing is changed',
        body: RuleSetBody,
        response: { 200: RuleCheckAnswer },
        security: SECURED,
      },
    },
    async ({ body }) => checkAnswer(parts.rule_book.check(body.files)),
  )
  app.post(
    '/api/v1/rules/edit',
    {
      config,
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['decisions'],
        summary: 'Put a rule into the text of a set, or take one out; comments and layout stay, nothing is changed in force',
        body: RuleEditBody,
        response: { 200: RuleEditAnswer },
        security: SECURED,
      },
    },
    async ({ body }) => {
      const edited = editRules(body.files, body.edit)
      if ('refused' in edited) throw new HttpProblem(409, 'rule_edit', edited.refused)
      return { files: [...edited.files], file: edited.file }
    },
  )
  app.post(
    '/api/v1/rules/diff',
    {
      config,
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['decisions'],
        summary: 'What a set of rule files would change against a version',
        body: RuleDiffBody,
        response: { 200: RuleDiffAnswer },
        security: SECURED,
      },
    },
    async ({ body }) => diffOf(versionOf(parts, body.with).files, body.files),
  )
  app.post(
    '/api/v1/rules/dry-run',
    {
      config,
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['decisions'],
        summary: 'What a set of rules would have done over a past range of the stored history; nothing is changed',
        body: RuleDryRunBody,
        response: { 200: RuleDryRunAnswer },
        security: SECURED,
      },
    },
    async ({ body }) => {
      const { from, to, step_s = 1, labels = null } = body
      if (to <= from || to - from > RANGE_MS_MAX)
        throw new HttpProblem(400, 'range', 'expected from before to, and at most 31 days between')
      const read = parts.rule_book.check(body.files)
      if (read.problems.length > 0) throw refusal(read)
      if (running) throw new HttpProblem(409, 'dry_run_busy', 'another dry run is under way: try again when it is done')
      running = true
      const deadline = performance.now() + DRY_RUN_MS_MAX
      const stopped = (): boolean => performance.now() > deadline
      try {
        const { context } = parts.state()
        const range = { from: from - DAY_MS, to, step_s, slice_ms: SLICE_MS, stopped }
        const facts = await dryRunHistory({ store: parts.history, context, rules: read.rules, ...range })
        if (stopped()) throw new HttpProblem(503, 'dry_run_long', 'the dry run took too long: try a shorter range')
        const { alarms, parts: curve, rules: counts, ...report } = reportOf(facts, read.rules, context, { from, to }, labels)
        return { ...report, parts: [...curve], rules: [...counts], count: alarms.length, alarms: alarms.slice(0, ALARMS_SHOWN) }
      } finally {
        running = false
      }
    },
  )
}

function publishRoutes(app: App, parts: HttpParts): void {
  const config = { role: 'admin' } as const
  app.post(
    '/api/v1/rules/versions',
    {
      config,
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['decisions'],
        summary: 'Publish a set of rules: checked, its tests run, then in force',
        body: PublishBody,
        response: { 200: RuleVersionDocument },
        security: SECURED,
      },
    },
    async (request) => {
      const { files, note, base } = request.body
      const { name: by } = request.caller
      const key = idempotencyKey(request)
      return publishedAs(parts, await parts.rule_book.publish({ files, note, base, by, key }), 'rules.publish', by, key)
    },
  )
  app.post(
    '/api/v1/rules/versions/:version/rollback',
    {
      config,
      schema: {
        tags: ['decisions'],
        summary: 'Put an older version in force again, as a new one',
        params: VersionParam,
        body: RollbackBody,
        response: { 200: RuleVersionDocument },
        security: SECURED,
      },
    },
    async (request) => {
      const { note, base } = request.body
      const { name: by } = request.caller
      const key = idempotencyKey(request)
      return publishedAs(parts, await parts.rule_book.rollback(request.params.version, { note, base, by, key }), 'rules.rollback', by, key)
    },
  )
}
