/** What a crew does on site, step by step, for each class of incident. Read on the phone in the rain: short, in order. */
import type { Bilingual } from './bilingual.ts'
import { ROUND } from './round.ts'

const steps = (...pairs: readonly (readonly [zh: string, en: string])[]): readonly Bilingual[] => pairs.map(([zh, en]) => ({ zh, en }))

const WATER = steps(
  ['停在积水外，摆放警示锥', 'Stop outside the water, set out cones'],
  ['测量水深并上报', 'Measure the depth and report it'],
  ['清理雨水口', 'Clear the road drains'],
  ['架设移动泵排水', 'Set up the mobile pump'],
  ['水退后拍照，恢复通行', 'When the water is gone: photo, reopen the road'],
)
const PRE_POSITION = steps(
  ['车停在积水线以上，摆放警示锥', 'Park above the water line, set out cones'],
  ['清理雨水口', 'Clear the road drains'],
  ['架设移动泵并试机', 'Set up the mobile pump and test it'],
  ['准备路障，水深 27 厘米前封路', 'Have barriers ready: close the road before 27 cm'],
  ['见水即抽，留守至收到撤回通知', 'Pump as soon as there is water; stay until you are called back'],
)
const FIRE = steps(
  ['保持距离，确认 119 已接警', 'Keep your distance, make sure 119 has been called'],
  ['疏散周围人员', 'Move people away'],
  ['仅在安全时使用灭火器', 'Use an extinguisher only if it is safe'],
  ['确认熄灭并拍照', 'Make sure it is out, take a photo'],
)
const TRAFFIC = steps(
  ['车后设置警示', 'Secure the scene behind your vehicle'],
  ['查看是否有人受伤，需要时呼叫 120', 'Look for injured people, call 120 if needed'],
  ['疏导交通', 'Direct the traffic'],
  ['撤离车辆并拍照', 'Have vehicles moved, take a photo'],
)
const WASTE = steps(
  ['到点拍照', 'Photo on arrival'],
  ['清空垃圾桶', 'Empty the bin'],
  ['清扫周边地面', 'Sweep around it'],
  ['拍照确认', 'Photo when clean'],
)
const BLOCKED = steps(
  ['到点拍照', 'Photo on arrival'],
  ['检查桶盖和投口，清除卡住的物品', 'Check lid and opening, remove what is stuck'],
  ['擦净传感器，移开遮挡物', 'Wipe the sensor, remove what covers it'],
  ['桶未清空则清空', 'Empty the bin if it is not empty'],
  ['拍照确认；读数不降则报修', 'Photo when done; have the sensor repaired if its level stays'],
)
const COLLECTION = steps(
  ['按顺序前往下一站', 'Drive to the next stop, in order'],
  ['清空前看满度，清空并归位', 'See how full the bin is, empty it, put it back'],
  ['每站上报一次', 'Report every stop once'],
)
const FALLEN = steps(
  ['到点拍照', 'Photo on arrival'],
  ['扶正并固定垃圾桶', 'Set the bin upright and secure it'],
  ['清扫周边地面', 'Sweep around it'],
  ['拍照确认', 'Photo when clean'],
)
const SORTING = steps(
  ['打开查看并拍照', 'Look inside and take a photo'],
  ['重新分拣或加贴标识', 'Sort again or label it'],
  ['提醒责任人', 'Remind the person responsible'],
)
const PATROL = steps(
  ['到场核实情况', 'See for yourself what is there'],
  ['现场劝导或处理', 'Talk to those concerned, or settle it'],
  ['拍照并填写结果', 'Take a photo, write down the result'],
)
const REPAIR = steps(
  ['检查供电与外观', 'Check power and housing'],
  ['检查通信与天线', 'Check network and aerial'],
  ['更换故障部件', 'Replace what is broken'],
  ['确认读数恢复', 'Make sure readings are back'],
)

const STEPS: Readonly<Record<string, readonly Bilingual[]>> = {
  'flood.waterlogging': WATER,
  'flood.pre_position': PRE_POSITION,
  'road.flooded': WATER,
  'road.accident': TRAFFIC,
  'road.illegal_parking': TRAFFIC,
  'fire.smoke': FIRE,
  'waste.fire': FIRE,
  'waste.overflow': WASTE,
  'waste.blocked': BLOCKED,
  'waste.tilt': FALLEN,
  [ROUND]: COLLECTION,
  'waste.mis_sorted': SORTING,
  'street.stall': PATROL,
  'device.silent': REPAIR,
}

/** A class without a list of its own is looked at by a patrol. */
export const siteSteps = (incidentClass: string): readonly Bilingual[] => STEPS[incidentClass] ?? PATROL
