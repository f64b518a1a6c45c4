/** Changes of `mappings.yaml` by the program: what people wrote around it, comments and order, stays as it is. */
import { isMap, isSeq, parseDocument } from 'yaml'
import type { Ignored, Mapping } from '../wire/mapping.ts'

export type Change = { readonly add: Mapping } | { readonly remove: string } | { readonly ignore: Ignored } | { readonly heed: string }

const LINE_WIDTH = 140

/** @returns the text with the change in it; null when there is nothing to change */
export function changed(text: string, change: Change): string | null {
  const read = parseDocument(text)
  // Of an empty file the comments stay.
  const document = isMap(read.contents) ? read : parseDocument(`${text}\n{}`)
  if (isMap(document.contents)) document.contents.flow = false
  const list = (name: string) => {
    const found = document.get(name)
    if (isSeq(found)) return found
    const fresh = document.createNode([])
    document.set(name, fresh)
    return fresh
  }
  const drop = (name: string, key: string, value: string): boolean => {
    const sequence = document.get(name)
    if (!isSeq(sequence)) return false
    const at = sequence.items.findIndex((item) => isMap(item) && item.get(key) === value)
    if (at < 0) return false
    sequence.items.splice(at, 1)
    return true
  }
  if ('add' in change) list('mappings').add(document.createNode(change.add))
  else if ('ignore' in change) list('ignored').add(document.createNode(change.ignore))
  else if (!('remove' in change ? drop('mappings', 'id', change.remove) : drop('ignored', 'topic', change.heed))) return null
  return document.toString({ lineWidth: LINE_WIDTH })
}
