/** A command that a person gives by hand. Its fields come from outside the engine and are read with suspicion. */
import type { CommandBody } from '../model/command.ts'

type Fields = Readonly<Record<string, unknown>>

export type ManualBody = { readonly body: CommandBody } | { readonly why: string }

/** The command as meant, or which field is missing or wrong. Whether it may be sent is the guard's affair. */
export function readManual(kind: string, fields: Fields): ManualBody {
  switch (kind) {
    case 'signal.phase':
      return read(fields, ['phase', 'hold_s'], (n) => ({ kind, phase: n.phase, hold_s: n.hold_s }))
    case 'signal.preempt':
      return read(fields, ['phase', 'until'], (n) => ({ kind, phase: n.phase, until: n.until }))
    case 'drain.setting':
      return read(fields, ['setting'], (n) => ({ kind, setting: n.setting }))
    case 'camera.preset': {
      const { preset } = fields
      return typeof preset === 'string' ? { body: { kind, preset } } : { why: 'preset must be a text / preset 必须为文字' }
    }
    case 'signal.plan': {
      const splits = readSplits(fields.splits)
      if (splits === null) return { why: 'splits must be a list of {phase, green_s} / splits 格式不正确' }
      return read(fields, ['cycle_s', 'offset_s'], (n) => ({ kind, cycle_s: n.cycle_s, offset_s: n.offset_s, splits }))
    }
    case 'notice': {
      const { text, text_zh, to } = fields
      if (typeof text !== 'string' || typeof to !== 'string') return { why: 'text and to must be texts / text 与 to 必须为文字' }
      return { body: { kind, text, text_zh: typeof text_zh === 'string' ? text_zh : text, to } }
    }
    case 'crew.task':
    case 'crew.recall':
      return { why: 'crews are sent by incident.dispatch / 派班组请使用事件派单' }
    default:
      return { why: `no command ${kind} / 没有指令 ${kind}` }
  }
}

function read<K extends string>(fields: Fields, names: readonly K[], make: (numbers: Record<K, number>) => CommandBody): ManualBody {
  const numbers: Partial<Record<K, number>> = {}
  for (const name of names) {
    const value = fields[name]
    if (typeof value !== 'number' || !Number.isFinite(value)) return { why: `${name} must be a number / ${name} 必须为数字` }
    numbers[name] = value
  }
  return isComplete(numbers, names) ? { body: make(numbers) } : { why: 'incomplete / 不完整' }
}

function isComplete<K extends string>(numbers: Partial<Record<K, number>>, names: readonly K[]): numbers is Record<K, number> {
  return names.every((name) => numbers[name] !== undefined)
}

function readSplits(value: unknown): { phase: number; green_s: number }[] | null {
  if (!Array.isArray(value)) return null
  const splits: { phase: number; green_s: number }[] = []
  for (const item of value as readonly unknown[]) {
    if (typeof item !== 'object' || item === null || !('phase' in item) || !('green_s' in item)) return null
    const { phase, green_s } = item
    if (typeof phase !== 'number' || typeof green_s !== 'number') return null
    splits.push({ phase, green_s })
  }
  return splits
}
