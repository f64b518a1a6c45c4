import { expect, test } from 'vitest'
import { createSessions, QUEUE_MAX, SESSIONS_MAX } from '../../../gateway/mqtt/sessions.ts'

const COMMAND = 'city/v1/d0/flood/G1/command'
let counter = 0
const packet = (payload: string, topic = COMMAND) => ({
  cmd: 'publish' as const,
  topic,
  payload: Buffer.from(payload),
  qos: 1 as const,
  retain: false,
  dup: false,
  brokerId: 'b',
  brokerCounter: ++counter,
})
const subscription = (topic: string, qos: 0 | 1 = 1) => ({ topic, qos })

function start() {
  const dropped: string[] = []
  const expired = new Set<string>()
  const sessions = createSessions({
    isExpired: ({ payload }) => expired.has(payload.toString()),
    loginOf: (id) => id.split(' ')[0],
    onDropped: () => dropped.push('one'),
  })
  const queueOf = async (id: string): Promise<string[]> => {
    const waiting: string[] = []
    for await (const { payload } of sessions.outgoingStream({ id })) waiting.push(payload.toString())
    return waiting
  }
  return { sessions, dropped, expired, queueOf }
}

test('a session keeps its newest commands and lets expired ones go first', async () => {
  const { sessions, dropped, expired, queueOf } = start()
  await sessions.addSubscriptions({ id: 'G1 c' }, [subscription(COMMAND)])
  for (let i = 0; i < QUEUE_MAX; i++) await sessions.outgoingEnqueue({ clientId: 'G1 c' }, packet(`${i}`))
  for (let i = 10; i < 20; i++) expired.add(`${i}`)
  await sessions.outgoingEnqueue({ clientId: 'G1 c' }, packet('next'))
  expect(await queueOf('G1 c')).toHaveLength(QUEUE_MAX - 9)
  expect(dropped).toEqual([])
  for (let i = 0; i < 20; i++) await sessions.outgoingEnqueue({ clientId: 'G1 c' }, packet(`more ${i}`))
  const queue = await queueOf('G1 c')
  expect(queue).toHaveLength(QUEUE_MAX)
  expect(queue.at(-1)).toBe('more 19')
  expect(dropped).toHaveLength(11)
})

test('a login keeps its newest sessions only; the others lose nothing by it', async () => {
  const { sessions } = start()
  await sessions.addSubscriptions({ id: 'G2 c' }, [subscription(COMMAND)])
  for (let i = 0; i < SESSIONS_MAX; i++) await sessions.addSubscriptions({ id: `G1 ${i}` }, [subscription(COMMAND)])
  expect(await sessions.subscriptionsByClient({ id: 'G1 0' })).toEqual([{ topic: COMMAND, qos: 1 }])
  await sessions.addSubscriptions({ id: 'G1 new' }, [subscription(COMMAND)])
  expect(await sessions.subscriptionsByClient({ id: 'G1 1' })).toEqual([])
  const subscribers = await sessions.subscriptionsByTopic(COMMAND)
  expect(subscribers.map(({ clientId }) => clientId)).toContain('G2 c')
  expect(subscribers).toHaveLength(SESSIONS_MAX + 1)
})

test('who is to get a message: exact filters and filters with +, each session once, QoS 0 not at all', async () => {
  const { sessions } = start()
  await sessions.addSubscriptions({ id: 'sim a' }, [subscription('city/v1/+/+/+/command'), subscription(COMMAND)])
  await sessions.addSubscriptions({ id: 'sim b' }, [subscription(COMMAND, 0)])
  await sessions.addSubscriptions({ id: 'sim c' }, [subscription('city/v1/d1/+/+/command')])
  expect((await sessions.subscriptionsByTopic(COMMAND)).map(({ clientId }) => clientId)).toEqual(['sim a'])
  await sessions.removeSubscriptions({ id: 'sim a' }, [COMMAND])
  expect(await sessions.subscriptionsByTopic(COMMAND)).toHaveLength(1)
  await sessions.cleanSubscriptions({ id: 'sim a' })
  expect(await sessions.subscriptionsByTopic(COMMAND)).toEqual([])
})

test('what was acknowledged is not sent again', async () => {
  const { sessions, queueOf } = start()
  await sessions.addSubscriptions({ id: 'G1 c' }, [subscription(COMMAND)])
  const [first, second] = [packet('first'), packet('second')]
  await sessions.outgoingEnqueueCombi([{ clientId: 'G1 c' }], first)
  await sessions.outgoingEnqueueCombi([{ clientId: 'G1 c' }], second)
  await sessions.outgoingUpdate({ id: 'G1 c' }, { ...first, messageId: 7 })
  await sessions.outgoingUpdate({ id: 'G1 c' }, { ...second, messageId: 8 })
  expect((await sessions.outgoingClearMessageId({ id: 'G1 c' }, { ...packet(''), messageId: 7 }))?.payload.toString()).toBe('first')
  expect(await queueOf('G1 c')).toEqual(['second'])
})
