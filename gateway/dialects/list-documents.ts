/** The dialects of context brokers, other city systems and signed documents. */
import { cap12 } from './cap12.ts'
import { gridCase, hotline12345 } from './city-cases.ts'
import type { Dialect } from './dialect.ts'
import { gat1049Plan, gat1049State, gat1049Traffic } from './gat1049.ts'
import { ngsiEntities, ngsiNotification } from './ngsi.ts'
import { dingtalkRobot, webhookNotice, webPush, wecomRobot } from './notices.ts'
import { ntcip1202 } from './ntcip1202.ts'
import { open311Get, open311Post } from './open311.ts'
import { huaweiSpat, spatOde } from './spat.ts'
import { gbt20999, gridCodes, rainLevels } from './tables.ts'

export const DOCUMENT_DIALECTS: readonly Dialect[] = [
  ngsiNotification,
  ngsiEntities,
  open311Post,
  open311Get,
  hotline12345,
  gridCase,
  cap12,
  gat1049Plan,
  gat1049Traffic,
  gat1049State,
  spatOde,
  huaweiSpat,
  ntcip1202,
  gridCodes,
  rainLevels,
  gbt20999,
  webPush,
  wecomRobot,
  dingtalkRobot,
  // Known by its headers, whatever is in it: the last to be asked.
  webhookNotice,
]
