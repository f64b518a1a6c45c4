import { useState } from 'preact/hooks'
import type { IncidentRow } from '../../gateway/wire/frames.ts'
import { pick, t } from '../i18n/index.ts'
import { isOpen } from '../layers/events.ts'
import type { Order } from '../state/desk.ts'
import { useWall } from '../state/wall.ts'

/** What may be ordered while an incident stands so; acknowledging is for what nobody has looked at yet. */
export function ordersFor(incident: IncidentRow): readonly Order[] {
  if (!isOpen(incident)) return []
  const orders: Order[] = incident.status === 'detected' ? ['acknowledge'] : []
  orders.push(incident.crews.length === 0 ? 'dispatch' : 'reinforce', 'alarm')
  return incident.status === 'resolved' ? ['close'] : [...orders, 'dismiss', 'close']
}

const NEEDS_REASON: readonly Order[] = ['dismiss', 'close']
const SENDS: readonly Order[] = ['dispatch', 'reinforce']

function OrderForm({ id, order, done }: { id: string; order: Order; done: () => void }) {
  const wall = useWall()
  const [text, setText] = useState('')
  const [note, setNote] = useState('')
  const reason = NEEDS_REASON.includes(order)
  return (
    <form
      class="order"
      onSubmit={(event) => {
        event.preventDefault()
        void wall.desk.send(id, order, reason ? { reason: text } : { ...(text !== '' && { crew: text }), ...(note !== '' && { note }) })
        done()
      }}
    >
      {reason && (
        <label for="order-field">
          {t('desk.reason')}
          <input id="order-field" name="reason" required value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      )}
      {SENDS.includes(order) && (
        <label for="order-field">
          {t('desk.crew')}
          <select id="order-field" name="crew" value={text} onChange={(event) => setText(event.currentTarget.value)}>
            <option value="">{t('desk.crew.auto')}</option>
            {[...wall.data.tables.crews]
              .filter(([, crew]) => crew.status === 'idle')
              .map(([key, crew]) => (
                <option key={key} value={key}>
                  {pick(crew.name)}
                </option>
              ))}
          </select>
        </label>
      )}
      {!reason && (
        <label for="order-note">
          {t('desk.note')}
          <input id="order-note" name="note" maxLength={500} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
      )}
      <button type="submit" class="button button-main">
        {t('desk.send')}
      </button>
      <button type="button" class="button" onClick={done}>
        {t('desk.cancel')}
      </button>
    </form>
  )
}

/** Only at a desk (`?role=desk`) and signed in; the wall shows nothing that changes anything, and a replay commands nothing. */
export function DeskBar({ id, incident }: { id: string; incident: IncidentRow }) {
  const wall = useWall()
  const { desk } = wall
  const [asking, setAsking] = useState<Order | null>(null)
  if (!desk.enabled || wall.data.head.value?.mode === 'replay') return null
  if (desk.token.value === null)
    return (
      <p class="desk">
        <span>{t('desk.readonly')}</span>
        <button
          type="button"
          class="button"
          onClick={() => {
            wall.dialog.value = 'sign-in'
          }}
        >
          {t('desk.token.save')}
        </button>
      </p>
    )
  const order = desk.order.value
  return (
    <div class="desk">
      {ordersFor(incident).map((name) => (
        <button
          type="button"
          key={name}
          class={name === 'acknowledge' ? 'button button-main' : 'button'}
          disabled={order.state === 'busy'}
          onClick={() => {
            if (name === 'acknowledge') void desk.send(id, name, {})
            else setAsking(name)
          }}
        >
          {t(`desk.${name}`)}
        </button>
      ))}
      {asking !== null && <OrderForm id={id} order={asking} done={() => setAsking(null)} />}
      <p role="status" class="desk-status">
        {order.state === 'sent' && t('desk.sent')}
        {order.state === 'failed' && t('desk.failed', { why: order.why })}
      </p>
    </div>
  )
}
