/** Rules on words: that they reach somebody, and that nobody gets other facts than were written without being told. */

import { type Rule, short } from './rule.ts'

const ARRIVED = new Set(['sent', 'delivered'])

const factsStand: Rule = {
  name: 'facts stand, or the original beside them',
  says: 'Whatever a translator made of it, a text that was handed over holds every number of the original.',
  broken: ({ world, exchanges, attempts }) => {
    const parts = new Map<string, string[]>()
    for (const text of world.carrier.taken) {
      const attempt = attempts.get(text.attemptId)
      if (attempt === undefined) continue
      const of = parts.get(attempt.exchange) ?? []
      of[attempt.part] = text.body
      parts.set(attempt.exchange, of)
    }
    return [...parts].flatMap(([id, bodies]) => {
      const exchange = exchanges.get(id)
      if (exchange === undefined || exchange.author !== 'person' || exchange.channel !== 'text' || !ARRIVED.has(exchange.status))
        return []
      const shown = bodies.join(' ')
      const lost = (exchange.text.match(/\d+/g) ?? []).filter((number) => !shown.includes(number))
      return lost.length > 0 ? [`The message ${short(id)} was handed over without ${lost.length} of its numbers.`] : []
    })
  },
}

const somebodyReads: Rule = {
  name: 'an inbound text reaches somebody',
  says: 'What came in stands in a conversation, or somebody’s task is about it.',
  broken: ({ unattended }) => unattended.map((id) => `The text ${short(id)} stands in no conversation, and no task is about it.`),
}

/** Rules on words. */
export const WORD_RULES: readonly Rule[] = [factsStand, somebodyReads]
