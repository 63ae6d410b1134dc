/** What a page says once after something was done. The address carries the word, so that a reload without JavaScript says it too. */

import { html } from 'hono/html'
import type { Html } from './page.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  sent: 'On its way.',
  announced: 'On its way to every family. You may leave this page; what became of it stays here.',
  announced_anew: 'Changed. It is on its way to all for whom it still waited; what became of it stays here.',
  announced_later: 'Saved. It goes out by itself at its time; until then you can send it now, edit or cancel it.',
  asked: 'All whom you named are being asked, or were before. What they answer appears here.',
  held: 'Saved. It goes out by itself when the family may be reached.',
  scheduled: 'Saved. It goes out by itself at its time; until then you can send it now, edit or cancel it.',
  canceled: 'Canceled. It will not be sent.',
  released: 'It goes out now.',
  released_all: 'It goes out to all now, to each family in its allowed hours.',
  canceled_all: 'Canceled for all who had not got it yet.',
  again: 'It goes out once more.',
  dismissed: 'Left as it is.',
  calling: 'Your phone rings in a moment. Answer it, and the family’s phone rings.',
  hours_set: 'Saved. What waits has its new time.',
  desk_staffed: 'Saved. They see the desk’s inbox from now on.',
  urgent_set: 'Saved.',
  words_saved: 'Saved.',
  reviewed: 'Noted.',
  noted: 'Noted.',
  texts_reviewed: 'Noted with your name.',
  phone_set: 'Saved. What waits for your phone goes by this from now on.',
  sentence_saved: 'Saved.',
  sentence_deleted: 'Deleted.',
  taken: 'It is yours. The others see that you have it.',
  given_back: 'Given back: anybody can take it.',
  task_done: 'Done.',
  identified: 'Saved. What is written to them goes to this phone from now on.',
  stranger_dismissed: 'Noted. Nothing was sent.',
  preferences_set: 'Saved. Imports leave it alone.',
  preferences_left: 'The next import says what holds.',
  listed_phone: 'They are reached by the list’s phone again.',
  logins_ended: 'Signed out everywhere.',
  token_revoked: 'That token works no longer.',
  factor_reset: 'Reset. They are signed out, and set up another one at the next sign-in.',
  taken_meanwhile: 'Somebody was faster: look who has it now.',
  export_dropped: 'Deleted.',
  login_ended: 'That browser is signed out.',
}

/** The sentence of a word; null for a word that is none. */
export function said(word: string): Html | null {
  const sentence = Object.hasOwn(SENTENCES, word) ? SENTENCES[word] : undefined
  return sentence === undefined ? null : html`${sentence}`
}
