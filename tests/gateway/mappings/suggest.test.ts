/** What is guessed of a message from its structure. */
import { describe, expect, it } from 'vitest'
import { suggest } from '../../../gateway/mappings/suggest.ts'

const T0 = Date.UTC(2026, 6, 18, 6, 30, 15)

const rowsOf = (topic: string, message: unknown) =>
  suggest(topic, message, T0)?.mapping.metrics?.map(({ path, metric, unit }) => `${path} ${metric}${unit === undefined ? '' : ` ${unit}`}`)

describe('a suggested mapping', () => {
  it('reads English names with their units, the time, and the device in the topic', () => {
    const message = { sn: 'A-1', data: { water_level_mm: 310, temp: 25.7, batt_mv: 3600, rssi: -97 }, ts: T0 / 1000 }
    expect(suggest('acme/gw/A-0017/up', message, T0)?.mapping).toEqual({
      id: 'acme-gw-up',
      topic: 'acme/gw/+/up',
      entity: 'acme:{topic.3}',
      time: { path: 'ts', form: 's' },
      metrics: [
        { path: 'data.water_level_mm', metric: 'level_m', unit: 'mm' },
        { path: 'data.temp', metric: 'temperature_c', unit: '°C' },
        { path: 'data.batt_mv', metric: 'battery_v', unit: 'mV' },
        { path: 'data.rssi', metric: 'rssi_dbm', unit: 'dBm' },
      ],
    })
  })

  it('reads Chinese names, units in brackets, and local times', () => {
    const message = { 设备编号: 'HZ021', 采集时间: '2026-07-18 14:30:15', '水位(厘米)': 31, 电量: 92, 满溢度: '80%' }
    const made = suggest('shuiwu/report', message, T0)
    expect(made?.mapping).toMatchObject({ entity: 'shuiwu:{设备编号}', time: { path: '采集时间', form: 'iso' } })
    expect(rowsOf('shuiwu/report', message)).toEqual(['水位(厘米) level_m cm', '电量 battery_pct %', '满溢度 fill_pct'])
  })

  it('finds lists of names and values by name, with the unit beside', () => {
    const message = {
      sensors: [
        { name: '液位', value: 0.31, unit: 'm' },
        { name: 'Temp', value: 298.8, unit: 'K' },
      ],
    }
    expect(rowsOf('a/b', message)).toEqual(['sensors[name=液位].value level_m m', 'sensors[name=Temp].value temperature_c K'])
  })

  it.each([
    ['metres', 0.31, 'm'],
    ['centimetres', 150, 'cm'],
    ['millimetres', 3100, 'mm'],
  ])('guesses %s where only they are plausible', (_name, level, unit) => {
    expect(rowsOf('a/b', { level })).toEqual([`level level_m ${unit}`])
    expect(suggest('a/b', { level }, T0)?.basis).toEqual(['range'])
  })

  it('tells a share from a percentage, kelvin from degrees, and a voltage from a charge', () => {
    expect(rowsOf('a/b', { fillingLevel: 0.8, temperature: 298.8, battery: '3.6 V' })).toEqual([
      'fillingLevel fill_pct ratio',
      'temperature temperature_c K',
      'battery battery_v',
    ])
  })

  it('says what it cannot explain, and is silent where nothing is measured', () => {
    expect(suggest('a/b', { level: 1, zorp: 17, fCnt: 4 }, T0)?.unexplained).toEqual(['zorp', 'fCnt'])
    expect(suggest('a/b', { hello: 'world' }, T0)).toBeNull()
    expect(suggest('a/b', 'text', T0)).toBeNull()
    expect(suggest('a/b', null, T0)).toBeNull()
  })

  it('keeps names that say their unit already', () => {
    expect(rowsOf('a/b', { ph_level_m: 1, torque_w: 3 })).toEqual(['ph_level_m ph_level_m', 'torque_w torque_w'])
  })
})
