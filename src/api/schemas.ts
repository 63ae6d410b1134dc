/** What goes in and out of the API: one schema for checking, types and openapi.json. */

import { z } from 'zod'
import { GRADES } from '../core/evidence.ts'
import { days } from '../core/hours.ts'
import { asE164 } from '../core/phone-number.ts'
import { readCursor, readTime } from '../store/exchange-view.ts'
import { Problem } from './problems.ts'

/** NUL and other control characters, which no id has. */
const CONTROL = /\p{Cc}/u

/** Whether a text can be a sourcedId at all; what cannot is in no database. */
export function isSourcedId(text: string): boolean {
  return text.length > 0 && text.length <= 255 && text.isWellFormed() && !CONTROL.test(text)
}

const SourcedId = z.string().min(1).max(255).refine(isSourcedId).describe('A sourcedId of the roster.')

const Time = z
  .string()
  .max(64)
  .refine((text) => readTime(text) !== null)
  .meta({ description: 'ISO 8601 with Z or an offset; a date alone is its midnight in UTC.', examples: ['2026-11-23T08:00:00Z'] })

const Instant = z.string().meta({ format: 'date-time' })
const Language = z.string().describe('BCP 47; `und` when it is not known.')
const Status = z.enum(['received', 'held', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled'])
const SendAfter = Instant.nullable().describe('null: no time is known.')

/** Whom a message is for. */
export const To = z
  .strictObject({
    guardian: SourcedId.optional(),
    student: SourcedId.optional(),
    class: SourcedId.optional(),
    school: SourcedId.optional(),
  })
  .refine((to) => Object.values(to).filter((id) => id !== undefined).length === 1)
  .meta({ description: 'Exactly one of these; a school is for administrators.', minProperties: 1, maxProperties: 1 })

/** The body of `POST /messages`. */
export const NewMessage = z
  .strictObject({
    to: To,
    body: z
      .string()
      .min(1)
      .max(5000)
      // Spaces and invisible characters alone are no text.
      .refine((text) => /[^\s\p{Cf}\p{Cc}]/u.test(text)),
    urgent: z.boolean().optional().describe('Goes out at any hour.'),
    reason: z.string().max(500).optional().describe('Why it is urgent; kept in the log.'),
    notBefore: Time.optional().describe('When it may go at the earliest; the hours still rule.'),
    byVoice: z.boolean().optional().describe('The phone rings and a voice says it, even where it could be a text.'),
  })
  .refine((message) => message.urgent !== true || (message.reason ?? '').trim() !== '', { path: ['reason'] })
  .meta({ id: 'NewMessage' })

/** The body of `POST /calls`. */
export const NewCall = z
  .strictObject({
    to: z.strictObject({ guardian: SourcedId }),
    with: z
      .union([z.literal('interpreter'), z.strictObject({ staff: SourcedId })])
      .optional()
      .describe('Who is asked into the call: the school’s interpreter line, or a bilingual colleague.'),
    interpreted: z.boolean().optional().describe('A machine interprets, turn by turn, where the school has switched it on.'),
  })
  .refine((call) => call.with === undefined || call.interpreted !== true, { path: ['with'] })
  .meta({ id: 'NewCall' })

/** The body of `POST /pins`. */
export const NewPin = z
  .strictObject({
    guardian: SourcedId.optional().describe('Whose household’s PIN; without it, the caller’s own, for recording by phone.'),
    anew: z.boolean().optional().describe('The old one ends.'),
    text: z.boolean().optional().describe('It is texted to the family as well, in its language.'),
  })
  .meta({ id: 'NewPin' })

/** A PIN: eight digits. */
export const Pin = z.strictObject({ pin: z.string().regex(/^\d{8}$/) })

/** What a school decides about calls; what is left out stays. */
export const CallSettings = z
  .strictObject({
    interpreterLine: z
      .string()
      .refine((text) => asE164(text) !== null)
      .nullable()
      .optional()
      .describe('The number of the interpreters whom a call may be joined by, in E.164; it is never shown again.'),
    interpretedCalls: z.boolean().optional().describe('Whether calls may be interpreted by a machine.'),
    rescueOtherGuardian: z.boolean().optional().describe('Whether a message that reaches nobody goes to the other guardian.'),
  })
  .meta({ id: 'CallSettings' })

/** The headers of `POST /messages`, `/calls` and `/pins`. */
export const Idempotency = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/)
    .optional()
    .describe('A repeat with the same key and body gives the first answer again and does nothing else.'),
})

/** What became of a message at once, one a phone. */
export const Accepted = z.object({ exchanges: z.array(z.object({ id: z.string(), status: Status, sendAfter: SendAfter })) })

const Attachment = z.object({
  n: z.number().int(),
  state: z
    .enum(['shown', 'waiting', 'erased', 'video', 'sound', 'contact_card', 'other', 'damaged', 'too_large', 'lost'])
    .describe('`waiting`: still at the carrier; everything but `shown` is seen by nobody.'),
  path: z.string().nullable().describe('The path of the picture; null: it is not shown.'),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  size: z.number().int().nullable().describe('Bytes.'),
})

