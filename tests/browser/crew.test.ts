/** The crew's phone against the real program: what is pressed without network arrives once and in order, and what cannot is said. */
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '../../engine/model/incident.ts'
import type { PhoneDocument, PhotoDocument } from '../../gateway/wire/phone.ts'
import { CREW, type CrewProgram, startCrewProgram } from '../support/crew-program.ts'
import { withExif } from '../support/jpeg.ts'
import { findOverflow, findPlainWords, findSmallTargets, findViolations } from './page-checks.ts'
import { describeInChromium } from './suite.ts'

const PHONE = { width: 360, height: 640 }
const SECRET = 'GPS 30.2741 120.1551'

/** As a camera writes it: larger than what is sent, and with a place in it. */
async function cameraPicture(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 2400
    canvas.height = 1800
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('no canvas')
    for (let i = 0; i < 300; i++) {
      context.fillStyle = `hsl(${i * 37} 60% 50%)`
      context.fillRect((i * 97) % 2400, (i * 61) % 1800, 300, 200)
    }
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1]
  })
  return withExif(Buffer.from(base64, 'base64'), SECRET)
}

const step = (page: Page, name: string): Promise<void> => page.click(`.step:has-text("${name}"):enabled`)
const stage = (page: Page, name: string): Promise<unknown> => page.waitForSelector(`.stage:has-text("${name}")`)
const takePhoto = async (page: Page, name: string, picture: Buffer): Promise<void> => {
  const before = await page.locator('.photo').count()
  await page.getByLabel(`Photo: ${name}`).setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: picture })
  await expect.poll(() => page.locator('.photo').count()).toBe(before + 1)
}

