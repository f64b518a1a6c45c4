/** Bilingual names for things nobody has named: made up from common syllables, so that no real person or place is meant. */
import type { Random } from '../../engine/base/random.ts'
import type { Bilingual, RoadClass } from '../../engine/model/city.ts'

type Syllable = readonly [zh: string, pinyin: string]

const parse = (text: string): Syllable[] =>
  text.split(' ').map((word) => {
    const zh = word.slice(0, 1)
    return [zh, word.slice(1)]
  })

const SURNAMES = parse(
  '陈Chen 林Lin 何He 吴Wu 许Xu 沈Shen 陆Lu 顾Gu 钱Qian 孙Sun 郑Zheng 冯Feng 蒋Jiang 韩Han 杨Yang 朱Zhu 秦Qin 曹Cao 严Yan 金Jin 魏Wei 姜Jiang 谢Xie 苏Su 潘Pan 范Fan 方Fang 任Ren 袁Yuan 唐Tang',
)
const GIVEN = parse('安an 宁ning 和he 文wen 清qing 明ming 远yuan 志zhi 思si 雨yu 晓xiao 佳jia 启qi 承cheng 嘉jia 怡yi 悦yue 静jing 海hai 松song 岚lan 云yun 川chuan 禾he 言yan 书shu 辰chen 越yue')
const FRONT = parse(
  '春Chun 清Qing 云Yun 竹Zhu 梅Mei 荷He 兰Lan 柳Liu 枫Feng 松Song 桂Gui 杏Xing 橘Ju 鹤He 雁Yan 莺Ying 石Shi 泉Quan 锦Jin 瑞Rui 永Yong 康Kang 长Chang 平Ping 银Yin 凤Feng 龙Long 虹Hong 朝Chao 新Xin 明Ming 广Guang',
)
const BACK = parse('溪xi 山shan 湖hu 桥qiao 园yuan 亭ting 塘tang 浦pu 泽ze 港gang 坊fang 门men 岸an 洲zhou 林lin 井jing 泉quan 峰feng 坪ping 湾wan')

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A person's name: one syllable or two after the family name. */
export function personName(random: Random): Bilingual {
  const family = random.pick(SURNAMES)
  const given = Array.from({ length: random.chance(0.75) ? 2 : 1 }, () => random.pick(GIVEN))
  return {
    zh: family[0] + given.map(([zh]) => zh).join(''),
    en: `${capital(given.map(([, pinyin]) => pinyin).join(''))} ${family[1]}`,
  }
}

const SUFFIX: Readonly<Record<RoadClass, Bilingual>> = {
  motorway: { zh: '高速', en: 'Expressway' },
  trunk: { zh: '大道', en: 'Avenue' },
  primary: { zh: '大道', en: 'Avenue' },
  secondary: { zh: '路', en: 'Road' },
  tertiary: { zh: '路', en: 'Road' },
  residential: { zh: '街', en: 'Street' },
  service: { zh: '弄', en: 'Lane' },
}

/** The names that nearly every city has, for its most important streets. */
const COMMON: readonly Bilingual[] = [
  { zh: '人民路', en: 'Renmin Road' },
  { zh: '解放路', en: 'Jiefang Road' },
  { zh: '建设路', en: 'Jianshe Road' },
  { zh: '和平路', en: 'Heping Road' },
  { zh: '文化路', en: 'Wenhua Road' },
  { zh: '学府路', en: 'Xuefu Road' },
  { zh: '迎宾大道', en: 'Yingbin Avenue' },
  { zh: '望江路', en: 'Wangjiang Road' },
  { zh: '朝阳路', en: 'Chaoyang Road' },
  { zh: '友谊路', en: 'Youyi Road' },
  { zh: '胜利路', en: 'Shengli Road' },
  { zh: '工农路', en: 'Gongnong Road' },
  { zh: '体育路', en: 'Tiyu Road' },
  { zh: '青年路', en: 'Qingnian Road' },
  { zh: '光明路', en: 'Guangming Road' },
  { zh: '团结路', en: 'Tuanjie Road' },
]

/** Gives every call another name, the common ones first. */
export function createStreetNames(random: Random): (roadClass: RoadClass) => Bilingual {
  const stems = FRONT.flatMap((front) => BACK.map((back) => ({ zh: front[0] + back[0], en: front[1] + back[1] })))
  shuffle(stems, random)
  let common = 0
  let stem = 0
  return (roadClass) => {
    const important = roadClass === 'trunk' || roadClass === 'primary' || roadClass === 'secondary'
    if (important && common < COMMON.length) return COMMON[common++]
    const { zh, en } = stems[stem++ % stems.length]
    return { zh: zh + SUFFIX[roadClass].zh, en: `${en} ${SUFFIX[roadClass].en}` }
  }
}

/** Gives every call another two-syllable place name. */
export function createPlaceNames(random: Random): () => Bilingual {
  const stems = BACK.flatMap((back) => FRONT.map((front) => ({ zh: front[0] + back[0], en: front[1] + back[1] })))
  shuffle(stems, random)
  let next = 0
  return () => stems[next++ % stems.length]
}

/** Fisher and Yates. */
export function shuffle<T>(list: T[], random: Random): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    const held = list[i]
    list[i] = list[j]
    list[j] = held
  }
}
