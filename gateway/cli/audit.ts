import { EXIT_CODE } from '../../engine/base/errors.ts'
import { dataPaths } from '../data-directory.ts'
import { verifyJournal } from '../journal-read.ts'
import { readSnapshot } from '../snapshot.ts'
import { type Command, say } from './command.ts'
import { getSettings, settingOptions } from './settings.ts'

export const auditVerify: Command = {
  positionals: [],
  options: settingOptions('data'),
  async run(args) {
    const paths = dataPaths(getSettings(args).settings.data)
    const snapshot = await readSnapshot(paths.snapshot).catch(() => null)
    const { anchor, head, broken } = await verifyJournal(paths.journal, snapshot?.journal ?? null)
    if (broken !== null) {
      process.stderr.write(`urban-brain: the journal was changed: ${broken.file}:${broken.line}: ${broken.why}\n`)
      return EXIT_CODE.input
    }
    say(`${head.seq - anchor.seq} lines hold`)
    if (anchor.seq > 0) {
      say(`they begin with line ${anchor.seq + 1}: older files were dropped; what it follows is taken as given:`)
      say(`anchor ${anchor.sha}`)
    }
    say(`sha256 ${head.sha}`)
    return 0
  },
}
