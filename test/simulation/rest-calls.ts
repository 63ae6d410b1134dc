/** The part of Twilio's REST that is about calls, and what number is on what line. */

import { rfc2822 } from '../../src/simulator/resources.ts'
import type { SendFault } from './faults.ts'
import type { Leg, Telephone } from './telephone.ts'

type Given = Readonly<Record<string, string>>
type Answer = { readonly status: number; readonly body: unknown }

/** What the calls' REST stands on. */
export type RestCalls = {
  readonly telephone: Telephone
  readonly numbers: () => ReadonlySet<string>
  /** Phones that take no text. */
  readonly landlines: ReadonlySet<string>
}

const CREATE = /\/Calls\.json$/
const ONE = /\/Calls\/(CA[0-9a-f]+)\.json$/
const LOOK_UP = /\/v2\/PhoneNumbers\/([^/?]+)$/

/** A moment in microseconds as the carrier's REST writes it. */
export const dateOf = (micros: number) => rfc2822(Temporal.Instant.fromEpochMilliseconds(Math.floor(micros / 1000)).toString())

const refused = (status: number, code: number): Answer => ({ status, body: { code, message: `Refused with ${code}`, status } })
const known = (leg: Leg) => ({
  sid: leg.sid,
  from: leg.from,
  to: leg.to,
  status: leg.status,
  direction: leg.direction,
  duration: leg.answered === null || leg.ended === null ? null : String(Math.round((leg.ended - leg.answered) / 1_000_000)),
  date_created: dateOf(leg.created),
})

/** Answers a request about calls; null: it is about something else. `given` are the form's or the query's fields. */
export function restCalls({ telephone, numbers, landlines }: RestCalls) {
  return (method: string, path: string, given: Given, fault: SendFault | null): Answer | null => {
    const line = LOOK_UP.exec(path)?.[1]
    if (line !== undefined) {
      const number = decodeURIComponent(line)
      const type = landlines.has(number) ? 'landline' : 'mobile'
      return { status: 200, body: { phone_number: number, valid: true, line_type_intelligence: { type } } }
    }
    const sid = ONE.exec(path)?.[1]
    if (sid !== undefined) {
      const leg = telephone.find(sid)
      if (leg === undefined) return refused(404, 20404)
      if (method === 'post' && !telephone.change(sid, { url: given['Url'] ?? null })) return refused(400, 21220)
      return { status: 200, body: known(leg) }
    }
    if (!CREATE.test(path)) return null
    if (method !== 'post') {
      const calls = telephone.listed(given['From'] ?? '', given['To'] ?? '')
      return { status: 200, body: { calls: calls.map(known), page: 0, page_size: 50, next_page_uri: null, uri: '' } }
    }
    if (!numbers().has(given['From'] ?? '')) return refused(400, 21210)
    if (fault?.kind === 'refuse') return refused(400, fault.code)
    return { status: 201, body: known(telephone.dial(given)) }
  }
}
