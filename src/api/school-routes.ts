/** The calls of API v1 by which an administrator decides for a school: its hours, who may send urgent messages, what calls may do. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import type { SchoolHours } from '../core/hours.ts'
import { parseHours } from '../core/parse-hours.ts'
import type { Staff } from '../core/people.ts'
import type { CallSettings } from '../relay/compose-ports.ts'
import { type Db, inDistrict } from '../store/database.ts'
import { schoolHours } from '../store/hours.ts'
import { schoolRight } from '../store/people.ts'
import { sendProblem } from './problems.ts'
import * as schema from './schemas.ts'

type Decision = { readonly districtId: string; readonly staff: Staff; readonly schoolId: string }

/** What these calls need of the house. */
export type SchoolRouteDeps = {
  readonly db: Db
  readonly setCalls: (request: Decision & { readonly settings: CallSettings }) => Promise<void>
  readonly letTeachersSendUrgent: (request: Decision & { readonly teachers: boolean }) => Promise<void>
  readonly setHours: (request: Decision & { readonly hours: SchoolHours }) => Promise<boolean>
}

const NO_SCHOOL = 'There is no such school: check the id.'
const NO_HOURS = 'This school has no hours yet and sends nothing but urgent messages: set them by PUT at this address.'

/** Adds the calls to `app`, which has checked the token: `staffOf` gives its staff member. */
export function addSchoolRoutes(app: FastifyInstance, deps: SchoolRouteDeps, staffOf: (request: FastifyRequest) => Staff): void {
  const api = app.withTypeProvider<ZodTypeProvider>()
  const { db } = deps

  /** How far somebody may decide for a school; `none` also where there is no such school. */
  const rightAt = async (staff: Staff, schoolId: string) =>
    schema.isSourcedId(schoolId) ? inDistrict(db, staff.districtId, (trx) => schoolRight(trx, staff, schoolId)) : 'none'

  const hoursNow = { params: schema.ById, response: { 200: schema.Hours, ...schema.problems(401, 404) } }
  api.get('/schools/:id/hours', { schema: { summary: 'The hours as they were set.', ...hoursNow } }, async (request, reply) => {
    const staff = staffOf(request)
    const schoolId = request.params.id
    if ((await rightAt(staff, schoolId)) !== 'may') return sendProblem(reply, 404, NO_SCHOOL)
    const set = await inDistrict(db, staff.districtId, (trx) => schoolHours(trx, staff.districtId, schoolId))
    return set === null ? sendProblem(reply, 404, NO_HOURS) : reply.send(set as z.infer<typeof schema.Hours>)
  })

  const hours = {
    params: schema.ById,
    querystring: schema.HoursQuery,
    response: { 200: schema.Hours, ...schema.problems(400, 401, 403, 404, 413, 415) },
  }
  api.put(
    '/schools/:id/hours',
    { schema: { summary: 'When families, and staff on their own phones, may be reached.', ...hours, body: schema.HoursBody } },
    async (request, reply) => {
      const staff = staffOf(request)
      const schoolId = request.params.id
      const right = await rightAt(staff, schoolId)
      if (right === 'none') return sendProblem(reply, 404, NO_SCHOOL)
      if (right === 'member') return sendProblem(reply, 403, 'Only an administrator of the school may set its hours: ask one.')
      const parsed = parseHours(request.body, request.query.night === 'true')
      if (parsed.kind === 'wrong') return sendProblem(reply, 400, parsed.problem)
      await deps.setHours({ districtId: staff.districtId, staff, schoolId, hours: parsed.hours })
      return reply.send(parsed.hours as z.infer<typeof schema.Hours>)
    },
  )

  const urgent = {
    params: schema.ById,
    body: schema.UrgentRight,
    response: { 200: schema.UrgentRight, ...schema.problems(400, 401, 403, 404, 413, 415) },
  }
  api.put(
    '/schools/:id/urgent',
    { schema: { summary: 'Whether the school’s teachers may send urgent messages, which go out at any hour.', ...urgent } },
    async (request, reply) => {
      const staff = staffOf(request)
      const schoolId = request.params.id
      const right = await rightAt(staff, schoolId)
      if (right === 'none') return sendProblem(reply, 404, NO_SCHOOL)
      if (right === 'member') return sendProblem(reply, 403, 'Only an administrator of the school may decide this: ask one.')
      const { teachers } = request.body
      await deps.letTeachersSendUrgent({ districtId: staff.districtId, staff, schoolId, teachers })
      return reply.send({ teachers })
    },
  )

  const calls = {
    params: schema.ById,
    body: schema.CallSettings,
    response: { 200: schema.CallSettings, ...schema.problems(400, 401, 403, 404, 413, 415) },
  }
  api.put(
    '/schools/:id/calls',
    { schema: { summary: 'The school’s interpreter line, and what calls may do.', ...calls } },
    async (request, reply) => {
      const staff = staffOf(request)
      const schoolId = request.params.id
      const right = await rightAt(staff, schoolId)
      if (right === 'none') return sendProblem(reply, 404, NO_SCHOOL)
      if (right === 'member') return sendProblem(reply, 403, 'Only an administrator of the school may decide this: ask one.')
      const { interpreterLine, interpretedCalls, rescueOtherGuardian } = request.body
      await deps.setCalls({
        districtId: staff.districtId,
        staff,
        schoolId,
        settings: {
          ...(interpreterLine === undefined ? {} : { interpreterLine }),
          ...(interpretedCalls === undefined ? {} : { interpretedCalls }),
          ...(rescueOtherGuardian === undefined ? {} : { rescueOtherGuardian }),
        },
      })
      // A number that was given is not said back.
      const { interpreterLine: _line, ...said } = request.body
      return reply.send(said)
    },
  )
}
