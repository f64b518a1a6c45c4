import type { Imported } from './imported.ts'

export async function importOsm(_file: string, _options: { readonly district: string }): Promise<Imported> {
  throw new Error('being written')
}
