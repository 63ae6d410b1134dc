/** What the simulated Twilio tells about calls: the fields of its forms, status callbacks in their order, and what faults do to callbacks. */

import type { CallRecord } from './call-world.ts'
import type { Leg } from './legs.ts'
import { rfc2822 } from './resources.ts'
import { callWebhook, type Fields } from './webhook.ts'
import type { World } from './world.ts'

/** For how many seconds a leg talked. */
export function secondsOf(record: CallRecord): number {
  if (record.answered === null || record.ended === null) return 0
  return Math.round(Temporal.Instant.from(record.ended).since(record.answered).total('seconds'))
}

/** What every form about a leg says. Source: Twilio, "TwiML Voice: request parameters". */
export function callFields({ record, signs }: Leg): Fields {
  const seconds = secondsOf(record)
  return {
    ...signs,
    CallSid: record.sid,
    AccountSid: record.accountSid,
    From: record.from,
    To: record.to,
    Caller: record.from,
    Called: record.to,
    CallStatus: record.status,
    Direction: record.direction,
    ApiVersion: '2010-04-01',
    ...(record.parentSid === null ? {} : { ParentCallSid: record.parentSid }),
    ...(record.answeredBy === null ? {} : { AnsweredBy: record.answeredBy }),
    ...(record.errorCode === null ? {} : { ErrorCode: String(record.errorCode) }),
    // `Duration` counts begun minutes, as the bill does.
    ...(record.ended === null ? {} : { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) }),
  }
}

/**
 * Tells of a step, one callback behind the other. `reordered` keeps them back until the call is over, then sends the last first.
 * Source: Twilio, "Track outbound call status": `SequenceNumber` counts from 0.
 */
export function tellStatus(world: World, leg: Leg, event: string, over: boolean): void {
  const { url, method, events } = leg.told
  if (url === '') return
  if (events.includes(event))
    leg.kept.push({
      ...callFields(leg),
      SequenceNumber: String(leg.sequence++),
      Timestamp: rfc2822(leg.record.updated),
      CallbackSource: 'call-progress-events',
    })
  const reordered = world.faults().callbacks === 'reordered'
  if (reordered && !over) return
  const ready = leg.kept.splice(0)
  for (const fields of reordered ? ready.reverse() : ready) {
    const before = leg.telling
    leg.telling = world.track(
      (async () => {
        await before
        await world.pause(world.stepMilliseconds)
        await tell(world, url, method, fields)
      })(),
    )
  }
}

/** Calls back about a call or a recording, unless a fault loses it; a fault may double it. What nobody takes is an alert. */
export async function tell(world: World, url: string, method: string, fields: Fields): Promise<void> {
  const { callbacks } = world.faults()
  const token = world.accounts.get(fields['AccountSid'] ?? '')?.authToken ?? ''
  const times = callbacks === 'lost' ? 0 : callbacks === 'doubled' ? 2 : 1
  for (let time = 0; time < times; time++) {
    const outcome = await callWebhook(url, method, fields, token, world)
    if (outcome.kind === 'failed') world.alert(11200, url, outcome.why)
  }
}
