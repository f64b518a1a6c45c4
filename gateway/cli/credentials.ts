/** Devices' passwords and people's tokens. A running gateway sees a change at once. */
import { UrbanError } from '../../engine/base/errors.ts'
import { type Access, createAccess, ROLES, type Role } from '../access.ts'
import { type Arguments, type Command, say, usageError } from './command.ts'
import { getSettings, settingOptions } from './settings.ts'

const options = settingOptions('data')
const accessOf = (args: Arguments): Access => createAccess(getSettings(args).settings.data)
const day = (ts: number): string => new Date(ts).toISOString().slice(0, 16).replace('T', ' ')

function roleOf(text: string): Role {
  const role = ROLES.find((one) => one === text)
  if (role === undefined) throw usageError(`--role is ${ROLES.join(', ')}, not ${text}`)
  return role
}

function removed(was: boolean, what: string): number {
  if (!was) throw new UrbanError('input', 'unknown', `no ${what}`)
  say(`removed ${what}`)
  return 0
}

export const deviceAdd: Command = {
  positionals: ['<district>/<domain>/<device>|bridge/<name>'],
  options: {
    topic: { type: 'string', multiple: true, value: 'START', help: 'a bridge only: what its topics may begin with; may be given again' },
    ...options,
  },
  async run(args) {
    const [key] = args.positionals
    const password = accessOf(args).addDevice(key, args.list('topic'))
    say(`username ${key}`)
    say(`password ${password}`)
    return 0
  },
}

export const deviceRemove: Command = {
  positionals: ['<district>/<domain>/<device>'],
  options,
  run: async (args) => removed(accessOf(args).removeDevice(args.positionals[0]), `device ${args.positionals[0]}`),
}

export const deviceList: Command = {
  positionals: [],
  options,
  async run(args) {
    for (const { key, added, topics } of accessOf(args).listDevices()) say([day(added), key, ...topics].join('  '))
    return 0
  },
}

export const tokenAdd: Command = {
  positionals: ['<name>'],
  options: { role: { type: 'string', value: ROLES.join('|'), help: 'what its bearer may do (viewer)' }, ...options },
  async run(args) {
    const token = accessOf(args).addToken(args.positionals[0], roleOf(args.text('role') ?? 'viewer'))
    say(`token ${token}`)
    return 0
  },
}

export const tokenRemove: Command = {
  positionals: ['<name>'],
  options,
  run: async (args) => removed(accessOf(args).removeToken(args.positionals[0]), `token ${args.positionals[0]}`),
}

export const tokenList: Command = {
  positionals: [],
  options,
  async run(args) {
    for (const { name, role, added } of accessOf(args).listTokens()) say(`${day(added)}  ${role.padEnd(8)}  ${name}`)
    return 0
  },
}
