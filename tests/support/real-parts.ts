/**
 * Tests against real neighbours (InfluxDB, Mosquitto, Chromium) run where the program is installed. With URBAN_BRAIN_REAL_PARTS=required,
 * as .ci/run sets it, a missing program fails the test instead of skipping it.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export const REAL_PARTS_REQUIRED = process.env.URBAN_BRAIN_REAL_PARTS === 'required'

function findProgram(names: readonly string[]): string | null {
  const directories = [...(process.env.PATH ?? '').split(delimiter), join(process.env.HOME ?? '', '.local/bin'), '/usr/sbin']
  for (const name of names) {
    for (const directory of directories) {
      try {
        accessSync(join(directory, name), constants.X_OK)
        return join(directory, name)
      } catch {
        // Not in this directory.
      }
    }
  }
  return null
}

export const MOSQUITTO = findProgram(['mosquitto'])
export const INFLUXD = findProgram(['influxd'])
export const CHROMIUM = findProgram(['chromium', 'chromium-browser', 'google-chrome'])

/** For `describe.runIf(available(MOSQUITTO))`: always true where real parts are required, so that the missing part shows as a failure. */
export function available(program: string | null): boolean {
  return program !== null || REAL_PARTS_REQUIRED
}

/** The program's path; fails the test with a plain sentence when it is required and missing. */
export function getProgram(program: string | null, name: string): string {
  if (program === null) throw new Error(`${name} is not installed, and URBAN_BRAIN_REAL_PARTS=required`)
  return program
}
