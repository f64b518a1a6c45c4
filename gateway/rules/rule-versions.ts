/** Every rule set that was ever in force, in the data directory: one file a version, never changed, never dropped. */
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { UrbanError } from '../../engine/base/errors.ts'

const RuleText = Type.Object({ name: Type.String(), text: Type.String() })
export type RuleText = Static<typeof RuleText>

const RuleVersion = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  at: Type.Integer(),
  by: Type.String(),
  note: Type.String(),
  /** Where it came from: changed files, the page, or an older version. */
  source: Type.Union([Type.Literal('files'), Type.Literal('publish'), Type.Literal('rollback')]),
  /** The version that a rollback brought back. */
  of: Type.Union([Type.Integer(), Type.Null()]),
  /** Of the texts: two versions with one hash are the same rules. */
  sha: Type.String(),
  /** Idempotency-Key of the request that made it. */
  key: Type.Union([Type.String(), Type.Null()]),
  files: Type.Array(RuleText),
})
export type RuleVersion = Static<typeof RuleVersion>
const versionFile = Compile(RuleVersion)

export function shaOfTexts(files: readonly RuleText[]): string {
  const hash = createHash('sha256')
  for (const { name, text } of files) hash.update(JSON.stringify([name, text]))
  return hash.digest('hex')
}

export interface RuleVersions {
  /** Oldest first. */
  readonly list: readonly RuleVersion[]
  add(given: Omit<RuleVersion, 'version' | 'sha'>): Promise<RuleVersion>
}

const fileName = (version: number): string => `${String(version).padStart(6, '0')}.json`

/** @throws UrbanError ours `rule_version` when a version cannot be read: going on without it would hide what was in force */
export async function openRuleVersions(directory: string): Promise<RuleVersions> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const list: RuleVersion[] = []
  for (const name of (await readdir(directory)).filter((one) => /^\d{6}\.json$/.test(one)).sort()) {
    const path = join(directory, name)
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!versionFile.Check(value)) throw new UrbanError('ours', 'rule_version', `${path} is no version of rules`, { place: { file: path } })
    list.push(value)
  }
  return {
    list,
    async add(given) {
      const version: RuleVersion = { version: (list.at(-1)?.version ?? 0) + 1, sha: shaOfTexts(given.files), ...given }
      const path = join(directory, fileName(version.version))
      const handle = await open(`${path}.new`, 'w', 0o600)
      try {
        await handle.writeFile(`${JSON.stringify(version, null, 1)}\n`)
        await handle.datasync()
      } finally {
        await handle.close()
      }
      await rename(`${path}.new`, path)
      list.push(version)
      return version
    },
  }
}
