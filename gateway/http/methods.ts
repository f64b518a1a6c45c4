/** Which methods a path answers to, so that a wrong method is 405 with `Allow` (RFC 9110, 15.5.6) and not 404. */
export type RouteList = { readonly methods: readonly string[]; readonly url: string }[]

const matches = (pattern: string, path: string): boolean => {
  const wanted = pattern.split('/')
  const given = path.replace(/(.)\/$/, '$1').split('/')
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i])
}

export function allowedMethods(routes: RouteList, path: string): string[] {
  return [...new Set(routes.filter(({ url }) => matches(url, path)).flatMap(({ methods }) => methods))].sort()
}
