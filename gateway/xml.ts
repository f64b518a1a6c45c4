/** A short XML text as a tree. No DTD, no entities but the five of XML, no depth without bound: what comes from outside shall not make us work. */
import sax from 'sax'

export interface XmlElement {
  readonly name: string
  readonly line: number
  text: string
  readonly children: XmlElement[]
}

export type XmlAnswer =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly line: number; readonly why: string }

const DEPTH_MAX = 12
const ELEMENTS_MAX = 5_000

/**
 * Elements of other namespaces, as a signature, are left out with all they hold; a root of another one is refused.
 * @param namespace null: elements are known by their local names alone
 */
export function readElements(text: string, namespace: string | null): XmlAnswer {
  const parser = sax.parser(true, { xmlns: true })
  const open: XmlElement[] = []
  let root: XmlElement | null = null
  let skipped = 0
  let count = 0
  let why: string | null = null
  let line = 0
  const refuse = (reason: string): void => {
    if (why !== null) return
    why = reason
    line = parser.line + 1
  }
  parser.onerror = (error) => {
    refuse(error.message.split('\n')[0])
  }
  parser.ondoctype = () => refuse('a DOCTYPE is not taken')
  parser.onprocessinginstruction = ({ name, body }) => {
    const encoding = name === 'xml' ? /encoding\s*=\s*["']([^"']*)["']/.exec(body)?.[1] : undefined
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) refuse(`encoding ${encoding}: expected UTF-8`)
  }
  parser.onopentag = (tag) => {
    const { uri, local } = 'uri' in tag ? tag : { uri: '', local: tag.name }
    count++
    if (count > ELEMENTS_MAX || open.length + skipped >= DEPTH_MAX)
      refuse(`more than ${ELEMENTS_MAX} elements, or ${DEPTH_MAX} within each other`)
    const foreign = namespace !== null && uri !== namespace
    if (skipped > 0 || (foreign && root !== null)) {
      skipped++
      return
    }
    if (foreign) refuse(`<${local}> is of namespace "${uri}": expected ${namespace}`)
    const element: XmlElement = { name: local, line: parser.line + 1, text: '', children: [] }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  }
  parser.onclosetag = () => {
    if (skipped > 0) skipped--
    else open.pop()
  }
  const add = (more: string): void => {
    const element = open.at(-1)
    if (element !== undefined && skipped === 0) element.text += more
  }
  parser.ontext = add
  parser.oncdata = add
  // In pieces, so that the first fault ends the work.
  for (let at = 0; at < text.length && why === null; at += PIECE) parser.write(text.slice(at, at + PIECE))
  if (why === null) parser.close()
  if (why !== null) return { ok: false, line, why }
  return root === null ? { ok: false, line: 1, why: 'no element' } : { ok: true, root }
}

const PIECE = 256

export const childrenOf = (element: XmlElement, name: string): XmlElement[] => element.children.filter((child) => child.name === name)

/** The text of the first child of this name; null where it is missing or empty. */
export function textOf(element: XmlElement | undefined, name: string): string | null {
  const text = element?.children.find((child) => child.name === name)?.text.trim() ?? ''
  return text === '' ? null : text
}
