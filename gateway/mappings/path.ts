/** Places in a message: `d.sensors[0].value`, `d['odd.name']`, `list[name=level].value`; and templates that put a text together from them: `acme:{d.id}`, `{topic.2}`. */

type Step = string | number | { readonly name: string; readonly value: string }
export type Path = readonly Step[]

const STEP = /\.?([^.[\]'"=]+)|\[(\d{1,6})\]|\['([^']*)'\]|\[([^\]=]{1,64})=([^\]]{1,64})\]/y
const STEPS_MAX = 16

/** Null when the text is no path. The empty text is the message itself. */
export function parsePath(text: string): Path | null {
  const steps: Step[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text)
    if (match === null || steps.length >= STEPS_MAX) return null
    const [, plain, index, quoted, name, value] = match
    if (index !== undefined) steps.push(Number(index))
    else if (name !== undefined) steps.push({ name, value })
    else steps.push(quoted ?? plain)
  }
  return steps
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

function take(value: unknown, step: Step): unknown {
  if (typeof step === 'string') return own(value, step)
  if (!Array.isArray(value)) return undefined
  return typeof step === 'number' ? value[step] : value.find((item) => String(own(item, step.name)) === step.value)
}

export const valueAt = (message: unknown, path: Path): unknown => path.reduce(take, message)

/** A member by name as a step of a path's text. */
export const stepText = (name: string): string => (/^[^.[\]'"=\s]+$/.test(name) ? `.${name}` : `['${name.replaceAll("'", '')}']`)

/** Text and places by turns: texts at even positions. */
export type Template = readonly (string | Path)[]

export interface Placed {
  /** Levels of the topic, from 1. */
  readonly topic: readonly string[]
  readonly message: unknown
}

/** Null when it is none. */
export function parseTemplate(text: string): Template | null {
  const parts = text.split(/\{([^{}]*)\}/)
  const template = parts.map((part, i) => (i % 2 === 0 ? part : parsePath(part)))
  const whole = template.filter((part) => part !== null)
  return whole.length < parts.length || parts.some((part, i) => i % 2 === 0 && /[{}]/.test(part)) ? null : whole
}

/** Null when a place is empty or holds no text or number. */
export function fill(template: Template, { topic, message }: Placed): string | null {
  const texts = template.map((part) => {
    if (typeof part === 'string') return part
    const [first, level] = part
    const value = first === 'topic' && part.length === 2 ? topic[Number(level) - 1] : valueAt(message, part)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  })
  return texts.includes(null) ? null : texts.join('')
}
