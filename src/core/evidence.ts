/** How sure it is that a message arrived. Graded, and never called "read": nobody can know that. */

/** From least to most: the carrier took it; a phone got it; a person took the call; heard to its end; answered. */
export const GRADES = ['accepted', 'delivered', 'answered_by_person', 'heard', 'answered'] as const

/** One of `GRADES`. */
export type Evidence = (typeof GRADES)[number]

/** Which events prove what. */
const PROVES: Readonly<Record<string, Evidence>> = {
  sent: 'accepted',
  delivered: 'delivered',
  late_delivered: 'delivered',
  person: 'answered_by_person',
  heard: 'heard',
  answered: 'answered',
}

/** The best that the events of an exchange prove; null: nothing yet. */
export function evidenceOf(events: readonly { readonly what: string }[]): Evidence | null {
  const best = Math.max(-1, ...events.map(({ what }) => (PROVES[what] === undefined ? -1 : GRADES.indexOf(PROVES[what]))))
  return GRADES[best] ?? null
}
