/** What an operator's monitoring reads: numbers about queues and hand-overs, never about people. */

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { QueueState } from './store/scheduler.ts'

/** The counters that steps raise, and the page. */
export type Metrics = {
  readonly handOvers: Counter<'outcome'>
  readonly translations: Counter<'outcome'>
  readonly webhooks: Counter<'kind' | 'answer'>
  readonly stepFailures: Counter<'step'>
  readonly sweptTexts: Counter
  /** Prometheus text; reads the queues anew. */
  readonly page: () => Promise<string>
  readonly contentType: string
}

/** Builds the registry; `queues` is asked at every scrape. */
export function createMetrics(queues: () => Promise<QueueState>): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'homeline_' })
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const gauges: Readonly<Record<keyof QueueState, Gauge>> = {
    inboxWaiting: gauge('homeline_inbox_waiting', 'Webhooks kept and not yet taken in'),
    inboxAge: gauge('homeline_inbox_age_seconds', 'Age of the oldest of these'),
    toPrepare: gauge('homeline_to_prepare', 'Exchanges that wait for translation and time'),
    held: gauge('homeline_held', 'Exchanges held by hours or by a person'),
    due: gauge('homeline_due', 'Exchanges that may be handed over now'),
    dueAge: gauge('homeline_due_age_seconds', 'For how long the oldest of these has been due'),
    sending: gauge('homeline_sending', 'Exchanges being handed over, or whose outcome is unknown'),
    unknown: gauge('homeline_unknown', 'Attempts about which the carrier is being asked'),
    unsealed: gauge('homeline_unsealed_events', 'Events that are not in the chain yet'),
  }
  return {
    handOvers: counter('homeline_hand_overs_total', 'Hand-overs to the carrier by what it answered', ['outcome']),
    translations: counter('homeline_translations_total', 'Translations asked for by what came of them', ['outcome']),
    webhooks: counter('homeline_webhooks_total', 'Webhooks by kind and answer', ['kind', 'answer']),
    stepFailures: counter('homeline_step_failures_total', 'Turns of a step that failed', ['step']),
    sweptTexts: counter('homeline_swept_texts_total', 'Texts that never reached us, found in the carrier’s list', []),
    page: async () => {
      const state = await queues()
      for (const [name, value] of Object.entries(state)) gauges[name as keyof QueueState].set(value)
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}
