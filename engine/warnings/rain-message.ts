/** The words of a rain warning, as a CAP message. China's public weather warnings are issued by its weather service alone: ours say what the city's own gauges and nowcast show, for the city's own services. */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS } from '../base/time.ts'
import type { Bilingual, DeviceKey, District } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { RainLevel } from '../model/rain-levels.ts'
import { LEVEL_NAMES, SEVERITY_OF, type Warning, type WarningLevel, type WarningMessage } from '../model/warning.ts'

/** What a gauge shows; `device` is null where no gauge shows anything any more. */
export interface Finding {
  readonly level: RainLevel
  readonly device: DeviceKey | null
  /** Most rain in a window of the level's hours, and the part that has fallen. */
  readonly mm: number
  readonly fallen_mm: number
}

/** Short forms of the guides to the signals in the same annex. */
const INSTRUCTIONS: Readonly<Record<WarningLevel, Bilingual>> = {
  blue: { zh: '检查排水设施，留意低洼路段。', en: 'Check the drains and watch low-lying roads.' },
  yellow: { zh: '低洼路段做好排水准备，车辆绕行积水路段。', en: 'Prepare to pump low-lying roads; drive around standing water.' },
  orange: {
    zh: '避开下穿立交和低洼路段，危险地带停止户外作业。',
    en: 'Keep out of underpasses and low-lying roads; stop work outdoors in dangerous places.',
  },
  red: {
    zh: '远离下穿立交、地下空间和低洼路段，停止户外作业。',
    en: 'Keep away from underpasses, cellars and low-lying roads; stop all work outdoors.',
  },
}

const EVENT: Bilingual = { zh: '暴雨', en: 'Rainstorm' }
const RESTRICTION = 'City operations; public weather warnings are those of the weather service'

export const senderOf = ({ city }: Context): string => `urban-brain@${city.id}`

const deviceName = (context: Context, key: DeviceKey | null): Bilingual =>
  context.devices.get(key ?? '')?.name ?? { zh: key ?? '', en: key ?? '' }

/** Fallen so much, or expected to come to so much. */
function sentence(context: Context, { level: { hours, mm: limit_mm }, device, mm, fallen_mm }: Finding): Bilingual {
  const at = deviceName(context, device)
  if (fallen_mm >= limit_mm) {
    return {
      zh: `${at.zh}过去${hours}小时降雨量已达${fallen_mm.toFixed(0)}毫米，且降雨可能持续。`,
      en: `${fallen_mm.toFixed(0)} mm of rain fell at ${at.en} in the last ${hours} hours, and it may go on.`,
    }
  }
  return {
    zh: `${at.zh}${hours}小时内降雨量预计达${mm.toFixed(0)}毫米，其中已降${fallen_mm.toFixed(0)}毫米。`,
    en: `${mm.toFixed(0)} mm of rain are expected at ${at.en} within ${hours} hours, of which ${fallen_mm.toFixed(0)} mm have fallen.`,
  }
}

export function rainReason(context: Context, district: District, finding: Finding, now: EpochMs): Reason {
  const { level, device, mm, fallen_mm } = finding
  const says = device === null ? { zh: '降雨已减弱。', en: 'The rain has eased.' } : sentence(context, finding)
  return {
    policy: 'warnings.rain',
    text: `${district.name.en}: ${says.en}`,
    text_zh: `${district.name.zh}：${says.zh}`,
    evidence: device === null ? [] : [`${device} ${level.hours} h: ${mm.toFixed(1)} mm, fallen ${fallen_mm.toFixed(1)} mm, at ${now}`],
  }
}

export function rainMessage(
  context: Context,
  district: District,
  { type, identifier, sent, expires }: Pick<WarningMessage, 'type' | 'identifier' | 'sent'> & { readonly expires: EpochMs },
  finding: Finding,
  before: Warning | undefined,
): WarningMessage {
  const { level } = finding.level
  const colour = LEVEL_NAMES[level]
  const over = type === 'Cancel'
  const observed = finding.fallen_mm >= finding.level.mm
  const { zh, en } = district.name
  return {
    identifier,
    sender: senderOf(context),
    sent,
    status: context.world === 'live' ? 'Actual' : 'Exercise',
    type,
    scope: 'Restricted',
    restriction: RESTRICTION,
    references:
      before === undefined ? [] : [{ sender: before.message.sender, identifier: before.message.identifier, sent: before.message.sent }],
    hazard: 'rain',
    event: EVENT,
    level,
    urgency: over ? 'Past' : observed ? 'Immediate' : 'Expected',
    severity: SEVERITY_OF[level],
    certainty: over || observed ? 'Observed' : 'Likely',
    effective: sent,
    // A cancellation has nothing to run out; an hour is time to read it.
    expires: over ? sent + HOUR_MS : expires,
    sender_name: { zh: `${context.city.name.zh}城市大脑`, en: `Urban brain of ${context.city.name.en}` },
    headline: over
      ? { zh: `${zh}解除暴雨${colour.zh}预警`, en: `${en}: ${colour.en} rainstorm warning lifted` }
      : { zh: `${zh}暴雨${colour.zh}预警`, en: `${en}: ${colour.en} rainstorm warning` },
    description: over ? { zh: '降雨已减弱。', en: 'The rain has eased.' } : sentence(context, finding),
    instruction: over ? { zh: '', en: '' } : INSTRUCTIONS[level],
    areas: [{ name: district.name, polygons: [district.outline], circles: [], geocodes: [{ name: 'district', value: district.id }] }],
  }
}
