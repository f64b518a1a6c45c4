/** Reports from elsewhere: what they are about, where and until when, and never who reported. */
import { describe, expect, it } from 'vitest'
import { toWgs84, wgs84ToGcj02 } from '../../../engine/base/datum.ts'
import { distance_m } from '../../../engine/base/geo.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import { withoutPersonal } from '../../../gateway/dialects/personal.ts'
import { byHttp, context } from './fixtures.ts'

const FORM = 'application/x-www-form-urlencoded; charset=utf-8'
const submit = (form: string, path = '/open311/v2/requests.json') => understand(byHttp({ path }, form, FORM), context()).said
const place = 'lat=30.27114&long=120.20011'
const fetched = (body: string | object, path = '/open311/v2/requests.json') =>
  understand(byHttp({ method: 'GET', path }, body), context()).said
const hotline = (order: object) => understand(byHttp({ path: '/intake/12345' }, { orderNo: 'A1', ...order }), context()).said
const grid = (report: object) => understand(byHttp({ path: '/intake/grid' }, { caseNo: 'C1', ...report }), context()).said

describe('an Open311 report', () => {
  it('is form encoded for .json and .xml alike', () => {
    for (const suffix of ['json', 'xml'])
      expect(submit(`service_code=0108&${place}&description=water`, `/open311/v2/requests.${suffix}`)).toMatchObject({
        ok: true,
        forms: [{ kind: 'citizen.report', code: '0108', at: [120.20011, 30.27114] }],
      })
  })

  it('holds nothing of whoever reported', () => {
    const person = 'email=someone%40example.org&first_name=San&last_name=Zhang&phone=13800000000&api_key=k&device_id=d-1&account_id=a-1'
    const text = encodeURIComponent('积水, 电话 138 0000 0000, 浙A12345 熄火, someone@example.org')
    const said = submit(`service_code=1&${place}&${person}&description=${text}&attribute[NOTE]=13800000000`)
    expect(said).toMatchObject({ ok: true, forms: [{ description: '积水, 电话 […], […] 熄火, […]', attributes: { NOTE: '[…]' } }] })
    expect(JSON.stringify(said)).not.toMatch(/138|Zhang|example\.org|A12345|d-1|a-1/)
  })

  it('needs a service and a place, of which there are three kinds', () => {
    expect(submit(place)).toMatchObject({ ok: false, reason: 'service_code: is missing' })
    expect(submit('service_code=1')).toMatchObject({ ok: false, kind: 'schema' })
    expect(submit('service_code=1&address_id=77')).toMatchObject({ ok: true, forms: [{ at: null }] })
    expect(submit('service_code=1&address_string=A')).toMatchObject({ ok: true, forms: [{ address: 'A' }] })
  })

  it('from a Chinese map may say so, and one from elsewhere has no place', () => {
    const [lon, lat] = wgs84ToGcj02([120.20011, 30.27114])
    const said = submit(`service_code=1&address_string=A&lat=${lat}&long=${lon}&crs=GCJ-02`)
    const at = said.ok && said.forms[0].kind === 'citizen.report' ? said.forms[0].at : null
    expect(at).not.toBeNull()
    expect(at === null ? 0 : distance_m(at, [120.20011, 30.27114])).toBeLessThan(0.05)
    expect(submit('service_code=1&address_string=A&lat=48.1&long=11.6')).toMatchObject({
      forms: [{ at: null }],
      drift: [{ field: 'position', what: 'position' }],
    })
  })

  it('that is sent twice is one report, and too large a one is none', () => {
    const [a, b, c] = [submit(`service_code=1&${place}`), submit(`service_code=1&${place}`), submit(`service_code=2&${place}`)]
    const keys = [a, b, c].map((said) => (said.ok ? said.forms[0].dedupeKey : null))
    expect(keys[0]).toBe(keys[1])
    expect(keys[0]).not.toBe(keys[2])
    expect(submit(`service_code=1&${place}&description=${'x'.repeat(70_000)}`)).toMatchObject({ ok: false, kind: 'size' })
    expect(submit(`service_code=1&${place}&${'a=1&'.repeat(300)}`)).toMatchObject({ ok: false, kind: 'size' })
    expect(submit(`service_code=1&${place}&attribute[__proto__][]=x`)).toMatchObject({ ok: true })
  })
})

describe('the requests of another server', () => {
  const request = { service_request_id: '638349', status: 'open', requested_datetime: '2026-07-18T14:30:15+08:00' }

  it('have ids that are numbers, texts, or the sample’s 006', () => {
    expect(fetched([{ ...request, service_request_id: 638349 }])).toMatchObject({
      forms: [{ entity: 'request:638349' }],
      drift: [{ field: 'service_request_id', what: 'type' }],
    })
    expect(fetched('[{"service_request_id":006,"status":"open"}]')).toMatchObject({
      forms: [{ entity: 'request:006', clock: 'arrival' }],
      drift: [{ field: 'service_request_id', what: 'syntax' }],
    })
  })

  it('come as XML too, which is the required format', () => {
    const xml = `<?xml version="1.0" encoding="utf-8"?><service_requests><request><service_request_id>638349</service_request_id><status>closed</status>
      <service_name>道路积水</service_name><requested_datetime>2026-07-18T14:30:15+08:00</requested_datetime><lat>30.27114</lat><long>120.20011</long></request></service_requests>`
    expect(fetched(xml, '/open311/v2/requests.xml')).toMatchObject({
      ok: true,
      forms: [
        { kind: 'citizen.status', state: 'closed', category: 'flood', at: [120.20011, 30.27114], ts: Date.UTC(2026, 6, 18, 6, 30, 15) },
      ],
    })
    expect(fetched('<!DOCTYPE a [<!ENTITY b "c">]><service_requests/>', '/r/requests.xml')).toMatchObject({ ok: false, kind: 'schema' })
    expect(fetched('<service_requests><request>', '/r/requests.xml')).toMatchObject({ ok: false, kind: 'schema' })
  })

  it('are open or closed; what else a server says is kept and counted', () => {
    expect(fetched([{ ...request, status: 'Investigating' }])).toMatchObject({
      forms: [{ state: 'investigating' }],
      drift: [{ field: 'status', what: 'range' }],
    })
    expect(fetched([])).toMatchObject({ ok: true, forms: [] })
    expect(fetched([{ status: 'open' }])).toMatchObject({ ok: false })
    expect(fetched([request, 7])).toMatchObject({ forms: [{}], drift: [{ field: 'requests', what: 'syntax' }] })
  })
})

