import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { searchCity } from '../data/search.ts'
import { type Key, pick, t, word } from '../i18n/index.ts'
import { flyTo } from '../map/city-map.ts'
import type { Selection } from '../state/selection.ts'
import { useWall } from '../state/wall.ts'

function Dialog({ title, children }: { title: string; children: ComponentChildren }) {
  const wall = useWall()
  const element = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => element.current?.showModal(), [])
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby="dialog-title"
      onClose={() => {
        wall.dialog.value = 'none'
      }}
    >
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="button" onClick={() => element.current?.close()}>
          {t('help.close')}
        </button>
      </header>
      {children}
    </dialog>
  )
}

const KEYS: readonly (readonly [keys: string, key: Key, desk_only: boolean])[] = [
  ['/', 'help.search', false],
  ['1 – 8', 'help.layers', false],
  ['E', 'help.next', false],
  ['A', 'help.acknowledge', true],
  ['D', 'help.dispatch', true],
  ['L', 'help.live', false],
  ['T', 'help.table', false],
  ['C', 'help.crews', false],
  ['G', 'help.signals', false],
  ['V', 'help.doubts', false],
  ['R', 'help.rules', false],
  ['B', 'help.bins', false],
  ['W', 'help.arterials', false],
  ['M', 'help.messages', false],
  ['?', 'help.help', false],
]

function Help() {
  const { desk } = useWall()
  return (
    <Dialog title={t('help.title')}>
      <dl class="keys">
        {KEYS.filter(([, , desk_only]) => !desk_only || desk.enabled).map(([keys, key]) => (
          <div key={key}>
            <dt>
              <kbd translate={false}>{keys}</kbd>
            </dt>
            <dd>{t(key)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function Search() {
  const wall = useWall()
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  // After the dialog's own effect, which opens it with the focus on its first button.
  useLayoutEffect(() => input.current?.focus(), [])
  const found = searchCity(query, wall.city.value, wall.data.tables)
  const choose = (selection: Selection): void => {
    wall.selection.value = selection
    wall.dialog.value = 'none'
    wall.list.value = false
    flyTo(wall, selection)
  }
  return (
    <Dialog title={t('search.title')}>
      <input
        class="search"
        ref={input}
        type="search"
        aria-controls="search-found"
        aria-activedescendant={found.length > 0 ? `found-${active}` : undefined}
        aria-label={t('search.title')}
        placeholder={t('search.hint')}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value)
          setActive(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, active + 1))
          else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1))
          else if (event.key === 'Enter' && found[active] !== undefined) choose(found[active].selection)
          else return
          event.preventDefault()
        }}
      />
      <div id="search-found" class="found" role="listbox" aria-label={t('search.title')}>
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
          <div
            key={`${entry.selection.kind} ${entry.id}`}
            id={`found-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onClick={() => choose(entry.selection)}
          >
            <span>{pick(entry.name)}</span>
            <span class="found-kind">{word('kind', entry.kind)}</span>
          </div>
        ))}
      </div>
      {query !== '' && found.length === 0 && <p class="empty">{t('search.none')}</p>}
    </Dialog>
  )
}

function SignIn() {
  const wall = useWall()
  const [token, setToken] = useState('')
  return (
    <Dialog title={t('desk.token')}>
      <form
        class="order"
        onSubmit={(event) => {
          event.preventDefault()
          wall.desk.signIn(token.trim())
          wall.dialog.value = 'none'
        }}
      >
        <label>
          {t('desk.token.label')}
          <input type="password" autocomplete="off" required value={token} onInput={(event) => setToken(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button button-main">
          {t('desk.token.save')}
        </button>
      </form>
    </Dialog>
  )
}

export function Dialogs() {
  const { dialog } = useWall()
  if (dialog.value === 'help') return <Help />
  if (dialog.value === 'search') return <Search />
  return dialog.value === 'sign-in' ? <SignIn /> : null
}
