/** Mappings in force, and the desk where unknown messages become mappings: suggestion, trial, acceptance with the sample as test, or a note that nobody wants them. */
import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { formatProblem, UrbanError } from '../../engine/base/errors.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import { createKeptFile } from '../kept-file.ts'
import type { Refused } from '../mqtt/quarantine.ts'
import type { Logger, Part } from '../parts.ts'
import type { Ignored, Mapping, MappingDraft, MappingTest, QuarantineGroup, TrialAnswer } from '../wire/mapping.ts'
import { writeWhole } from '../write-whole.ts'
import type { CompiledMapping } from './compile.ts'
import { checkMappings, type LoadedMappings, loadMappings, NO_MAPPINGS } from './load.ts'
import { createShapes, type Shape } from './shapes.ts'
import { suggest } from './suggest.ts'
import { filterFault, matches } from './topic-filter.ts'
import { tryMapping } from './try.ts'
import { type Change, changed } from './write.ts'

export interface MappingDesk extends Part {
  /** In force. */
  readonly mappings: readonly CompiledMapping[]
  /** As they are written in the file. */
  readonly written: readonly Mapping[]
  readonly ignored: readonly Ignored[]
  /** `file:line:column: message` of what was refused. */
  readonly problems: readonly string[]
  note(refused: Refused): void
  groups(): readonly QuarantineGroup[]
  find(id: string): QuarantineGroup | null
  /** @throws UrbanError input `mapping_refused` when it gives nothing of the sample, or its id stands already */
  accept(group: QuarantineGroup, draft: MappingDraft): Promise<void>
  attempt(group: QuarantineGroup, draft: MappingDraft): Promise<TrialAnswer>
  /** @returns false when there is none of that id */
  withdraw(id: string): Promise<boolean>
  ignore(group: QuarantineGroup, note: string): Promise<void>
  /** @returns false when it was not ignored */
  heed(topic: string): Promise<boolean>
  /** Reads the file again now; false where something in it is refused, or a run keeps what it began with. */
  reload(): Promise<boolean>
}

export interface DeskOptions {
  readonly file: string
  /** Where the groups of refused messages are kept over a restart. */
  readonly groups_file: string
  readonly context: () => DialectContext
  /** Whether a changed file takes effect while running; in lockstep a run keeps its mappings. */
  readonly reload: boolean
  /** What may be kept of a payload that no dialect has masked. */
  readonly redact: (text: string) => string
  readonly logger: Logger
}

/** A process that is killed forgets no more of the groups. */
const KEPT_EVERY_MS = 10_000
/** Editors write a file in several steps. */
const SETTLE_MS = 300
/** Roots of the contract: what is wrong there is the device's to mend. */
const OURS = /^(city|world)\//
const MAPPABLE: ReadonlySet<Shape['kind']> = new Set(['dialect', 'schema', 'topic'])

/** What a test may insist on: not the time of arrival, which is another each time. */
function expectedOf({ kind, entity, ts, clock, metrics }: TrialAnswer['forms'][number]): Record<string, unknown> {
  return { kind, entity, ...(clock === 'device' ? { ts } : {}), metrics }
}

const refused = (message: string): UrbanError => new UrbanError('input', 'mapping_refused', message)

