/** Asking the families of absent students, and what became of it in words. */

import { html } from 'hono/html'
import { type AttendanceDesk, absenceTold, type Pupil, takeAbsence, whyNotSent } from '../store/attendance.ts'
import { phrases } from '../translators/phrasebook.ts'
import type { Html } from './page.ts'
import type { Sender } from './sending.ts'
import type { Visit } from './visits.ts'
import { counted, dateWords, reasonInWords } from './words.ts'

const PHRASE = phrases('en').find(({ id }) => id === 'T03')?.text ?? ''

/** A student whose family was not asked, and why. */
export type NotAsked = { readonly name: string; readonly why: Html }

/** What a student's family is asked, in English. */
export function textFor(pupil: Pupil, day: Temporal.PlainDate): string {
  return PHRASE.replace('{student}', pupil.shortName).replace('{date}', dateWords(day))
}

/** Asks a student's family, once a day; why it was not asked, null: it was, now or before. */
export async function askFamily(
  { send }: Pick<Sender, 'send'>,
  visit: Visit,
  { desk, schoolId }: AttendanceDesk,
  pupil: Pupil,
  date: Temporal.PlainDate,
): Promise<Html | null> {
  const { districtId, staff, read } = visit
  const day = date.toString()
  const taken = await read((trx) => takeAbsence(trx, districtId, { studentId: pupil.id, schoolId, day, by: staff.id }))
  if (taken.kind === 'asked') return null
  if (taken.kind === 'being_asked')
    return html`<bdi>${taken.by}</bdi> began to ask a moment ago. If it still says here in five minutes that nobody was reached, ask again.`
  // The key makes a second press, or a start anew after a crash, the same message.
  const composed = await send(visit, { to: { student: pupil.id }, body: textFor(pupil, date), key: taken.key, desk })
  if (composed.kind === 'not_found') return html`the school’s list names no guardian.`
  if (composed.kind !== 'accepted') return html`${composed.problem}`
  const exchanges = composed.exchanges.map(({ id }) => id)
  const why = await read(async (trx) => {
    await absenceTold(trx, districtId, pupil.id, day, exchanges)
    return whyNotSent(trx, districtId, exchanges)
  })
  return composed.exchanges.some(({ status }) => status !== 'failed')
    ? null
    : html`${[...new Set(why.map(reasonInWords))].join('; ')}.`
}

/** How many families are being asked, and who is not. */
export function askedNote(asked: number, notAsked: readonly NotAsked[]): Html {
  return html`${
    asked === 0
      ? ''
      : html`<p class="note" role="status" data-done>${counted(asked, 'family is', 'families are')} being asked. What they answer appears here.</p>`
  }<div class="wrong" role="alert"><p>${asked === 0 ? 'Nobody was asked' : 'Not asked'}. You may ask again once this is mended, or reach them another way:</p><ul>${notAsked.map(
    ({ name, why }) => html`<li><bdi>${name}</bdi>: ${why}</li>`,
  )}</ul></div>`
}
