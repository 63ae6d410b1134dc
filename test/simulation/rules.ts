/** What must hold after every run, one rule a function: each answers the sentences that say how it was broken. */

import { verifyLog } from '../../src/store/verify.ts'
import type { ExchangeRow } from './evidence.ts'
import { type Rule, short, when } from './rule.ts'
import { CALL_RULES } from './rules-calls.ts'
import { PRIVACY_RULES } from './rules-privacy.ts'
import { TIME_RULES } from './rules-time.ts'
import { WORD_RULES } from './rules-words.ts'

const ENDS = new Set(['sent', 'delivered', 'undelivered', 'failed', 'canceled', 'received'])

const inboundOnce: Rule = {
  name: 'inbound exactly once',
  says: 'Every text to a number of ours is in the log exactly once after the faults have stopped, whichever way it came: directly, by the fallback receiver, or out of the carrier’s list.',
  broken: ({ world, exchanges }) => {
    const kept = Map.groupBy(
      [...exchanges.values()].filter((e) => e.carrierSid !== null),
      (e) => e.carrierSid,
    )
    return world.carrier.sent.flatMap((text) => {
      const rows = kept.get(text.sid) ?? []
      const bodies = rows.filter((row) => row.text !== text.body).length
      if (rows.length > 1) return [`The text ${text.sid} of ${when(text.at)} is in the log ${rows.length} times.`]
      if (rows.length === 0 && (text.acknowledged !== null || text.listed !== null))
        return [
          `The text ${text.sid} of ${when(text.at)}, ${text.acknowledged === null ? 'never taken' : `acknowledged at ${when(text.acknowledged)}`}, is not in the log.`,
        ]
      return bodies > 0 ? [`The text ${text.sid} is in the log with other words.`] : []
    })
  },
}

const outboundEnds: Rule = {
  name: 'every outbound ends',
  says: 'After the faults have stopped every message reaches one end, or waits for a person or a number, and says so.',
  broken: ({ exchanges }) =>
    [...exchanges.values()].flatMap((e) =>
      e.preparing || (!ENDS.has(e.status) && !(e.status === 'held' && (e.hold === 'no_number' || e.hold === 'person')))
        ? [`The message ${short(e.id)} is still ${e.preparing ? 'being prepared' : e.status} (hold ${e.hold}).`]
        : [],
    ),
}

const acceptedIsKept: Rule = {
  name: 'accepted is kept',
  says: 'What the API said it accepted is there, and a request that came twice under one key made one set of messages.',
  broken: ({ world, exchanges }) => {
    const asked = world.seen.filter((s) => s.kind === 'asked')
    const missing = asked.flatMap((a) =>
      a.ids.filter((id) => !exchanges.has(id)).map((id) => `The accepted message ${short(id)} is not there.`),
    )
    const twice = [
      ...Map.groupBy(
        asked.filter((a) => a.status === 202),
        (a) => a.ref,
      ),
    ].flatMap(([ref, answers]) =>
      new Set(answers.map((a) => a.ids.join())).size > 1
        ? [`The request ref ${ref} was accepted twice with different messages.`]
        : [],
    )
    return [...missing, ...twice]
  },
}

const handedOnce: Rule = {
  name: 'handed over at most once',
  says: 'The carrier took each part of a message at most once, and once more for each time that a person said "again".',
  broken: ({ world, exchanges, attempts, eventsOf }) => {
    const taken = Map.groupBy(world.carrier.taken, (t) => {
      const attempt = attempts.get(t.attemptId)
      return attempt === undefined ? '' : `${attempt.exchange} ${attempt.part}`
    })
    return [...taken].flatMap(([key, texts]) => {
      if (key === '') return texts.map((t) => `The carrier took ${t.sid}, of which the gateway knows no attempt.`)
      const [id = '', part] = key.split(' ')
      const allowed = 1 + eventsOf(id).filter((e) => e.what === 'again').length
      const notice = exchanges.get(id)?.notice ?? 'a person’s'
      return texts.length > allowed
        ? [`Part ${part} of ${short(id)} (${notice}) was handed over ${texts.length} times, ${allowed} allowed.`]
        : []
    })
  },
}

