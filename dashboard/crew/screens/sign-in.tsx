import { useEffect, useState } from 'preact/hooks'
import { figure } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { usePhone } from '../phone.ts'
import { LanguageButton } from './me.tsx'

const DIGITS = 6

export function SignInScreen({ ticket }: { ticket: string | null }) {
  const phone = usePhone()
  const [code, setCode] = useState('')
  const [state, setState] = useState<'idle' | 'busy' | 'code' | 'wait' | 'away'>('idle')
  const kept =
    phone.presses.value.filter((press) => press.state === 'waiting').length +
    phone.photos.value.filter((photo) => photo.state === 'waiting').length
  async function go(given: { readonly code: string } | { readonly ticket: string }): Promise<void> {
    setState('busy')
    setState((await phone.signIn(given)) ?? 'idle')
  }
  useEffect(() => {
    if (ticket !== null) void go({ ticket })
  }, [ticket])
  return (
    <main class="screen">
      <div class="scroll">
        <h1>{t('crew.signin.title')}</h1>
        <p>{t('crew.signin.how')}</p>
        <form
          id="sign-in"
          onSubmit={(event) => {
            event.preventDefault()
            void go({ code })
          }}
        >
          <label class="field field-code">
            <span>{t('crew.signin.code')}</span>
            <input
              type="text"
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="[0-9]{6}"
              maxLength={DIGITS}
              required
              value={code}
              onInput={(event) => setCode(event.currentTarget.value.replace(/\D/g, ''))}
            />
          </label>
          <p role="alert">{state !== 'idle' && (state === 'busy' ? t('crew.signin.busy') : t(`crew.signin.failed.${state}`))}</p>
        </form>
        {kept > 0 && <p class="notice">{t('crew.signin.kept', { n: figure(kept) })}</p>}
        <LanguageButton />
      </div>
      <div class="bar">
        <button type="submit" form="sign-in" class="step" disabled={state === 'busy' || code.length < DIGITS}>
          {t('crew.signin.go')}
        </button>
      </div>
    </main>
  )
}