export function createMappingDesk({ file, groups_file, context, reload, redact, logger }: DeskOptions): MappingDesk {
  const shapes = createShapes(redact)
  const kept = createKeptFile({ file: groups_file, every_ms: KEPT_EVERY_MS, take: shapes.save, restore: shapes.restore, logger })
  let loaded: LoadedMappings = NO_MAPPINGS
  /** What the file held when it was read last. */
  let known = ''
  let watcher: FSWatcher | null = null
  let timer: NodeJS.Timeout | null = null
  /** Changes one after the other. */
  let last: Promise<unknown> = Promise.resolve()

  async function load(): Promise<void> {
    const text = await readFile(file, 'utf8').catch(() => '')
    const fresh = await loadMappings(file, context())
    for (const problem of fresh.problems) logger.error({}, `mapping refused: ${formatProblem(problem)}`)
    known = text
    // What cannot be read at all leaves in force what is.
    loaded = fresh.readable ? fresh : { ...loaded, problems: fresh.problems }
    if (fresh.readable) logger.info({ mappings: fresh.mappings.length, file }, 'mappings in force')
  }

  function touched(_event: string, name: string | null): void {
    if (name !== null && name !== basename(file)) return
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      readFile(file, 'utf8')
        .catch(() => '')
        .then((text) => (text === known ? undefined : load()))
        .catch((error: unknown) => logger.error({ error: String(error) }, 'the mappings could not be read again'))
    }, SETTLE_MS)
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }

  /** Checked before it is written: a file that could not be read again would cost all others. */
  function change(what: Change): Promise<boolean> {
    return inTurn(async () => {
      const before = await readFile(file, 'utf8').catch(() => '')
      if (!(await checkMappings(file, before, context())).readable) throw refused(`${file} cannot be read as it is; mend it first`)
      const after = changed(before, what)
      if (after === null) return false
      const checked = await checkMappings(file, after, context())
      const own = 'add' in what ? checked.mappings.some(({ id }) => id === what.add.id) : checked.readable
      if (!own) throw refused(checked.problems.map(formatProblem).join('\n'))
      await writeWhole(file, after)
      known = after
      loaded = checked
      return true
    })
  }

  const groupOf = (shape: Shape): QuarantineGroup => {
    const { topic, kind, sample } = shape
    const mappable = MAPPABLE.has(kind) && !OURS.test(topic) && filterFault(topic) === null && !topic.includes(' ')
    return {
      ...shape,
      suggestion: mappable ? suggest(sample.topic, sample.payload, sample.at) : null,
      ignored: loaded.ignored.find((one) => matches(one.topic.split('/'), topic.split('/')))?.note ?? null,
    }
  }

  const attempt = ({ sample }: QuarantineGroup, draft: MappingDraft): Promise<TrialAnswer> =>
    tryMapping(draft, sample.topic, sample.payload, sample.at, context())

  async function accept(group: QuarantineGroup, draft: MappingDraft): Promise<void> {
    if (loaded.written.some(({ id }) => id === draft.id)) throw refused(`a mapping ${draft.id} stands already`)
    const { forms, faults } = await attempt(group, draft)
    if (forms.length === 0 || faults.length > 0) throw refused(faults.join('; ') || 'it gives nothing of the sample')
    const test: MappingTest = { topic: group.sample.topic, payload: group.sample.payload, expect: forms.map(expectedOf) }
    await change({ add: { ...draft, tests: [test] } })
    const filter = draft.topic.split('/')
    shapes.forget(({ sample }) => matches(filter, sample.topic.split('/')))
    kept.touch()
  }

  return {
    get mappings() {
      return loaded.mappings
    },
    get written() {
      return loaded.written
    },
    get ignored() {
      return loaded.ignored
    },
    get problems() {
      return loaded.problems.map(formatProblem)
    },
    note(one) {
      shapes.note(one)
      kept.touch()
    },
    groups: () => shapes.list().map(groupOf),
    find(id) {
      const shape = shapes.find(id)
      return shape === null ? null : groupOf(shape)
    },
    accept,
    attempt,
    withdraw: (id) => change({ remove: id }),
    async ignore({ topic }, note) {
      await change({ ignore: { topic, note } })
    },
    heed: (topic) => change({ heed: topic }),
    async reload() {
      if (!reload) return false
      await inTurn(load)
      return loaded.problems.length === 0
    },
    async start() {
      await kept.start()
      await load()
      if (!reload) return
      watcher = watch(dirname(file), touched)
      watcher.on('error', (error) => logger.warn({ error: error.message }, 'the mappings cannot be watched any more'))
    },
    async stop() {
      watcher?.close()
      if (timer !== null) clearTimeout(timer)
      await last
      await kept.stop()
    },
  }
}
