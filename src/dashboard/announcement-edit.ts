/** An announcement that waits for its time, changed until it goes: other words, another picture, another time. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { isUuid } from '../core/uuid.ts'
import {
  type AnnouncementRow,
  announcedMessage,
  announcementsOf,
  scheduledOf,
  settledHouseholds,
  targetOf,
} from '../store/announcements.ts'
import { audienceOf } from '../store/audience.ts'
import { schoolHours, sideHours } from '../store/hours.ts'
import { recipients } from '../store/recipients.ts'
import { momentOf } from '../store/settings.ts'
import type { Languages } from './in-languages.ts'
import { laterFields, laterOf } from './later.ts'
import { sendPage } from './page.ts'
import type { Sender } from './sending.ts'
import { type Many, type ManyDraft, manyDraftIn, previewOfMany, sendToMany } from './to-many.ts'
import { pictureField, readUpload, uploadIn } from './upload.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, sayNotFound } from './wall.ts'

/** What the pages need of the house. */
export type AnnouncementEditDeps = Sender & Languages

/** What may be changed; `waiting`: one of its messages that wait, null: none does any more. */
type Editable = { readonly row: AnnouncementRow; readonly waiting: string | null; readonly many: Many }

/** Adds the pages; for its writer alone, as long as the class or school is that person's. */
export function announcementEditRoutes(app: FastifyInstance, deps: AnnouncementEditDeps, visitOf: VisitOf): void {
  app.get('/announcements/:id/edit', async (request, reply) => {
    const visit = visitOf(request)
    const found = await editable(visit, idOf(request))
    if (found === null) return sayNotFound(reply)
    const { row, waiting, many } = found
    if (waiting === null) return reply.redirect(`/announcements/${row.id}`, 303)
    const was = await visit.read((trx) => announcedMessage(trx, visit.districtId, row.id, waiting))
    const later = laterOf(was?.notBefore ?? many.moment.now, many.zone)
    const picture = was?.picture != null
    return show(
      visit,
      request,
      reply,
      found,
      { body: row.text, later, picture },
      picture ? { of: waiting, stays: true } : null,
      null,
    )
  })

  app.post('/announcements/:id/preview', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const found = await editable(visit, idOf(request))
    if (found === null) return sayNotFound(reply)
    const draft = draftIn(request)
    if (request.headers['x-part'] !== 'preview') return show(visit, request, reply, found, draft, formerIn(request), null)
    return sendPage(reply, await previewOfMany(deps, draft, found.many, { urgent: false, each: true }))
  })

  app.post('/announcements/:id/edit', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const found = await editable(visit, idOf(request))
    if (found === null) return sayNotFound(reply)
    const [draft, former] = [draftIn(request), formerIn(request)]
    const { row, many } = found
    const was = former?.stays ? await visit.read((trx) => announcedMessage(trx, visit.districtId, row.id, former.of)) : null
    const sent = await sendToMany(deps, visit, request, {
      to: targetOf(row),
      draft,
      zone: many.zone,
      urgentReason: null,
      nobody: '',
      instead: { id: row.id, picture: was?.picture ?? null },
    })
    if (sent.kind === 'not_found') return sayNotFound(reply)
    return sent.kind === 'refused'
      ? show(visit, request, reply.code(422), found, draft, former, sent.problem)
      : reply.redirect(sent.path, 303)
  })

  async function show(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    { row, many }: Editable,
    draft: ManyDraft,
    former: FormerPicture | null,
    problem: string | null,
  ): Promise<FastifyReply> {
    const at = `/announcements/${row.id}`
    const each = fieldsOf(request)('show') === 'each'
    return visit.page(
      reply,
      row.targetKind === 'class' ? 'classes' : 'school',
      `To ${row.target}`,
      html`<p class="crumb"><a href="${at}">To all of <bdi>${row.target}</bdi></a></p><h1>Change it before it goes</h1>
<form class="composer" id="write" method="post" enctype="multipart/form-data" action="${at}/edit" data-preview="${at}/preview" data-draft="announcement ${row.id}">
${problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`}<p class="note">What you save takes its place for all for whom it still waits. Until then it stays as it is. <a href="${at}">Leave it</a></p>
<input type="hidden" name="key" value="${randomUUID()}"><label for="body">To all families of <bdi>${row.target}</bdi></label>
<textarea id="body" name="body" rows="4" dir="auto" required aria-describedby="when">${draft.body}</textarea><div id="preview" aria-live="polite">${await previewOfMany(deps, draft, many, { urgent: false, each })}</div>
${pictureField(uploadIn(request).kind !== 'none')}${
  former === null
    ? ''
    : html`<input type="hidden" name="former" value="${former.of}"><label class="tick"><input type="checkbox" name="stays" value="yes"${former.stays ? ' checked' : ''}> Keep the picture of before</label>`
}${laterFields(draft.later, many.moment.now, many.zone)}
<div class="row"><button class="quiet" formaction="${at}/preview" name="show" value="each">Show what arrives</button><button class="main" data-busy="Saving…">Save</button></div></form>`,
    )
  }
}

const idOf = (request: FastifyRequest) => (request.params as { id: string }).id.toLowerCase()

/** The message with which a picture went, and whether that picture stays. */
type FormerPicture = { readonly of: string; readonly stays: boolean }

/** Null: there was none. */
function formerIn(request: FastifyRequest): FormerPicture | null {
  const [of, stays] = [fieldsOf(request)('former'), fieldsOf(request)('stays')]
  return isUuid(of) ? { of, stays: stays !== '' } : null
}

function draftIn(request: FastifyRequest): ManyDraft {
  const draft = manyDraftIn(request)
  return { ...draft, picture: draft.picture || formerIn(request)?.stays === true }
}

/** The announcement with those who would get it anew; null: there is none of this person, or its class or school is this person's no more. */
async function editable({ districtId, staff, read }: Visit, id: string): Promise<Editable | null> {
  return read(async (trx) => {
    const [row] = await announcementsOf(trx, districtId, staff.id, { id, before: null, limit: 1 })
    if (row === undefined) return null
    const all = await recipients(trx, districtId, staff, targetOf(row))
    if (all === null) return null
    const [first] = all
    const moment = await momentOf(trx)
    const waiting = (await scheduledOf(trx, districtId, staff.id, id, moment.now)) ?? []
    const settled = await settledHouseholds(trx, districtId, id, waiting)
    const anew = all.filter(({ household }) => household === null || !settled.has(household.id))
    return {
      row,
      waiting: waiting[0] ?? null,
      many: {
        audience: await audienceOf(trx, staff, anew),
        moment,
        zone: row.zone,
        hours: first === undefined ? null : sideHours(await schoolHours(trx, districtId, first.schoolId), 'to_family', null),
      },
    }
  })
}