describeInChromium("the crew's phone", ({ newPage }) => {
  let program: CrewProgram
  beforeEach(async () => {
    program = await startCrewProgram(['--set', 'push.contact=mailto:duty@example.org', '--set', 'crew.call_centre=+86 571 110'])
  })
  afterEach(() => program.stop())

  async function signedIn(query = '?lang=en', size = PHONE): Promise<Page> {
    const { page } = await newPage({ size })
    const { path } = await program.invite()
    await page.goto(`${program.url}${path.replace('#', `${query}#`)}`)
    await page.waitForSelector('.lamp-on')
    expect(page.url()).not.toContain('ticket')
    // Without network the page opens from what the worker keeps.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    return page
  }
  /** What the journal has of this task, oldest first. */
  async function changes(task: string): Promise<string[]> {
    const { lines } = await program.get<{ lines: { fact: { task: Task; change: string } }[] }>('audit?kind=task&limit=1000')
    return lines
      .reverse()
      .filter(({ fact }) => fact.task.id === task)
      .map(({ fact }) => fact.change)
  }

  it('loses its network in the middle, is reloaded and closed, and the server has every press once and in order', async () => {
    let page = await signedIn()
    const context = page.context()
    const picture = await cameraPicture(page)
    const { id } = await program.offer()
    await stage(page, 'New job')
    await step(page, 'Accept')
    await stage(page, 'Accepted')
    await page.waitForSelector('.queue:has-text("All sent")')

    await context.setOffline(true)
    await page.waitForSelector('.lamp-off')
    await step(page, 'En route')
    await stage(page, 'On the way')
    await page.waitForSelector('.queue:has-text("Saved, 1 waiting")')
    await page.reload()
    await stage(page, 'On the way')
    expect(await page.locator('.old').innerText()).toMatch(/^Offline: data of \d\d:\d\d:\d\d \(.+ old\)$/)
    await step(page, 'On site')
    await stage(page, 'On site')
    await takePhoto(page, 'Before', picture)
    for (const tick of await page.locator('.tick input').all()) await tick.check()
    await page.getByLabel('Greatest depth').fill('0,31')

    // The page is killed; another one opens with what was kept, the half-filled checklist too.
    await page.close()
    page = await context.newPage()
    await page.goto(`${program.url}crew/?lang=en`)
    await stage(page, 'On site')
    expect(await page.locator('.missing').innerText()).toBe('Still missing: Photo: After')
    expect(await page.locator('.step').isDisabled()).toBe(true)
    await takePhoto(page, 'After', picture)
    await page.getByLabel('Note').fill('two drains cleared')
    await step(page, 'Done')
    await stage(page, 'Done')
    await page.waitForSelector('.queue:has-text("Saved, 5 waiting")')
    expect((await program.task(id)).status).toBe('accepted')

    // The first answer is lost on the way back: the press is sent again, and is still one.
    let lost = 0
    await context.route('**/events?*', async (route) => {
      if (lost++ > 0) return route.continue()
      await route.fetch()
      return route.abort()
    })
    await context.setOffline(false)
    await page.waitForSelector('.queue:has-text("All sent")')
    expect(lost).toBe(4)
    await expect.poll(async () => (await program.task(id)).status).toBe('done')
    expect(await changes(id)).toEqual(['created', 'offered', 'accepted', 'enroute', 'onsite', 'done'])
    const { photos } = await program.get<{ photos: PhotoDocument[] }>(`tasks/${id}/photos`)
    expect(photos.map(({ stage: taken }) => taken)).toEqual(['before', 'after'])
    for (const photo of photos) {
      expect(photo).toMatchObject({ crew: 'd0/crew/crew-1', width_px: 1600, height_px: 1200 })
      const bytes = Buffer.from(await (await program.call('GET', `tasks/${id}/photos/${photo.id}`)).arrayBuffer())
      expect(bytes.length).toBe(photo.bytes)
      expect(bytes.length).toBeLessThan(450_000)
      expect(bytes.includes(SECRET)).toBe(false)
    }
    const read = await program.get<{ timeline: { text: { en: string } }[] }>(`incidents/${(await program.task(id)).incident}`)
    expect(read.timeline.map(({ text }) => text.en)).toContain('Drainage Crew 1 has done it: depth_m=0.31; two drains cleared')
    await page.getByLabel('Correction').fill('depth was 0.13 m')
    await page.click('.correct .key')
    await page.waitForSelector('.correct:has-text("Correction saved")')
    await step(page, 'Next job')
    await page.waitForSelector('h1:has-text("No job now")')
    const corrected = await program.get<typeof read>(`incidents/${(await program.task(id)).incident}`)
    expect(corrected.timeline.at(-1)?.text.en).toBe('Drainage Crew 1 corrects: depth was 0.13 m')
  })

  it('says honestly which presses came too late, and why', async () => {
    const page = await signedIn()
    const { id, incident } = await program.offer()
    await stage(page, 'New job')
    await page.context().setOffline(true)
    await page.waitForSelector('.lamp-off')
    await step(page, 'Accept')
    await step(page, 'En route')
    await stage(page, 'On the way')
    await program.call('POST', `incidents/${incident}/dispatch`, { crew: 'd0/crew/crew-2' })
    await expect.poll(async () => (await program.task(id)).crew).toBe('d0/crew/crew-2')
    await page.context().setOffline(false)
    await page.waitForSelector('.told-refused')
    await expect.poll(() => page.locator('.told-refused li').count()).toBe(2)
    expect(await page.locator('.told-refused li').allInnerTexts()).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d Accept: the task is with Waste Crew 1$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d En route: the task is with Waste Crew 1$/),
    ])
    expect(await page.locator('.told-messages li').allInnerTexts()).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d Another crew goes$/)])
    await page.click('.told-messages .key')
    await page.click('.told-refused .key')
    await page.waitForSelector('h1:has-text("No job now")')
    await page.reload()
    await page.waitForSelector('h1:has-text("No job now")')
    expect(await page.locator('.told').count()).toBe(0)
    expect((await program.task(id)).status).toBe('offered')
  })

  it('suggests that it has arrived when it is within 80 m, says when it will be late, and gets help', async () => {
    const page = await signedIn()
    const context = page.context()
    await context.grantPermissions(['geolocation'])
    const task = await program.offer()
    const [longitude, latitude] = task.at
    await context.setGeolocation({ longitude, latitude: latitude + 0.002, accuracy: 10 })
    await stage(page, 'New job')
    await step(page, 'Accept')
    await step(page, 'En route')
    await stage(page, 'On the way')
    await page.waitForSelector('.facts dd:has-text("220")')
    expect(await page.locator('.near').innerText()).toBe('')
    await context.setGeolocation({ longitude, latitude: latitude + 0.0005, accuracy: 10 })
    await page.waitForSelector('.near:has-text("60\u2009m from the place: have you arrived?")')
    const { eta } = await program.task(task.id)
    await page.click('button:has-text("20 min later")')
    await page.waitForSelector('text=Reported: 20 min later')
    await expect.poll(async () => ((await program.task(task.id)).eta ?? 0) - (eta ?? 0)).toBeGreaterThanOrEqual(1_200_000)
    expect(await page.getByRole('link', { name: 'AMap' }).getAttribute('href')).toContain(
      `to=${longitude.toFixed(6)}%2C${latitude.toFixed(6)}%2C`,
    )
    await step(page, 'On site')
    await page.click('button:has-text("Ask for help")')
    await page.click('.choice .key:has-text("Traffic control")')
    await page.waitForSelector('text=Help asked for')
    // The other crew is offered a task of its own, and shows as one that comes along.
    await page.waitForSelector('.facts:has-text("Waste Crew 1")')
    expect(await page.locator('.told').count()).toBe(0)
  })

  it('tells the centre where it is, if its crew has chosen that and while it is on duty', async () => {
    const page = await signedIn()
    const context = page.context()
    await context.grantPermissions(['geolocation'])
    await context.setGeolocation({ longitude: 120.151, latitude: 30.271, accuracy: 10 })
    const at = async (): Promise<readonly number[]> =>
      (await program.get<{ crews: { id: string; at: readonly number[] }[] }>('crews')).crews.find(({ id }) => id === CREW)?.at ?? []
    const depot = await at()
    await page.waitForSelector('h2:has-text("Share where you are?")')
    expect(await at()).toEqual(depot)
    await page.click('button:has-text("Share")')
    await expect.poll(at).toEqual([120.151, 30.271])
    expect(await page.locator('h2:has-text("Share where you are?")').count()).toBe(0)

    await page.click('.tabs button:has-text("Me")')
    await page.click('button:has-text("End shift")')
    await page.waitForSelector('button:has-text("Start shift")')
    await context.setGeolocation({ longitude: 120.16, latitude: 30.28, accuracy: 10 })
    await page.waitForSelector('.queue:has-text("All sent")')
    await page.reload()
    await page.waitForSelector('.lamp-on')
    await page.click('.tabs button:has-text("Me")')
    expect(await at()).toEqual([120.151, 30.271])
    await page.click('button:has-text("Start shift")')
    await expect.poll(at).toEqual([120.16, 30.28])
    await page.getByLabel('Share my place while on duty').click()
    await page.reload()
    await page.waitForSelector('.lamp-on')
    await page.click('.tabs button:has-text("Me")')
    expect(await page.getByLabel('Share my place while on duty').isChecked()).toBe(false)
  })

  it('is signed out by a supervisor, keeps what waits, and sends it when the crew signs in again', async () => {
    const page = await signedIn()
    const { id } = await program.offer()
    await stage(page, 'New job')
    await page.context().setOffline(true)
    await page.waitForSelector('.lamp-off')
    await step(page, 'Accept')
    const [phone] = (await program.get<{ phones: PhoneDocument[] }>('phones')).phones
    expect((await program.call('DELETE', `phones/${phone.id}`)).status).toBe(204)
    await page.context().setOffline(false)
    await page.waitForSelector('#sign-in')
    expect(await page.locator('.notice').innerText()).toContain('1 saved on this phone')
    await page.getByLabel('6-digit code').fill((await program.invite()).code)
    await step(page, 'Sign in')
    await stage(page, 'Accepted')
    await expect.poll(async () => (await program.task(id)).status).toBe('accepted')
    const phones = async (): Promise<PhoneDocument[]> => (await program.get<{ phones: PhoneDocument[] }>('phones')).phones
    await expect.poll(phones).toMatchObject([{ crew: 'd0/crew/crew-1', waiting: 0 }])
    const { lines } = await program.get<{ lines: { fact: { act: string } }[] }>('audit?kind=operator')
    const acts = lines.map(({ fact }) => fact.act).filter((act) => act.startsWith('phone.'))
    expect(acts.reverse()).toEqual(['phone.invite', 'phone.sign_in', 'phone.sign_out', 'phone.invite', 'phone.sign_in'])
  })

  it('signs in with the code that the desk shows, and the desk sees when it was heard and what it photographed', async () => {
    const { page: desk } = await newPage()
    await desk.addInitScript((token) => sessionStorage.setItem('urban-brain.token', token), program.token)
    await desk.goto(`${program.url}?lang=en&role=desk&map=canvas&sel=crew:d0/crew/crew-1`)
    await desk.click('button:has-text("Code for a phone")')
    const code = (await desk.locator('.invitation-code').innerText()).replace(/\D/g, '')
    // Version 4 or more, dark squares one by one.
    expect(await desk.locator('.qr path').getAttribute('d')).toMatch(/^(M\d+ \d+h1v1h-1z){200,}$/)
    expect(await findViolations(desk)).toEqual([])

    const { page } = await newPage({ size: PHONE })
    // Without the slash, as people type it.
    await page.goto(`${program.url}crew?lang=en`)
    await page.getByLabel('6-digit code').fill(code)
    await step(page, 'Sign in')
    await page.waitForSelector('.lamp-on')
    await desk.waitForSelector('.phones li:has-text("Last sync")', { timeout: 30_000 })

    const { incident } = await program.offer()
    await stage(page, 'New job')
    await step(page, 'Accept')
    await step(page, 'En route')
    await step(page, 'On site')
    await stage(page, 'On site')
    await takePhoto(page, 'Before', await cameraPicture(page))
    await page.waitForSelector('.photo:has-text("sent")')
    await desk.goto(`${program.url}?lang=en&role=desk&map=canvas&sel=incident:${incident}`)
    await desk.click('.photos button:has-text("Before, Drainage Crew 1")')
    await desk.waitForSelector('.photos img')
    expect(await findViolations(desk)).toEqual([])
    const { lines } = await program.get<{ lines: { fact: { act: string; by: string } }[] }>('audit?kind=operator')
    expect(lines.map(({ fact }) => `${fact.act} ${fact.by}`)).toContain('photo.read admin')
  })

  it('shows an offer that is pushed to it, and its recall in the place of the offer', async () => {
    const page = await signedIn()
    await page.context().grantPermissions(['notifications'])
    const worker = await page.context().newCDPSession(page)
    const registration = new Promise<string>((resolve) => {
      worker.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const [known] = registrations
        if (known !== undefined) resolve(known.registrationId)
      })
    })
    await worker.send('ServiceWorker.enable')
    const registrationId = await registration
    const origin = program.url.replace(/\/$/, '')
    const push = (told: object): Promise<unknown> =>
      worker.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: JSON.stringify(told) })
    const shown = (): Promise<string[]> =>
      page.evaluate(async () => {
        const notices = await (await navigator.serviceWorker.ready).getNotifications()
        return notices.map(({ title, body, tag }) => `${tag}: ${title}, ${body}`)
      })
    await push({ t: 'dispatch', id: 'T-1', title: 'Flooded road', body: 'Wenhua Road, about 2 min away' })
    await expect.poll(shown).toEqual(['T-1: Flooded road, Wenhua Road, about 2 min away'])
    await push({ t: 'recall', id: 'T-1', title: 'Job called back', body: 'The cause has passed' })
    await expect.poll(shown).toEqual(['T-1: Job called back, The cause has passed'])

    // This browser has no push service: the switch says so and stays off.
    await page.click('.tabs button:has-text("Me")')
    await page.getByLabel('Notify when the page is closed').click()
    await page.waitForSelector('text=That did not work')
    expect(await page.getByLabel('Notify when the page is closed').isChecked()).toBe(false)
  })

  describe('can be read and pressed', () => {
    const where = { root: '.phone', scrolling: '.scroll, .told' }

    /** In every language, at both widths, on the dark and on the white ground. */
    async function look(page: Page, what: string, open: () => Promise<void> = async () => {}): Promise<void> {
      for (const lang of ['zh', 'en', 'pseudo'] as const) {
        for (const more of ['&theme=sun', '&theme=dark&large']) {
          await page.goto(`${program.url}crew/?lang=${lang}${more}`)
          await page.waitForSelector('.phone h1')
          await open()
          for (const width of [320, 360]) {
            await page.setViewportSize({ width, height: 640 })
            const named = `${what}, ${lang}${more}, ${width} px`
            expect(await findOverflow(page, where), named).toEqual([])
            expect(await findSmallTargets(page), named).toEqual([])
          }
          if (lang === 'pseudo') expect(await findPlainWords(page), what).toEqual([])
          else expect(await findViolations(page), `${what}, ${lang}${more}`).toEqual([])
          // 7:1 on the white ground, by axe's own measure.
          if (more.includes('sun') && lang === 'en') expect(await findViolations(page, ['color-contrast-enhanced']), what).toEqual([])
        }
      }
      await page.goto(`${program.url}crew/?lang=en`)
    }

    it('at every step of a job', async () => {
      const page = await signedIn()
      await look(page, 'idle')
      await program.offer()
      await stage(page, 'New job')
      await look(page, 'offered')
      await step(page, 'Accept')
      // What is on the screen is on the disk.
      await stage(page, 'Accepted')
      await look(page, 'accepted')
      await step(page, 'En route')
      await stage(page, 'On the way')
      await look(page, 'enroute')
      await step(page, 'On site')
      await stage(page, 'On site')
      await takePhoto(page, 'Before', await cameraPicture(page))
      await look(page, 'onsite')
    })

    it('signed out, on the map, in the settings, and in a question', async () => {
      const { page: out } = await newPage({ size: PHONE })
      await out.goto(`${program.url}crew/`)
      await look(out, 'sign-in')
      const page = await signedIn()
      await program.offer()
      await stage(page, 'New job')
      for (const [what, open] of [
        ['map', () => page.click('.tabs button:nth-child(2)')],
        ['me', () => page.click('.tabs button:nth-child(3)')],
        ['question', () => page.click('.bar .key')],
      ] as const)
        await look(page, what, async () => {
          await open()
          if (what === 'map') await page.waitForSelector('.map .route')
          if (what === 'question') await page.waitForSelector('dialog[open] .key')
        })
    })
  })
})
