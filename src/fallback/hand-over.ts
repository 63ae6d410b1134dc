/** From the spool to the server, in the order of arrival: the same form, signed for the server's own address, as the carrier would post it. */

import { detourFields, parseForm } from '../carriers/twilio/forms.ts'
import { sign } from '../carriers/twilio/signature.ts'
import { type Loop, startLoop } from '../jobs/loop.ts'
import { pathOf } from '../webhooks/twilio.ts'
import type { Spool, Spooled } from './spool.ts'

/**
 * What the server made of a webhook: `away` may pass at any moment; `refused` is a matter of set-up, which a person mends; `unfit` is this webhook
 * alone, for good.
 */
export type Posted = 'taken' | 'away' | 'refused' | 'unfit'

/** What the hand-over works with. */
export type HandOverDeps = {
  readonly spool: Spool
  readonly post: (webhook: Spooled) => Promise<Posted>
  /** The spool is empty again: so many were handed over since it was. */
  readonly emptied: (count: number) => void
  /** The server refuses the signature or has no such address; said once until it takes one again. */
  readonly refused: () => void
  readonly report: (error: unknown) => void
}

/** The hand-over at work. */
export type HandOver = Pick<Loop, 'wake' | 'stop'> & { readonly isRefused: () => boolean }

/** After a refusal, milliseconds until the next try: only a person can mend it. An absent server is tried at each poll, a second apart. */
const REFUSED_PAUSE_MS = 30_000

/** Starts to hand over; what the server has answered with 2xx is deleted, and nothing else is. */
export function startHandOver(deps: HandOverDeps): HandOver {
  let [handedOver, notBefore, isRefused, stopping] = [0, 0, false, false]
  /** What is done about each outcome, and whether to go on with the next webhook. */
  const outcomes: Readonly<Record<Posted, (name: string) => Promise<boolean> | boolean>> = {
    taken: async (name) => {
      await deps.spool.remove(name)
      isRefused = false
      handedOver++
      return true
    },
    unfit: async (name) => {
      await deps.spool.setAside(name)
      return true
    },
    away: () => false,
    refused: () => {
      if (!isRefused) deps.refused()
      isRefused = true
      notBefore = performance.now() + REFUSED_PAUSE_MS
      return false
    },
  }
  const loop = startLoop(async () => {
    if (performance.now() < notBefore) return 'nothing'
    // One after the other: a family's texts keep their order.
    while (!stopping) {
      const next = await deps.spool.oldest()
      if (next === null) {
        if (handedOver > 0) deps.emptied(handedOver)
        handedOver = 0
        return 'nothing'
      }
      if (!(await outcomes[await deps.post(next)](next.name))) return 'nothing'
    }
    return 'nothing'
  }, deps.report)
  return {
    wake: loop.wake,
    stop: async () => {
      stopping = true
      await loop.stop()
    },
    isRefused: () => isRefused,
  }
}

/** The server keeps a webhook or says that it cannot within 3 s; this is for one that says nothing. */
const TIME_LIMIT_MS = 10_000
/** The form itself is not one that the server takes. */
const UNFIT = new Set([400, 413, 415, 422])

/** Posts to the server, which has to be addressed as the carrier addresses it: signatures are over its PUBLIC_URL. Never throws. */
export function posterTo(server: string, authToken: string): (webhook: Spooled) => Promise<Posted> {
  return async ({ key, raw, at }) => {
    const url = `${server}${pathOf(key)}`
    const form = { ...parseForm(raw), ...detourFields({ via: 'fallback', at }) }
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'x-twilio-signature': sign(authToken, url, form) },
        body: new URLSearchParams(form),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      })
      await answer.arrayBuffer()
      if (answer.ok) return 'taken'
      if (UNFIT.has(answer.status)) return 'unfit'
      return answer.status >= 500 || answer.status === 408 || answer.status === 429 ? 'away' : 'refused'
    } catch {
      return 'away'
    }
  }
}