const laneOrder: Rule = {
  name: 'order in the lane',
  says: 'In each conversation and direction messages are handed over in the order of writing; only an urgent one overtakes, and one that was put off stands in nobody’s way before its time.',
  broken: ({ world, exchanges, attempts, eventsOf }) => {
    const first = new Map<string, number>()
    const decided = new Map<string, number>()
    for (const text of world.carrier.taken) {
      const id = attempts.get(text.attemptId)?.exchange
      if (id === undefined || first.has(id)) continue
      first.set(id, text.taken)
      const sending = eventsOf(id).findLast((v) => v.what === 'sending' && v.committed <= text.issued)
      decided.set(id, sending?.at ?? text.issued)
    }
    const putOffBeyond = (before: ExchangeRow, e: ExchangeRow) =>
      before.notBefore !== null && before.notBefore > (decided.get(e.id) ?? 0)
    const plain = (e: ExchangeRow) => !e.urgent && !eventsOf(e.id).some((v) => v.what === 'again' || v.what === 'released')
    const lanes = Map.groupBy(
      [...exchanges.values()].filter((e) => e.seq !== null && first.has(e.id) && plain(e)),
      (e) => `${e.conversation} ${e.direction}`,
    )
    return [...lanes.values()].flatMap((lane) => {
      const inOrder = lane.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0))
      return inOrder.flatMap((e, i) => {
        const before = inOrder.slice(0, i).find((b) => (first.get(b.id) ?? 0) > (first.get(e.id) ?? 0) && !putOffBeyond(b, e))
        return before !== undefined
          ? [
              `${short(e.id)} (seq ${e.seq}) was handed over at ${when(first.get(e.id) ?? 0)}, before ${short(before.id)} (seq ${before.seq}) at ${when(first.get(before.id) ?? 0)}.`,
            ]
          : []
      })
    })
  },
}

const arrivalOrder: Rule = {
  name: 'order of arrival',
  says: 'What a phone sent after a server had said that it has an earlier text of the same phone stands after that one in their conversation.',
  broken: ({ world, exchanges }) => {
    const kept = new Map([...exchanges.values()].map((e) => [e.carrierSid, e]))
    const lanes = Map.groupBy(
      world.carrier.sent.flatMap((text) => {
        const exchange = kept.get(text.sid)
        return exchange?.conversation == null || exchange.seq === null ? [] : [{ text, exchange, seq: exchange.seq }]
      }),
      ({ text, exchange }) => `${text.from} ${exchange.conversation} ${exchange.direction}`,
    )
    return [...lanes.values()].flatMap((lane) => {
      const asSent = lane.sort((a, b) => a.text.at - b.text.at)
      return asSent.flatMap((later, i) => {
        const before = asSent
          .slice(0, i)
          .find(({ text, seq }) => text.received !== null && text.received < later.text.at && seq > later.seq)
        return before === undefined
          ? []
          : [
              `The text ${later.text.sid} of ${when(later.text.at)} stands before ${before.text.sid}, which was there at ${when(before.text.received ?? 0)}.`,
            ]
      })
    })
  },
}

const chainVerifies: Rule = {
  name: 'the chain verifies',
  says: 'Every event is sealed, and the log of each district is intact.',
  broken: async ({ world, unsealed, db, keys }) => {
    const answers = unsealed > 0 ? [`${unsealed} events are not sealed.`] : []
    for (const [name, id] of world.prepared.districtIds) {
      const verdict = await verifyLog(db, keys, id, world.checkpoints)
      if (verdict.kind !== 'intact') answers.push(`The log of ${name} is broken: ${verdict.what}`)
    }
    return answers
  },
}

const drained: Rule = {
  name: 'everything drains',
  says: 'After the faults have stopped the inbox is empty and no step fails any more.',
  broken: ({ inboxWaiting }) => (inboxWaiting > 0 ? [`${inboxWaiting} webhooks wait in the inbox.`] : []),
}

/** The moves between shown statuses that are no step back; `again` and an unknown that turns up are asked about apart. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  received: ['received', 'held', 'queued', 'sending', 'canceled', 'failed'],
  held: ['held', 'queued', 'sending', 'canceled', 'received'],
  queued: ['held', 'queued', 'sending', 'canceled', 'received'],
  sending: ['queued', 'sent', 'delivered', 'undelivered', 'failed'],
  sent: ['delivered', 'undelivered', 'failed'],
  undelivered: ['delivered'],
  // What fails as it is written says so twice: that it was written, and why it goes to nobody.
  failed: ['failed'],
  delivered: [],
  canceled: [],
}

/** Why what waits can go to nobody (a call that may not be placed, a family that no way leads to any more): no hand-over's end. */
const NO_WAY: ReadonlySet<string> = new Set(['no_way', 'no_phone', 'not_allowed', 'too_many_calls'])

