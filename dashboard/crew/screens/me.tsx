import { useEffect, useState } from 'preact/hooks'
import { figure } from '../../i18n/format.ts'
import { language, pick, t } from '../../i18n/index.ts'
import { unlockSound } from '../alarm.ts'
import { agoText, Choice, Facts, timeText } from '../parts.tsx'
import { usePhone } from '../phone.ts'
import { placeDenied } from '../place.ts'
import { canPush, pushState, readPush, startPush, stopPush } from '../push.ts'
import { large, share, sound, theme } from '../settings.ts'
import { isOnDuty } from '../sharing.ts'

export function LanguageButton() {
  return (
    <button
      type="button"
      class="key"
      aria-label={t('crew.me.language.label')}
      onClick={() => {
        language.value = language.value === 'zh' ? 'en' : 'zh'
      }}
    >
      {t('crew.me.language')}
    </button>
  )
}

function Switch({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={on} onChange={() => onChange(!on)} />
      <span>{label}</span>
    </label>
  )
}

function SignOut() {
  const phone = usePhone()
  const [asking, setAsking] = useState(false)
  const n = phone.waiting.value.presses + phone.waiting.value.photos
  return (
    <>
      <button type="button" class="key" onClick={() => (n > 0 ? setAsking(true) : void phone.signOut())}>
        {t('crew.me.signout')}
      </button>
      {asking && (
        <Choice
          title={t('crew.me.signout.waiting', { n: figure(n) })}
          choices={[{ id: 'out', label: t('crew.me.signout.sure') }]}
          onChosen={() => void phone.signOut()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

/** Only where this server sends pushes and this browser takes them. */
function PushSwitch() {
  const phone = usePhone()
  const key = phone.view.value?.frame.push_key
  useEffect(() => void readPush(), [])
  if (key === null || key === undefined || !canPush()) return null
  const state = pushState.value
  return (
    <>
      <Switch label={t('crew.me.push')} on={state === 'on'} onChange={(on) => void (on ? startPush(phone, key) : stopPush(phone))} />
      <p role="status">{(state === 'denied' || state === 'failed') && t(`crew.me.push.${state}`)}</p>
    </>
  )
}

function ShareSwitch() {
  return (
    <>
      <Switch
        label={t('crew.me.share')}
        on={share.value === 'yes'}
        onChange={(on) => {
          share.value = on ? 'yes' : 'no'
        }}
      />
      <p role="status">{share.value === 'yes' && placeDenied.value && t('crew.me.share.denied')}</p>
    </>
  )
}

export function MeScreen() {
  const phone = usePhone()
  const view = phone.view.value
  const { presses, photos } = phone.waiting.value
  const duty = isOnDuty(phone)
  return (
    <div class="scroll">
      <h1>{pick(view?.frame.view.crew.name) || t('crew.app')}</h1>
      <Facts
        facts={[
          [t('crew.me.status'), view === null ? '' : t(duty ? 'crew.me.on' : 'crew.me.off')],
          [t('crew.me.synced'), view === null ? t('crew.me.never') : agoText(phone.second.value - view.received)],
          [t('crew.me.queue'), figure(presses + photos)],
          [t('crew.me.expires'), phone.session.value === null ? '' : timeText(phone, phone.session.value.expires)],
        ]}
      />
      <button type="button" class="key" onClick={() => void phone.press(duty ? 'shift.end' : 'shift.start')}>
        {t(duty ? 'crew.me.off' : 'crew.me.on')}
      </button>
      <fieldset>
        <legend>{t('crew.me.settings')}</legend>
        <Switch
          label={t('crew.me.large')}
          on={large.value}
          onChange={(on) => {
            large.value = on
          }}
        />
        <Switch
          label={t('crew.me.sun')}
          on={theme.value === 'sun'}
          onChange={(on) => {
            theme.value = on ? 'sun' : 'dark'
          }}
        />
        <Switch
          label={t('crew.me.sound')}
          on={sound.value}
          onChange={(on) => {
            sound.value = on
            if (on) unlockSound()
          }}
        />
        <PushSwitch />
        <ShareSwitch />
      </fieldset>
      <div class="keys">
        <LanguageButton />
        <SignOut />
      </div>
    </div>
  )
}
