/** Why a payload does not fit its schema, in words for the person who writes the device: the field, and what was expected of it. */
import type { TLocalizedValidationError } from 'typebox/error'

/** @param errors of one value, at least one */
export function reasonOf(errors: readonly TLocalizedValidationError[]): string {
  // A union tells why each of its members failed. The place that lies deepest is where the value went wrong.
  const place = errors.reduce((deepest, { instancePath }) => (instancePath.length > deepest.length ? instancePath : deepest), '')
  const here = errors.filter(({ instancePath }) => instancePath === place)
  const constants = here.flatMap((error) => (error.keyword === 'const' ? [String(error.params.allowedValue)] : []))
  const field = place === '' ? 'payload' : place.slice(1).replaceAll('/', '.')
  if (constants.length > 0) return `${field}: expected ${listOf(constants)}`
  return `${field}: ${listOf([...new Set(here.flatMap(expectation))])}`
}

const listOf = (options: readonly string[]): string => options.join(' or ')

function expectation(error: TLocalizedValidationError): string[] {
  switch (error.keyword) {
    case 'anyOf':
      return []
    case 'required':
      return [`must have ${error.params.requiredProperties.join(' and ')}`]
    // Where only certain names are allowed, any other has the schema `false`.
    case 'boolean':
      return ['is no name that is allowed here']
    case 'pattern':
      return [`must match ${String(error.params.pattern)}`]
    default:
      return [error.message]
  }
}
