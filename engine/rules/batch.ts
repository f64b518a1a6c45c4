/** Fills the columns of each program with the devices that are looked at and runs it once for all of them. */
import type { Moment } from './bind.ts'
import type { BoundDevice, Program } from './compile.ts'

/** Codes of the conditions of each device (fuse.ts), two a rule. */
export function runPrograms(devices: readonly BoundDevice[], moment: Moment): ReadonlyMap<BoundDevice, Uint8Array> {
  const batches = new Map<Program, BoundDevice[]>()
  for (const device of devices) {
    const batch = batches.get(device.program)
    if (batch === undefined) batches.set(device.program, [device])
    else batch.push(device)
  }
  const codes = new Map<BoundDevice, Uint8Array>()
  for (const [program, batch] of batches) {
    const columns = program.columns.map((_, c) => {
      const column = new Float64Array(batch.length)
      for (let i = 0; i < batch.length; i++) column[i] = batch[i].readers[c](moment)
      return column
    })
    const width = 2 * program.rules.length
    const out = new Uint8Array(width * batch.length)
    program.run(columns, batch.length, out)
    for (let i = 0; i < batch.length; i++) codes.set(batch[i], out.subarray(i * width, (i + 1) * width))
  }
  return codes
}