/** An exchange as the contract names it. */
export const Exchange = z
  .object({
    id: z.uuid(),
    kind: z.enum(['message', 'call', 'voicemail']),
    direction: z.enum(['to_family', 'to_staff']),
    staff: z.string().nullable(),
    guardian: z.string().nullable(),
    guardians: z.array(z.string()),
    status: Status,
    sendAfter: SendAfter,
    notBefore: Instant.nullable().describe('The time that its writer chose; null: as soon as the hours allow.'),
    byVoice: z.boolean().describe('Whether its writer asked for a call.'),
    original: z.object({ language: Language, text: z.string() }),
    translation: z.object({ language: Language, text: z.string(), by: z.string() }).nullable(),
    urgentReason: z.string().nullable().describe('Why it was sent as urgent; null: it was not.'),
    evidence: z
      .enum(GRADES)
      .nullable()
      .describe('The best that is known of its arrival, from least to most as listed; null: nothing.'),
    seconds: z.number().int().nullable().describe('Of a call: for how long it lasted; of a voicemail: for how long it speaks.'),
    recording: z.string().nullable().describe('The path of its recording; null: there is none.'),
    pictures: z.number().int().describe('How many pictures or other files came or go with it.'),
    attachments: z.array(Attachment),
    picturesGo: z.boolean().nullable().describe('Whether its pictures go along to the phone; null: none, or not known yet.'),
    at: Instant,
    events: z.array(z.object({ at: Instant, what: z.string() })),
  })
  .meta({ id: 'Exchange' })

/** The parts of a picture's address. */
export const PictureById = z.object({ id: z.string(), n: z.string().regex(/^(?:[1-9]|10)$/) })

/** A picture as it is kept: JPEG, PNG, GIF or WebP. */
export const Picture = z.custom<Buffer>((value) => Buffer.isBuffer(value)).meta({ type: 'string', format: 'binary' })

/** Audio as it was recorded. */
export const Recording = z.custom<Buffer>((value) => Buffer.isBuffer(value)).meta({ type: 'string', format: 'binary' })

/** Which exchanges. */
export const ExchangeQuery = z.object({
  from: Time.optional(),
  to: Time.optional(),
  staff: SourcedId.optional(),
  guardian: SourcedId.optional(),
  notices: z.enum(['true', 'false']).optional().describe("Whether the gateway's own notices are listed too."),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z
    .string()
    .refine((word) => readCursor(word) !== null)
    .optional()
    .describe('The `next` of the page before.'),
})

/** A page of exchanges, oldest first. */
export const ExchangePage = z.object({ exchanges: z.array(Exchange), next: z.string().nullable() })

/** Which conversations. */
export const ConversationQuery = z.object({ staff: SourcedId.optional(), guardian: SourcedId.optional() })

/** The open conversations. */
export const Conversations = z.array(
  z.object({
    id: z.uuid(),
    staff: z.string(),
    guardian: z.string().nullable(),
    guardians: z.array(z.string()),
    familyNumber: z.string().nullable().describe('The proxy number that the family sees, in E.164.'),
    staffNumber: z.string().nullable().describe('The proxy number that the staff member sees, in E.164.'),
  }),
)

const Week = z
  .partialRecord(z.enum(days), z.array(z.string()))
  .meta({ description: 'Windows such as 08:00-20:00; a day left out is closed.', examples: [{ mon: ['08:00-20:00'] }] })

/** The hours of a school. */
export const Hours = z.object({
  timezone: z.string().describe('An IANA time zone.'),
  families: Week,
  staff: Week,
  closures: z.array(z.string().meta({ format: 'date' })),
})

const { $schema: _, ...hoursShape } = z.toJSONSchema(Hours)

/** Whether a school's teachers may send urgent messages. */
export const UrgentRight = z.strictObject({ teachers: z.boolean() }).meta({ id: 'UrgentRight' })

/** Hours as they come in: described here, checked by `parseHours`, which says better what is wrong. */
export const HoursBody = z.unknown().meta({ ...hoursShape, required: ['timezone', 'families', 'staff'] })

/** What may stand behind the address of hours. */
export const HoursQuery = z.object({
  night: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: windows with more than four hours of one night, 22:00 to 6:00, are meant, and no slip.'),
})

/** An id in an address. What is none is answered like one that is not there. */
export const ById = z.object({ id: z.string() })

const WHEN: Readonly<Record<number, string>> = {
  400: 'The request is wrong.',
  401: 'No token, or one that is not valid.',
  403: 'This person may not do that.',
  404: 'It is not there, or not for this person to see.',
  409: 'It cannot be done as things stand.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'The Idempotency-Key came before with another body.',
  501: 'Not built yet.',
}

/** The problems that a route answers with, for its description. */
export function problems<S extends number>(...statuses: readonly S[]) {
  const content = { 'application/problem+json': { schema: Problem } }
  const all = statuses.map((status) => [status, { description: WHEN[status] ?? 'A problem.', content }] as const)
  return Object.fromEntries(all) as Record<S, { description: string; content: typeof content }>
}
