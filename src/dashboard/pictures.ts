/** Pictures on the pages: closed until somebody asks for one, so that a slow line waits for none and no note of a doctor stands on a projector. */

import { html } from 'hono/html'
import type { Attachment, ExchangeView } from '../store/exchange-record.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import type { Html } from './page.ts'
import { isolated, sizeInWords } from './words.ts'

const UNSEEN: Readonly<Record<Exclude<Attachment['state'], 'shown'>, string>> = {
  waiting: 'A picture is on its way from the carrier.',
  erased: 'A picture was here and has been erased.',
  video: 'A video came along, which is not passed on. The sender knows.',
  sound: 'A sound came along, which is not passed on. The sender knows.',
  contact_card: 'A contact card came along. It may hold a number, so nobody gets it. The sender knows.',
  other: 'A file came along that is no picture. The sender knows.',
  damaged: 'A picture came along that cannot be shown. The sender knows.',
  too_large: 'A picture came along that is too large. The sender knows.',
  lost: 'A picture came along that the carrier could not give us. The sender knows.',
}

/** `Picture`, `2 pictures`, for a line in a list; what is no picture counts as a file. */
export function picturesInWords({ attachments }: ExchangeView): string {
  const shown = attachments.filter(({ state }) => state === 'shown').length
  if (shown === 0) return attachments.length === 1 ? 'File' : `${attachments.length} files`
  return shown === 1 ? 'Picture' : `${shown} pictures`
}

/** What came or goes with a message, each by itself. */
export function attachments(x: ExchangeView, head: Pick<ThreadHead, 'students'>): Html | '' {
  if (x.attachments.length === 0) return ''
  const child = head.students[0]?.split(' ')[0]
  const family = child === undefined ? 'the family' : `${isolated(child)}’s family`
  const mine = x.direction === 'to_family'
  const several = x.attachments.length > 1
  return html`${x.attachments.map((one) => attachment(x.id, one, `Picture${several ? ` ${one.n}` : ''} ${mine ? 'to' : 'from'} ${family}`))}${
    mine && x.picturesGo === false ? html`<p class="label">${STAYS}</p>` : ''
  }`
}

const STAYS =
  'The words go without it: this phone takes no pictures, or is called. The family hears that there is something to ask for.'

function attachment(exchangeId: string, { n, state, width, height, size }: Attachment, name: string): Html {
  if (state !== 'shown') return html`<p class="label">${UNSEEN[state]}</p>`
  const path = `/exchanges/${exchangeId}/pictures/${n}`
  return html`<details class="picture" id="p-${exchangeId}-${n}"><summary>${name} <span class="label">${sizeInWords(size ?? 0)}</span></summary>
<a href="${path}"><img src="${path}" alt="${name}" loading="lazy" width="${width}" height="${height}"></a></details>`
}
