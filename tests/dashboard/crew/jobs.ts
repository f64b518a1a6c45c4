import type { CrewJob } from '../../../gateway/wire/phone.ts'

export const T0 = 1_767_225_600_000

/** A flooded road with two steps, one reading and two photos. */
export const jobOf = (more: Partial<CrewJob> = {}): CrewJob => ({
  id: 'T-1',
  incident: 'I-1',
  kind: 'road.flooded',
  title: { zh: '道路积水', en: 'Flooded road' },
  where: { zh: '文化路', en: 'Wenhua Road' },
  at: [120.15, 30.27],
  kit: [],
  priority: 1,
  status: 'offered',
  created: T0,
  updated: T0,
  due: T0 + 3_600_000,
  eta: T0 + 300_000,
  offer_until: T0 + 120_000,
  service_s: 1200,
  route: [],
  why: null,
  round: null,
  steps: [
    { zh: '一', en: 'one' },
    { zh: '二', en: 'two' },
  ],
  others: [],
  hazards: [],
  readings: [{ id: 'depth_m', name: { zh: '水深', en: 'Depth' }, min: 0, max: 5 }],
  photos: ['before', 'after'],
  ...more,
})