const neverBack: Rule = {
  name: 'shown states never go back',
  says: 'What people see of a message only goes forward; a failed one comes back when a person says "again", when the carrier had it after all, or once as a call. What was handed over may be delivered whatever was thought of it.',
  broken: ({ exchanges, eventsOf }) =>
    [...exchanges.values()].flatMap((e) => {
      let status: string | null = null
      let unknown = false
      let rescued = false
      let handedOver = false
      return eventsOf(e.id).flatMap((event) => {
        const next = event.detail['status']
        if (typeof next !== 'string') return []
        const before = status
        status = next
        const wasUnknown = unknown
        unknown = event.what === 'unknown'
        handedOver ||= next === 'sending'
        // A receipt may come for a text that was given up, asked for again or as a call, and then canceled or still waiting.
        if (next === 'delivered' && handedOver && before !== 'delivered') return []
        if (before === null || MOVES[before]?.includes(next)) return []
        // A text that came back, or gave no sign, goes once more: by call, which its late receipt makes needless.
        if (event.what === 'rescue' && !rescued && ['undelivered', 'failed', 'sent'].includes(before)) {
          rescued = true
          return []
        }
        // What had arrived for all anybody knows stays so when its call is given up.
        if (event.what === 'rescue_given_up' && rescued && next === 'sent') return []
        if (event.what === 'failed' && NO_WAY.has(String(event.detail['reason']))) return []
        if (rescued && before === 'queued' && next === 'failed') return []
        if (event.what === 'again' && (before === 'failed' || before === 'undelivered')) return []
        if (before === 'failed' && wasUnknown && ['sent', 'delivered', 'undelivered', 'failed', 'queued'].includes(next))
          return []
        const told = eventsOf(e.id).map(({ what, detail }) =>
          [what, detail['reason'] ?? detail['code']].filter(Boolean).join(' '),
        )
        return [`The ${e.channel} ${short(e.id)} went from ${before} to ${next} (${event.what}). Its events: ${told.join(', ')}.`]
      })
    }),
}

const truthful: Rule = {
  name: 'delivered means delivered',
  says: 'What is shown as delivered appeared on the phone, and what appeared is not shown as canceled. Of two texts of the same words to the same phone that nobody answered for, one may stand for the other: the carrier’s list does not tell them apart.',
  broken: ({ world, exchanges, attempts }) => {
    const heard = world.carrier.telephone?.legs.flatMap((leg) => leg.heard.map(({ words }) => words)) ?? []
    const wasHeard = (e: ExchangeRow) => {
      const ref = /\bref \d{6}\b/.exec(e.text)?.[0]
      return ref === undefined || heard.some((words) => words.includes(ref))
    }
    const records = Map.groupBy(world.carrier.taken, (t) => attempts.get(t.attemptId)?.exchange ?? '')
    const bySid = new Map(world.carrier.taken.map((t) => [t.sid, t]))
    const twins = Map.groupBy(
      [...attempts.values()].filter(({ outcome, sid }) => outcome === 'unknown' && sid !== null),
      ({ exchange }) => exchange,
    )
    const twinOf = (e: ExchangeRow) =>
      (twins.get(e.id) ?? []).some(({ sid }) => {
        const taken = bySid.get(sid ?? '')
        const other = exchanges.get(attempts.get(taken?.attemptId ?? '')?.exchange ?? '')
        return taken?.shown != null && other?.text === e.text && other.conversation === e.conversation
      })
    return [...exchanges.values()].flatMap((e) => {
      const appeared = (records.get(e.id) ?? []).some((t) => t.shown !== null)
      // What became a call may have appeared as the text that it was first.
      if (e.status === 'delivered' && e.channel === 'call')
        return appeared || wasHeard(e)
          ? []
          : [`The message ${short(e.id)} is shown as delivered; no call said it and no text of it appeared.`]
      if (e.status === 'delivered' && !appeared && !twinOf(e))
        return [`The message ${short(e.id)} is shown as delivered and never appeared.`]
      if (e.status === 'canceled' && appeared && e.carrierSid === null)
        return [`The message ${short(e.id)} is shown as canceled and appeared on a phone.`]
      return []
    })
  },
}

const alarmed: Rule = {
  name: 'no queue grows without an alarm',
  says: 'While texts wait in the inbox for long, messages that are due do not go, or events are not sealed, every server that answers says that it is not well.',
  broken: ({ world }) =>
    world.seen.flatMap((s) =>
      s.kind === 'health' && s.status === 200 ? [`At ${when(s.at)} ${s.what}, and a server said that all is well.`] : [],
    ),
}

/** All rules. */
export const RULES: readonly Rule[] = [
  inboundOnce,
  acceptedIsKept,
  outboundEnds,
  handedOnce,
  arrivalOrder,
  laneOrder,
  neverBack,
  truthful,
  ...TIME_RULES,
  ...PRIVACY_RULES,
  ...CALL_RULES,
  ...WORD_RULES,
  alarmed,
  drained,
  chainVerifies,
]
