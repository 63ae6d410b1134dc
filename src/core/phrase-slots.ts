/** The slots of a sentence, such as `{student}`: which of them are certain where it is to be sent, and which somebody has to fill in. */

/** What is certain where a sentence goes; null: it is not. Days are written as the sentence is to say them. */
export type Certain = {
  readonly student: string | null
  readonly teacher: string | null
  readonly today: string
  readonly tomorrow: string
}

/** A slot that is still open, as `match` gives it. */
export const SLOT = /\{[a-z][a-z0-9_ ]*\}/u

/** What a slot of the phrases asks for, in plain words. */
const NAMES: Readonly<Record<string, string>> = {
  amount: 'the amount',
  bus: 'the number of the bus',
  count: 'the number',
  date: 'the date',
  date2: 'the second date',
  grade: 'the grade',
  item: 'the thing meant',
  link: 'the link',
  name: 'the name',
  phone: 'the phone number',
  place: 'the place',
  student: 'the student’s name',
  subject: 'the subject',
  teacher: 'the teacher’s name',
  time: 'the time',
  time2: 'the second time',
}

/** What belongs at an open slot such as `{time2}`, in plain words: "the second time". */
export function slotName(open: string): string {
  const name = open.slice(1, -1)
  return Object.hasOwn(NAMES, name) ? (NAMES[name] as string) : 'what belongs there'
}

/** A date is certain only where the sentence itself says which day it is: "absent today, {date}" is, "no school on {date}" is not. */
const SLOTS: readonly { readonly slot: RegExp; readonly by: (certain: Certain) => string | null }[] = [
  { slot: /\{student\}/gu, by: ({ student }) => student },
  { slot: /\{teacher\}/gu, by: ({ teacher }) => teacher },
  { slot: /(?<=\btoday, )\{date\}/giu, by: ({ today }) => today },
  { slot: /(?<=\btomorrow, )\{date\}/giu, by: ({ tomorrow }) => tomorrow },
]

/** The sentence with what is certain put in. */
export function fillSlots(words: string, certain: Certain): string {
  return SLOTS.reduce((text, { slot, by }) => text.replace(slot, (open) => by(certain) ?? open), words)
}

/** Whether it speaks of one student: what goes to many families cannot. */
export const namesStudent = (words: string): boolean => words.includes('{student}')