describe('a 12345 work order', () => {
  it('says the three rates only after the return call', () => {
    const evaluation = { contacted: true, solved: false, satisfied: null }
    expect(hotline({ evaluation })).toMatchObject({ forms: [{ attributes: { contacted: true, solved: false } }] })
    const silent = hotline({ evaluation: { contacted: null, solved: null, satisfied: null } })
    expect(silent.ok && silent.forms[0]).not.toHaveProperty('attributes.contacted')
  })

  it('that is returned or disputed has a state of its own', () => {
    expect(hotline({ state: '退单' })).toMatchObject({ forms: [{ state: 'returned' }] })
    expect(hotline({ state: '争议' })).toMatchObject({ forms: [{ state: 'disputed' }] })
    expect(hotline({ state: '派遣', returns: [{ at: 'x' }] })).toMatchObject({ forms: [{ state: 'returned', attributes: { returns: 1 } }] })
    expect(hotline({ state: '未知' })).toMatchObject({ drift: [{ field: 'state', what: 'range' }] })
  })

  it('never holds a name or a number; an unmasked number is a pseudonym', () => {
    const open = hotline({ caller: { name: '张三', phone: '13800000000' }, content: '我是张三 13800000000, 身份证 330102199001011234' })
    expect(open).toMatchObject({ forms: [{ attributes: { caller: 'p:11-letters' }, description: '我是[…] […], 身份证 […]' }] })
    expect(JSON.stringify(open)).not.toMatch(/138|330102/)
    const masked = hotline({ caller: { nameMasked: '张*', phoneMasked: '138****0000', phone: '138****0000' } })
    expect(masked.ok && masked.forms[0]).not.toHaveProperty('attributes.caller')
  })

  it('has its time limit from the deadlines, and no place without a datum that is known', () => {
    const times = { acceptedAt: '2026-07-18T14:32:10+08:00', deadlines: { replyBy: '2026-07-19T14:32:10+08:00' } }
    expect(hotline(times)).toMatchObject({ forms: [{ slaHours: 24, due: Date.UTC(2026, 6, 19, 6, 32, 10) }] })
    expect(hotline({ location: { lon: 120.2, lat: 30.2, crs: 'PZ-90' } })).toMatchObject({
      forms: [{ at: null }],
      drift: [{ field: 'crs', what: 'key' }],
    })
    expect(hotline({ location: { lon: 120.2, lat: 30.2, crs: 'CGCS2000' } })).toMatchObject({ forms: [{ at: [120.2, 30.2] }] })
  })
})

describe('a case of the city grid', () => {
  it('is known by its words before its code, and a component’s code is no event’s', () => {
    expect(grid({ majorCode: '01', minorCode: '04', desc: '路面积水' })).toMatchObject({ forms: [{ category: 'flood', code: '0104' }] })
    expect(grid({ majorCode: 1, minorCode: 2 })).toMatchObject({ forms: [{ category: 'waste', code: '0102' }] })
    expect(grid({ kind: 'component', majorCode: '01', minorCode: '02' })).toMatchObject({ forms: [{ category: null }] })
    expect(grid({ majorCode: '05', minorCode: '09' })).toMatchObject({ forms: [{ category: null, code: '0509' }] })
  })

  it('speaks local time', () => {
    expect(grid({ foundAt: '2026-07-18 14:30:15', deadline: '2026-07-18 18:30:15' })).toMatchObject({
      forms: [{ ts: Date.UTC(2026, 6, 18, 6, 30, 15), slaHours: 4 }],
      drift: [],
    })
  })

  it('has its officer as a pseudonym', () => {
    expect(JSON.stringify(grid({ reporter: '王五' }))).not.toContain('王五')
  })
})

describe('a position', () => {
  it('goes to GCJ-02 and back within centimetres, and stays outside of China', () => {
    for (const point of [
      [120.2, 30.27],
      [87.6, 43.8],
      [109.5, 18.25],
    ] as const)
      expect(distance_m(toWgs84(wgs84ToGcj02(point), 'gcj02'), point)).toBeLessThan(0.05)
    expect(distance_m(wgs84ToGcj02([120.2, 30.27]), [120.2, 30.27])).toBeGreaterThan(300)
    expect(toWgs84([11.6, 48.1], 'gcj02')).toEqual([11.6, 48.1])
  })
})

describe('free text', () => {
  it('keeps codes and figures', () => {
    for (const text of ['网格 330102001001007', '水深 0.31 m', '工单 HZ202607180012345', '2026-07-18 14:30:15'])
      expect(withoutPersonal(text)).toBe(text)
  })
})
