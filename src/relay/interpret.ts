/** A machine between two people on the phone: what one says is put into the other's language while that one waits. */

import { missingFacts } from '../core/facts.ts'
import { cleanText } from '../core/segments.ts'
import type { TalkStore } from './interpret-ports.ts'
import type { Translator } from './ports.ts'

/** What `interpret` works with. */
export type InterpretDeps = { readonly store: TalkStore; readonly translator: Pick<Translator, 'translate'> }

/**
 * Interprets up to `limit` lines of a district; gives how many were due. Nobody can wait on the phone for a second try: a translator that fails, or
 * loses a fact, makes whoever spoke say it again.
 */
export async function interpret({ store, translator }: InterpretDeps, districtId: string, limit: number): Promise<number> {
  const due = await store.due(districtId, limit)
  await Promise.all(
    due.map(async ({ exchangeId, seq, ...request }) => {
      const answer = await translator.translate(request)
      const text = answer.kind === 'translated' ? cleanText(answer.text) : ''
      const lost = text === '' || missingFacts(request.text, text, request.names, request).length > 0
      await store.made(districtId, { exchangeId, seq }, lost || answer.kind !== 'translated' ? null : { text, by: answer.by })
    }),
  )
  return due.length
}
