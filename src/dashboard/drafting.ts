/** A draft in a conversation: taken up from a message that waits, shown as it would arrive, and sent. */

import { plainWords } from '../core/plain-words.ts'
import { cleanText } from '../core/segments.ts'
import type { StoredPicture } from '../relay/picture-ports.ts'
import type { ForStaff } from '../relay/translating.ts'
import { describeDraft } from '../store/describing.ts'
import { exchangeById } from '../store/exchange-view.ts'
import { wordingsOf } from '../store/fixed-texts.ts'
import type { Keys } from '../store/keys.ts'
import { pictureOfMessage } from '../store/pictures.ts'
import { momentOf } from '../store/settings.ts'
import { standsIn, type ThreadHead } from '../store/thread-view.ts'
import { bodyOf, keptInWords, type Previewing } from './arriving.ts'
import { type Draft, draftOf, type Previewed } from './composer.ts'
import { laterOf, wishOf } from './later.ts'
import { LONGEST, type Sender, wrongDraft } from './sending.ts'
import type { Upload } from './upload.ts'
import type { Visit } from './visits.ts'

/** What drafts need of the house. */
export type DraftDeps = Sender &
  Previewing &
  Pick<ForStaff, 'translateBack'> & {
    readonly keys: Keys
  }

/** A message that waits, to be changed, with its picture and the time that was chosen for it; null: there is none that waits. */
export async function draftAnew(visit: Visit, head: ThreadHead, exchangeId: string): Promise<Draft | null> {
  const id = exchangeId.toLowerCase()
  const { view, picture } = await visit.read(async (trx) => {
    const view = (await standsIn(trx, visit.districtId, head.id, id))
      ? await exchangeById(trx, visit.districtId, visit.staff, id, (await momentOf(trx)).now)
      : null
    return { view, picture: view === null ? null : await pictureOfMessage(trx, visit.districtId, head.id, id) }
  })
  if (!head.own || view?.direction !== 'to_family' || (view.status !== 'held' && view.status !== 'queued')) return null
  const { notBefore, byVoice, original } = view
  const later = notBefore === null ? {} : { later: laterOf(Temporal.Instant.from(notBefore), head.zone) }
  return { ...draftOf(original.text), ...later, byVoice, same: picture === null ? null : id, replaces: id }
}

/** The picture that goes along: a new one, or that of a message which was taken back. */
async function pictureFor(
  deps: DraftDeps,
  visit: Visit,
  head: ThreadHead,
  draft: Draft,
  upload: Upload,
): Promise<StoredPicture | null> {
  if (upload.kind === 'picture') return deps.storePicture(visit.districtId, upload.picture)
  const { same } = draft
  return same === null ? null : visit.read((trx) => pictureOfMessage(trx, visit.districtId, head.id, same))
}

/** Sends it; `gone`: the message whose place it takes has gone out meanwhile. */
export async function sendDraft(
  deps: DraftDeps,
  visit: Visit,
  head: ThreadHead,
  draft: Draft,
  upload: Upload,
  key: string,
): Promise<{ kind: 'done'; said: string } | { kind: 'wrong'; words: string } | { kind: 'gone' }> {
  const wrong = wrongDraft(draft.body)
  if (wrong !== null) return { kind: 'wrong', words: wrong }
  const wish = wishOf(draft.later, head.zone)
  if (wish.kind === 'wrong') return { kind: 'wrong', words: wish.problem }
  if (upload.kind === 'wrong') return upload
  const { guardianId, unknownPhone } = head
  if (guardianId === null && unknownPhone === null)
    return { kind: 'wrong', words: 'This family has no guardian on the school’s list any more.' }
  const picture = await pictureFor(deps, visit, head, draft, upload)
  const { replaces } = draft
  if (replaces !== null && !(await visit.read((trx) => standsIn(trx, visit.districtId, head.id, replaces))))
    return { kind: 'gone' }
  const composed = await deps.send(visit, {
    to: guardianId === null ? { unknown: head.id } : { guardian: guardianId },
    body: draft.body,
    picture,
    key,
    urgentReason: draft.urgent ? draft.reason : null,
    notBefore: wish.kind === 'at' ? wish.at : null,
    byVoice: draft.byVoice,
    desk: head.isDesk ? head.staffSide : null,
    replaces,
  })
  if (composed.kind === 'gone') return { kind: 'gone' }
  if (composed.kind !== 'accepted') return { kind: 'wrong', words: composed.problem }
  return { kind: 'done', said: composed.exchanges[0]?.status === 'held' ? (wish.kind === 'at' ? 'scheduled' : 'held') : 'sent' }
}

/** What it would become; null: there is nothing to show. `back`: the translation is put back too. */
export async function previewOf(
  deps: DraftDeps,
  visit: Visit,
  head: ThreadHead,
  draft: Draft,
  back: boolean,
): Promise<Previewed | null> {
  const text = cleanText(draft.body).slice(0, LONGEST)
  if (text.trim() === '') return null
  const wish = wishOf(draft.later, head.zone)
  const given = await visit.read(async (trx) => {
    const moment = await momentOf(trx)
    const item = await describeDraft(trx, deps.keys, visit.districtId, moment.now, {
      conversationId: head.id,
      guardianId: head.guardianId,
      text,
      urgent: draft.urgent,
      notBefore: wish.kind === 'at' ? wish.at : null,
      byVoice: draft.byVoice,
      picture: draft.picture || draft.same !== null,
      replaces: draft.replaces,
    })
    return { moment, item, wordings: await wordingsOf(trx, visit.districtId) }
  })
  if (given.item === null) return null
  const [prepared] = await deps.preview(given.moment, [given.item])
  if (prepared === undefined) return null
  const language = prepared.translation?.language ?? prepared.originalLanguage
  const { introduced, schoolName } = head
  const words = bodyOf(prepared, { introduced, schoolName, reader: head.languages[0] ?? 'en' }, given.wordings)
  return {
    prepared,
    body: words,
    segments: words === null ? 0 : deps.segments(words),
    hints: plainWords(draft.body),
    kept: keptInWords(prepared, text, given.item.names),
    picture: draft.picture || draft.same !== null,
    language,
    back:
      back && prepared.translation !== null
        ? await deps.translateBack(
            prepared.translation.text,
            prepared.translation.language,
            prepared.originalLanguage,
            given.item.names,
          )
        : undefined,
  }
}
