/** A moment in a query: ISO 8601 or epoch milliseconds. */
import { Type } from 'typebox'
import { HttpProblem } from './problem.ts'

export const Moment = Type.String({ maxLength: 40, description: 'Epoch milliseconds or ISO 8601' })

export function momentOf(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(value)) throw new HttpProblem(400, 'validation', `${name} is neither epoch milliseconds nor ISO 8601: ${text}`)
  return value
}
