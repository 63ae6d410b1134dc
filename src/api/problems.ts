/** What an API call answers when it cannot be done: RFC 9457 problem details, in plain sentences, never with a word of what was sent. */

import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'

/** The members of a problem that this API uses; `type` is `about:blank`, so that the status says what kind it is. */
export const Problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe('The name of the status.'),
    status: z.int(),
    detail: z.string().describe('What is wrong and what to do, in one sentence.'),
  })
  .meta({ id: 'Problem' })

/** What the framework refuses by itself, by its status. */
const DETAILS: Readonly<Record<number, string>> = {
  400: 'This request cannot be read: send well-formed JSON and the parameters that openapi.json names.',
  404: 'There is nothing at this address: look it up in openapi.json.',
  413: 'The body is too large: send at most 64 KiB.',
  414: 'The address is too long: shorten its parameters.',
  415: 'The body must be JSON: send it with Content-Type: application/json.',
  500: 'Something went wrong on our side: try again later, and tell the operator if it stays.',
}

/** What a field must hold, by the part of the request it is in; for a part as a whole by the part's name. */
const FIELDS: Readonly<Record<string, string>> = {
  body: 'The body must be a JSON object with "to" and "body", and may have "urgent" and "reason", nothing else.',
  'body/to': 'to must name exactly one of guardian, student, class and school by its id: write for example {"guardian": "ID"}.',
  'body/body': 'body must hold the text of the message: 1 to 5,000 characters.',
  'body/urgent': 'urgent must be true or false.',
  'body/teachers': 'teachers must be true or false.',
  'body/reason': 'reason must say in 1 to 500 characters why the message is urgent; an urgent message needs one.',
  'headers/idempotency-key': 'Idempotency-Key must be 1 to 255 printable ASCII characters.',
  'querystring/from':
    'from must be a time in ISO 8601, such as 2026-11-23T08:00:00Z (write + as %2B), or a date, which begins at midnight UTC.',
  'querystring/to':
    'to must be a time in ISO 8601, such as 2026-11-23T08:00:00Z (write + as %2B), or a date, which begins at midnight UTC.',
  'querystring/staff': 'staff must be one id of a staff member, or a desk such as SCHOOL_ID/office.',
  'querystring/guardian': 'guardian must be one id of a guardian.',
  'querystring/notices': 'notices must be true or false.',
  'querystring/night': 'night must be true or false.',
  'querystring/limit': 'limit must be a whole number from 1 to 500.',
  'querystring/cursor': 'cursor must be the "next" of the page before, unchanged: leave it out to begin anew.',
}

/** Answers with a problem; `detail` is one plain sentence. */
export function sendProblem(reply: FastifyReply, status: number, detail = DETAILS[status] ?? DETAILS[400]): FastifyReply {
  const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(problem as never)
}

/** Every error of the API's routes: what the caller did is told, what we did is logged and not told. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) return sendProblem(reply, 400, fieldHelp(error))
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return sendProblem(reply, status)
  request.log.error({ reqId: request.id, route: request.routeOptions.url ?? 'none', err: error }, 'an API call failed')
  return sendProblem(reply, 500)
}

function fieldHelp(error: FastifyError): string | undefined {
  const part = error.validationContext ?? 'body'
  const field = error.validation?.[0]?.instancePath.split('/')[1] ?? ''
  return FIELDS[`${part}/${field}`] ?? FIELDS[part]
}
