/** The keyboard of the desk (screen design, section 9). Keys typed into a field are the field's own. */
import { streamRows } from '../data/stream.ts'
import { flyTo } from '../map/city-map.ts'
import { toggleLayer } from './layers.ts'
import type { Wall } from './wall.ts'

function nextEvent(wall: Wall): void {
  const rows = streamRows(wall.data.tables.incidents, wall.now.peek() ?? 0)
  const chosen = wall.selection.peek()
  const at = rows.findIndex((row) => chosen?.kind === 'incident' && row.id === chosen.id)
  const next = rows[(at + 1) % Math.max(1, rows.length)]
  if (next === undefined) return
  wall.selection.value = { kind: 'incident', id: next.id }
  flyTo(wall, { kind: 'incident', id: next.id })
}

function orderChosen(wall: Wall, order: 'acknowledge' | 'dispatch'): void {
  const chosen = wall.selection.peek()
  const locked = !wall.desk.enabled || wall.desk.token.peek() === null || wall.data.head.peek()?.mode === 'replay'
  if (chosen?.kind === 'incident' && !locked) void wall.desk.send(chosen.id, order, {})
}

/** Back to the present and the whole city. */
function home(wall: Wall): void {
  wall.selection.value = null
  wall.view.value = null
  wall.list.value = false
  wall.page.value = null
}

/** What was opened last is closed first: the card, the bin of a page, the page. */
function close(wall: Wall): void {
  const page = wall.page.peek()
  if (wall.selection.peek() !== null) wall.selection.value = null
  else wall.page.value = page?.kind === 'bins' && page.id !== null ? { kind: 'bins', id: null } : null
}

function act(wall: Wall, key: string): boolean {
  switch (key) {
    case '/':
      wall.dialog.value = 'search'
      return true
    case '?':
      wall.dialog.value = 'help'
      return true
    case 'e':
      nextEvent(wall)
      return true
    case 'a':
      orderChosen(wall, 'acknowledge')
      return true
    case 'd':
      orderChosen(wall, 'dispatch')
      return true
    case 'l':
      home(wall)
      return true
    case 't':
      wall.list.value = wall.page.peek() !== null || !wall.list.peek()
      wall.page.value = null
      return true
    case 'c':
      wall.page.value = { kind: 'crews' }
      return true
    case 'b':
      wall.page.value = { kind: 'bins', id: null }
      return true
    case 'r':
      wall.page.value = { kind: 'rules' }
      return true
    case 'g':
      wall.page.value = { kind: 'signals' }
      return true
    case 'v':
      wall.page.value = { kind: 'doubts' }
      return true
    case 'm':
      wall.page.value = { kind: 'messages' }
      return true
    case 'w':
      wall.page.value = { kind: 'arterial', id: null }
      return true
    case 'escape':
      close(wall)
      return true
    default:
      if (!/^[1-8]$/.test(key)) return false
      toggleLayer(wall, Number(key) - 1)
      return true
  }
}

export function listenToKeys(wall: Wall): void {
  addEventListener('keydown', (event) => {
    wall.touched_ms.value = performance.now()
    const { target } = event
    const typing = target instanceof HTMLElement && target.matches('input, select, textarea')
    if (typing || wall.dialog.peek() !== 'none' || event.ctrlKey || event.metaKey || event.altKey) return
    if (act(wall, event.key.toLowerCase())) event.preventDefault()
  })
  addEventListener('pointerdown', () => {
    wall.touched_ms.value = performance.now()
  })
}
