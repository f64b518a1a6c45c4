import type { Imported } from './imported.ts'

/** `phases`: which phase indices controllers may use; null takes every phase that gives some lane green. */
export async function importCityflow(
  _file: string,
  _options: { readonly district: string; readonly phases: readonly number[] | null },
): Promise<Imported> {
  throw new Error('being written')
}
