/** A crew's phones: when each was heard last, and at a desk the code or QR code with which another one signs in. */
import { useState } from 'preact/hooks'
import type { Invitation, PhoneDocument } from '../../gateway/wire/phone.ts'
import { invitePhone, signPhoneOut } from '../data/api.ts'
import { ageText, figure, minuteText } from '../i18n/format.ts'
import { t } from '../i18n/index.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { useLook } from './look.tsx'

const PHONES_MS = 10_000

/** The QR code's dark squares as one path; the code that makes them comes when it is wanted. */
async function qrPath(text: string): Promise<{ readonly d: string; readonly size: number }> {
  const { encode } = await import('uqr')
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  return { d: data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join(''), size }
}

interface Shown extends Invitation {
  readonly qr: { readonly d: string; readonly size: number }
}

async function invite(wall: Wall, crew: string, token: string): Promise<Shown> {
  const made = await invitePhone(wall.base, crew, token)
  return { ...made, qr: await qrPath(new URL(made.path, made.base ?? wall.base).href) }
}

function InvitationView({ invitation: { code, qr, expires } }: { invitation: Shown }) {
  const wall = useWall()
  if ((wall.now.value ?? 0) > expires) return <p>{t('phones.expired')}</p>
  return (
    <div class="invitation" role="status">
      <p class="invitation-code" translate={false}>
        {code.slice(0, 3)} {code.slice(3)}
      </p>
      <svg class="qr" viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" aria-label={t('phones.qr')} shape-rendering="crispEdges">
        <path d={qr.d} />
      </svg>
      <p>{t('phones.until', { time: minuteText(expires, wall.timezone.value) })}</p>
    </div>
  )
}

function InviteButton({ crew, token }: { crew: string; token: string }) {
  const wall = useWall()
  const [shown, setShown] = useState<Shown | { readonly why: string } | null>(null)
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          invite(wall, crew, token).then(setShown, (error: unknown) =>
            setShown({ why: error instanceof Error ? error.message : String(error) }),
          )
        }}
      >
        {t('phones.invite')}
      </button>
      {shown !== null &&
        ('why' in shown ? <p role="alert">{t('desk.failed', { why: shown.why })}</p> : <InvitationView invitation={shown} />)}
    </>
  )
}

function PhoneLine({ phone, token }: { phone: PhoneDocument; token: string | null }) {
  const wall = useWall()
  const [why, setWhy] = useState<string | null>(null)
  const age = ageText((wall.now.value ?? phone.synced) - phone.synced)
  return (
    <li>
      <span>{t('phones.synced', { age })}</span>
      {phone.waiting !== null && phone.waiting > 0 && <span>{t('phones.waiting', { n: figure(phone.waiting) })}</span>}
      {token !== null && (
        <button
          type="button"
          class="button"
          onClick={() => {
            signPhoneOut(wall.base, phone.id, token).then(
              () => setWhy(null),
              (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
            )
          }}
        >
          {t('phones.sign_out')}
        </button>
      )}
      {why !== null && <span role="alert">{t('desk.failed', { why })}</span>}
    </li>
  )
}

export function CrewPhones({ crew }: { crew: string }) {
  const { desk } = useWall()
  const { document } = useLook<{ phones: readonly PhoneDocument[] }>('api/v1/phones', PHONES_MS)
  const phones = (document?.phones ?? []).filter((phone) => phone.crew === crew)
  const token = desk.enabled ? desk.token.value : null
  return (
    <section class="phones" aria-labelledby="phones-title">
      <h3 id="phones-title">{t('phones.title')}</h3>
      {document !== null && phones.length === 0 && <p class="empty">{t('phones.none')}</p>}
      <ul>
        {phones.map((phone) => (
          <PhoneLine key={phone.id} phone={phone} token={token} />
        ))}
      </ul>
      {token !== null && <InviteButton key={crew} crew={crew} token={token} />}
    </section>
  )
}
