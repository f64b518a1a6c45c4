import { UrbanError } from '../engine/base/errors.ts'
import type { EpochMs } from '../engine/base/time.ts'

export type Role = 'viewer' | 'operator' | 'admin'

export interface Access {
  /** @returns the password, told once and kept only as a hash. @throws UrbanError input `device_exists` or `device_key` */
  addDevice(key: string): string
  /** @returns whether there was one. */
  removeDevice(key: string): boolean
  listDevices(): { readonly key: string; readonly added: EpochMs }[]
  verifyDevice(key: string, password: string): boolean
  /** @returns the token, told once and kept only as a hash. @throws UrbanError input `token_exists` or `token_name` */
  addToken(name: string, role: Role): string
  removeToken(name: string): boolean
  listTokens(): { readonly name: string; readonly role: Role; readonly added: EpochMs }[]
  verifyToken(token: string): { readonly name: string; readonly role: Role } | null
  /** The first start makes a token for `admin` and writes it to `<directory>/admin-token` (mode 0600). */
  ensureAdminToken(): { readonly created: boolean; readonly file: string }
}

export function createAccess(_directory: string): Access {
  throw new UrbanError('ours', 'unfinished', 'access is being written')
}
