/** Rules about calls: dialled once, masked, nothing private before somebody is there, in the hours, and every one ends. */

import type { Evidence } from './evidence.ts'
import { type Rule, short, when } from './rule.ts'
import { isOpenBy } from './rules-time.ts'
import type { Leg } from './telephone.ts'

const REF = /\bref (\d{6})\b/

const dialled = ({ world }: Evidence): readonly Leg[] =>
  world.carrier.telephone?.legs.filter((l) => l.direction === 'outbound-api') ?? []

const dialledOnce: Rule = {
  name: 'dialled once',
  says: 'The carrier dials each call that the gateway wrote down at most once, and none that it did not; a phone never has two calls of ours of one kind at a time.',
  broken: (evidence) => {
    const legs = dialled(evidence)
    const unknown = legs.filter((l) => !evidence.calls.has(l.callId ?? ''))
    const twice = [...Map.groupBy(legs, (l) => l.callId)].filter(([, same]) => same.length > 1)
    const messages = legs.filter((l) => evidence.calls.get(l.callId ?? '')?.exchange !== null)
    const overlapping = [...Map.groupBy(messages, (l) => `${l.from} ${l.to}`).values()].flatMap((pair) =>
      pair.filter((l, i) => i > 0 && (pair[i - 1]?.ended ?? Number.POSITIVE_INFINITY) > l.created),
    )
    return [
      ...unknown.map((l) => `The carrier dialled at ${when(l.created)}, and the gateway knows no such call.`),
      ...twice.map(([id, same]) => `The call ${short(id ?? '')} was dialled ${same.length} times.`),
      ...overlapping.map((l) => `A phone was called at ${when(l.created)} while the call before still lasted.`),
    ]
  },
}

const gated: Rule = {
  name: 'nothing private before somebody is there',
  says: 'What people wrote is said in a call only after a key was pressed in it, and never to a machine.',
  broken: ({ world }) =>
    (world.carrier.telephone?.legs ?? []).flatMap((leg) =>
      leg.heard
        .filter(({ words, at, person }) => REF.test(words) && (!person || leg.firstKey === null || leg.firstKey > at))
        .map(({ at }) => `A call of ${when(leg.created)} said a message at ${when(at)} before a key was pressed.`),
    ),
}

const masked: Rule = {
  name: 'every call is masked',
  says: 'Each phone that the gateway lets ring is shown a number of its own district, no call says anybody’s number, and the carrier takes every document.',
  broken: ({ world }) => {
    const owner = new Map(
      world.districts.flatMap((d) =>
        [...d.guardians.flatMap((g) => g.phones), ...d.staff.flatMap((s) => s.phone ?? [])].map((phone) => [phone, d] as const),
      ),
    )
    const real = [...owner.keys(), ...world.districts.flatMap((d) => d.strangers)]
    const spelt = new Set(real.flatMap((phone) => [phone, phone.slice(2), [...phone.slice(2)].join(' ')]))
    const legs = world.carrier.telephone?.legs ?? []
    return [
      ...legs
        .filter((l) => l.direction !== 'inbound' && !owner.get(l.to)?.numbers.includes(l.from))
        .map((l) => `A phone rang at ${when(l.created)} and showed a number that is not its district’s.`),
      ...legs.flatMap((l) =>
        l.heard
          .filter(({ words }) => [...spelt].some((number) => words.includes(number)))
          .map(({ at }) => `A call said a real number at ${when(at)}.`),
      ),
      ...(world.carrier.telephone?.refused ?? []).map((why) => `The carrier refused a document: ${why}.`),
    ]
  },
}

const callsEnd: Rule = {
  name: 'every call ends',
  says: 'After the faults have stopped no call lasts, at the carrier or in the database.',
  broken: ({ world, calls }) => [
    ...(world.carrier.telephone?.legs ?? [])
      .filter((l) => l.ended === null)
      .map((l) => `A call of ${when(l.created)} still lasts at the carrier.`),
    ...[...calls.values()]
      .filter((c) => !c.ended)
      .map((c) => `The call ${short(c.id)} (${c.script}) has not ended in the database.`),
  ],
}

const calledInHours: Rule = {
  name: 'messages are called in the allowed hours',
  says: 'A family’s phone rings for a message only inside the hours that held when it was decided, but for what is urgent.',
  broken: (evidence) =>
    dialled(evidence).flatMap((leg) => {
      const call = evidence.calls.get(leg.callId ?? '')
      const exchange = evidence.exchanges.get(call?.exchange ?? '')
      if (call === undefined || exchange === undefined || exchange.urgent || exchange.direction !== 'to_family') return []
      if (exchange.author !== 'person' || evidence.urgentIn(call.id)) return []
      return isOpenBy(evidence, exchange, call.started, leg.created)
        ? []
        : [`The call ${short(call.id)} rang at ${when(leg.created)}, outside the hours.`]
    }),
}

const notAfterStop: Rule = {
  name: 'no call for a message after STOP',
  says: 'A phone that asked for no more messages, and did not ask for them again, is not called for one; a teacher’s own still rings when she asks for a call.',
  broken: (evidence) =>
    dialled(evidence).flatMap((leg) => {
      const call = evidence.calls.get(leg.callId ?? '')
      if (call?.exchange == null) return []
      if (
        call.asker !== null &&
        evidence.world.districts.some((d) => d.staff.some((s) => s.id === call.asker && s.phone === leg.to))
      )
        return []
      const [last] = evidence
        .words(leg.to, call.district)
        .filter((w) => w.committed <= call.started)
        .toReversed()
      return last?.stop === true
        ? [`The call ${short(call.id)} rang at ${when(leg.created)}, after the STOP of ${when(last.committed)}.`]
        : []
    }),
}

/** The rules about calls. */
export const CALL_RULES: readonly Rule[] = [dialledOnce, gated, masked, callsEnd, calledInHours, notAfterStop]
