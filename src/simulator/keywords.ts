/**
 * Twilio's default keyword handling, English single words only: it answers these itself and, on STOP, blocks the pair.
 * Source: Twilio, "Twilio support for opt-out keywords (SMS STOP filtering)", list as of 2025-04 (REVOKE and OPTOUT added).
 */
const words = {
  STOP: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'END', 'QUIT', 'CANCEL', 'REVOKE', 'OPTOUT'],
  START: ['START', 'YES', 'UNSTOP'],
  HELP: ['HELP', 'INFO'],
} as const

/** What Twilio makes of a keyword. */
export type Keyword = keyof typeof words

/** Twilio's own answers to keywords, word for word, sent from the number that was texted. */
export const keywordAnswers: Readonly<Record<Keyword, string>> = {
  STOP: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  START:
    'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  HELP: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
}

const meaning = new Map<string, Keyword>(
  (Object.keys(words) as Keyword[]).flatMap((keyword) => words[keyword].map((word) => [word, keyword] as const)),
)

/** The keyword that a whole text is to Twilio, whatever its case and the blanks around it; null when it is none ("STOP please" is none). */
export function keywordOf(body: string): Keyword | null {
  return meaning.get(body.trim().toUpperCase()) ?? null
}
