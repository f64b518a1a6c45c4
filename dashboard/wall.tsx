import { language } from './i18n/index.ts'
import { AutomationLog } from './panels/automation.tsx'
import { BinsPanel } from './panels/bins.tsx'
import { Card } from './panels/card.tsx'
import { CrewBoard } from './panels/crews.tsx'
import { Dialogs } from './panels/dialogs.tsx'
import { EventStream } from './panels/events.tsx'
import { FloodPanel } from './panels/flood.tsx'
import { Header, StaleBanner } from './panels/header.tsx'
import { Kpis } from './panels/kpis.tsx'
import { LayerPanel } from './panels/legend.tsx'
import { ListView } from './panels/list-view.tsx'
import { MapView, type MapViewProps } from './panels/map-view.tsx'
import { ArterialPage } from './panels/pages/arterial.tsx'
import { BinsPage } from './panels/pages/bins.tsx'
import { CrewsPage } from './panels/pages/crews.tsx'
import { DoubtsPage } from './panels/pages/doubts.tsx'
import { MessagesPage } from './panels/pages/messages.tsx'
import { PageLinks } from './panels/pages/page.tsx'
import { RulesPage } from './panels/pages/rules.tsx'
import { SignalsPage } from './panels/pages/signals.tsx'
import { EventStrip } from './panels/strip.tsx'
import { useWall } from './state/wall.ts'

const TAG = { zh: 'zh-CN', en: 'en', pseudo: 'en-x-pseudo' } as const

/** The screen as a list of its parts: header, rails, map, strip (screen design, section 2). */
export function WallScreen(props: MapViewProps) {
  const wall = useWall()
  const page = wall.page.value
  const stale = wall.freshness.value === 'lost'
  document.documentElement.lang = TAG[language.value]
  return (
    <div
      class={`wall wall-${wall.data.head.value?.mode ?? 'live'}${stale ? ' wall-stale' : ''}${wall.list.value ? ' wall-list' : ''}${page === null ? '' : ' wall-page'}`}
    >
      <Header />
      <main>
        <MapView {...props} />
        <div class="map-top">
          <div class="map-tools">
            <LayerPanel />
            <PageLinks on_map />
          </div>
          <StaleBanner />
        </div>
        {wall.list.value && page === null && <ListView />}
        {page?.kind === 'crews' && <CrewsPage />}
        {page?.kind === 'bins' && <BinsPage id={page.id} />}
        {page?.kind === 'doubts' && <DoubtsPage />}
        {page?.kind === 'signals' && <SignalsPage />}
        {page?.kind === 'rules' && <RulesPage />}
        {page?.kind === 'messages' && <MessagesPage />}
        {page?.kind === 'arterial' && <ArterialPage id={page.id} />}
        <Card />
      </main>
      {page === null && (
        <div class="rail rail-left">
          <Kpis />
          <FloodPanel />
          <BinsPanel />
        </div>
      )}
      <div class="rail rail-right">
        <EventStream />
        <CrewBoard />
        <AutomationLog />
      </div>
      {page === null && (
        <footer class="foot">
          <EventStrip />
        </footer>
      )}
      <Dialogs />
    </div>
  )
}
