import { EXIT_CODE } from '../../engine/base/errors.ts'
import { dataPaths } from '../data-directory.ts'
import { verifyJournal } from '../journal-file.ts'
import { readSnapshot } from '../snapshot.ts'
import { type Command, say } from './command.ts'
import { getSettings, settingOptions } from './settings.ts'

export const auditVerify: Command = {
  positionals: [],
  options: settingOptions('data'),
  async run(args) {
    const paths = dataPaths(getSettings(args).settings.data)
    const snapshot = await readSnapshot(paths.snapshot).catch(() => null)
    const { head, broken } = await verifyJournal(paths.journal, snapshot?.journal ?? null)
    if (broken !== null) {
      process.stderr.write(`urban-brain: the journal was changed: ${broken.file}:${broken.line}: ${broken.why}\n`)
      return EXIT_CODE.input
    }
    say(`${head.seq} lines hold`)
    say(`sha256 ${head.sha}`)
    return 0
  },
}
