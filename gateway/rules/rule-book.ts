/**
 * The rules in force and all that were: whoever changed them last counts, the files of the rules directory or a person who published a set. A
 * wrong set is refused whole, with its places and the tests that fail; the old one stays.
 */
import { existsSync, type FSWatcher, watch } from 'node:fs'
import { basename, join } from 'node:path'
import { type ReadRules, type RuleSurroundings, readRuleFiles, readRuleSet, SHIPPED_RULES } from '../../config/rules.ts'
import { canonical } from '../../engine/base/canonical.ts'
import { formatProblem, UrbanError } from '../../engine/base/errors.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { Rule } from '../../engine/model/rule.ts'
import type { Logger, Part } from '../parts.ts'
import { openRuleVersions, type RuleText, type RuleVersion, type RuleVersions, shaOfTexts } from './rule-versions.ts'

export interface RuleBookOptions {
  /** Rule files that people edit. */
  readonly directory: string
  /** Where versions are kept. */
  readonly versions: string
  /** What expressions may name, and the calendar of their tests. */
  readonly around: RuleSurroundings
  /** Rules in the engine's state. */
  readonly inForce: () => readonly Rule[]
  readonly deliver: (rules: readonly Rule[]) => Promise<void>
  /** Whether the rules may change while running; in lockstep a run keeps its rules. */
  readonly reload: boolean
  readonly now: () => EpochMs
  readonly logger: Logger
}

/** What is to be published, on top of which version. */
export interface Publication {
  readonly files: readonly RuleText[]
  /** The newest version that its author has seen. */
  readonly base: number
  readonly by: string
  readonly note: string
  readonly key: string
}

export type Published =
  | { readonly version: RuleVersion; readonly fresh: boolean }
  | { readonly refused: ReadRules }
  | { readonly conflict: 'base' | 'run' }
  | { readonly missing: number }

export interface RuleBook extends Part {
  /** `file:line:column: message` of files that were refused; none when the files and the rules in force agree. */
  readonly problems: readonly string[]
  /** Oldest first; the last is in force. */
  readonly versions: readonly RuleVersion[]
  check(files: readonly RuleText[]): ReadRules
  publish(publication: Publication): Promise<Published>
  /** An older version again, as a new one. */
  rollback(version: number, given: Omit<Publication, 'files'>): Promise<Published>
}

/** Editors write a file in several steps. */
const SETTLE_MS = 300

/** The setting, or the city's own rules, or those that come with the program. */
export function rulesDirectory(setting: string, city_directory: string | null): string {
  if (setting !== '') return setting
  const own = city_directory === null ? null : join(city_directory, 'rules')
  return own !== null && existsSync(own) ? own : SHIPPED_RULES
}

export function createRuleBook(options: RuleBookOptions): RuleBook {
  const { directory, around, inForce, deliver, reload, now, logger } = options
  let problems: readonly string[] = []
  let watcher: FSWatcher | null = null
  let timer: NodeJS.Timeout | null = null
  let kept: RuleVersions | null = null
  let changing: Promise<unknown> = Promise.resolve()

  const versions = (): RuleVersions => {
    if (kept === null) throw new UrbanError('ours', 'not_started', 'rules were asked for before the start')
    return kept
  }
  /** One change after the other, so that a version stands on the one before it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = changing.then(work)
    changing = done.catch(() => undefined)
    return done
  }
  const check = (files: readonly RuleText[]): ReadRules =>
    readRuleSet(
      files.map(({ name, text }) => ({ file: name, text })),
      around,
    )

  async function putInForce(rules: readonly Rule[]): Promise<void> {
    if (canonical(rules) === canonical(inForce())) return
    await deliver(rules)
    logger.info({ rules: rules.length, version: versions().list.at(-1)?.version }, 'rules in force')
  }

  /** Files that nobody has seen in this shape are a new version; else the newest version stands, whoever made it. */
  async function load(): Promise<void> {
    const sources = await readRuleFiles(directory)
    const files = sources.map(({ file, text }) => ({ name: basename(file), text }))
    const newest = versions().list.at(-1)
    const seen = versions().list.findLast(({ source }) => source === 'files')
    if (newest !== undefined && seen?.sha === shaOfTexts(files)) {
      problems = []
      const standing = newest === seen ? readRuleSet(sources, around) : check(newest.files)
      if (standing.problems.length === 0) return putInForce(standing.rules)
      // The city or the program has changed under a published set: its names may be gone.
      return refuse(standing)
    }
    const read = readRuleSet(sources, around)
    if (read.problems.length > 0) return refuse(read)
    problems = []
    await versions().add({ at: now(), by: 'files', note: '', source: 'files', of: null, key: null, files })
    await putInForce(read.rules)
  }

  function refuse(read: ReadRules): void {
    problems = read.problems.map(formatProblem)
    if (inForce().length === 0) throw new UrbanError('input', 'rules', problems.join('\n'))
    for (const problem of problems) logger.error({}, `rules refused, the old ones stay: ${problem}`)
  }

  function changed(): void {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      inTurn(load).catch((error: unknown) => logger.error({ error: String(error) }, 'the rules could not be read again'))
    }, SETTLE_MS)
  }

  async function add(given: Publication, source: 'publish' | 'rollback', of: number | null): Promise<Published> {
    const { by, note, key, base, files } = given
    const before = versions().list.findLast((version) => version.key === key && version.by === by)
    if (before !== undefined) return { version: before, fresh: false }
    if (!reload) return { conflict: 'run' }
    if (base !== (versions().list.at(-1)?.version ?? 0)) return { conflict: 'base' }
    const read = check(files)
    if (read.problems.length > 0) return { refused: read }
    const version = await versions().add({ at: now(), by, note, source, of, key, files: [...files] })
    await putInForce(read.rules)
    return { version, fresh: true }
  }

  return {
    get problems() {
      return problems
    },
    get versions() {
      return versions().list
    },
    check,
    publish: (publication) => inTurn(() => add(publication, 'publish', null)),
    rollback: (number, given) =>
      inTurn(async () => {
        const old = versions().list.find(({ version }) => version === number)
        return old === undefined ? { missing: number } : add({ ...given, files: old.files }, 'rollback', number)
      }),
    async start() {
      kept = await openRuleVersions(options.versions)
      await load()
      if (!reload) return
      watcher = watch(directory, changed)
      watcher.on('error', (error) => logger.warn({ error: error.message }, 'the rules directory cannot be watched any more'))
    },
    async stop() {
      watcher?.close()
      if (timer !== null) clearTimeout(timer)
      await changing
    },
  }
}
