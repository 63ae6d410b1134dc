/** What tasks say: each kind's title, what there is to do, and what its message can be told. */

import type { TaskKind } from '../core/task-due.ts'
import type { Action } from '../relay/compose-ports.ts'
import type { TaskRow } from '../store/task-list.ts'

/** What becomes of a message by a press, in words. */
export const PRESSES: Readonly<Record<Action, string>> = {
  again: 'Send again',
  dismiss: 'Leave it',
  release: 'Try again now',
  cancel: 'Cancel the message',
}

/** What each kind of task says, and what there is to do. `settles`: what its message itself can be told; such a task is done with the message and not before. */
export const KINDS: Readonly<
  Record<TaskKind, { readonly title: string; readonly todo: string; readonly settles?: readonly Action[] }>
> = {
  unknown: {
    title: 'A message may not have gone out',
    todo: 'The carrier never said whether it took it. Send it again, or leave it.',
    settles: ['again', 'dismiss'],
  },
  unreached: {
    title: 'A family was not reached',
    todo: 'Texts or calls did not get through. Try another way, and check the number in the student information system.',
  },
  not_sent: {
    title: 'A message was not sent',
    todo: 'Where it still matters, write to the family or tell who wrote it; an administrator can read the whole conversation.',
  },
  not_announced: {
    title: 'A message to all did not reach everybody',
    todo: 'Before it could go, these families left the list, got other phones, or left its writer’s classes. Tell who wrote it: under Classes it shows who did not get it.',
  },
  unread: {
    title: 'What a family wrote was read by nobody',
    todo: 'Its conversation ended before anybody looked: the teacher left or has other students now, or the family has another phone. Answer it, or tell who can.',
  },
  to_record: {
    title: 'A message waits to be spoken',
    todo: 'No computer voice speaks this language. An aide calls the school number, gives the PIN, and reads it aloud.',
    settles: ['cancel'],
  },
  no_number: {
    title: 'A message waits for a free number',
    todo: 'Buy a number and run “homeline numbers sync”.',
    settles: ['release', 'cancel'],
  },
  opted_out: {
    title: 'A family asked to get no more messages',
    todo: 'Nothing is sent to this phone any more. Talk to the family if it was a mistake: they text START to come back.',
  },
  wrong_number: {
    title: 'Somebody says that the number is wrong',
    todo: 'Correct it in the student information system; it comes over with the next import.',
  },
  maybe_stop: {
    title: 'A family may want no more messages',
    todo: 'Read what was written. If it means stop, ask the family to text STOP.',
  },
  stranger: {
    title: 'An unknown phone wrote',
    todo: 'Say whose phone it is, answer without knowing that, or say that it is nobody’s. The phone was told to call or visit the school; no name was said, and no teacher was told.',
  },
  no_sender: {
    title: 'A text came without a number',
    todo: 'Nobody can answer it: it was sent from a service that shows none, and no family is known by it. If it says who wrote, write to the family. Later ones stand in the log.',
  },
  lost_staff: {
    title: 'A teacher’s text reached nobody',
    todo: 'It came to a number that is no conversation. Tell the teacher.',
  },
  carrier_block: {
    title: 'The carrier blocks a number for a family',
    todo: 'The family texted STOP to one number. They text START to it to come back.',
  },
  phone_unusable: {
    title: 'A phone cannot be reached at all',
    todo: 'The carrier says that this number does not exist or takes no texts. Check it with the family.',
  },
  carrier_setup: {
    title: 'The carrier account needs a look',
    todo: 'Whoever runs the server should look at the account’s settings.',
  },
  calls_refused: { title: 'A family wants no more calls', todo: 'Texts still arrive, where the phone takes them.' },
  call_back: {
    title: 'A family asked to be called',
    todo: 'A desk makes no calls from here: write to it, or ask a teacher of the child to call it from their conversation.',
  },
  voicemail: {
    title: 'A voice message for the office',
    todo: 'Listen to it, then write to the family. An unknown phone you may answer by text.',
  },
  person_wanted: {
    title: 'Somebody asked for a person in a call',
    todo: 'A desk makes no calls from here: write to the family, or ask a teacher of the child to call it, with somebody who speaks the language.',
  },
  recording_lost: {
    title: 'A recording could not be fetched',
    todo: 'The carrier does not have it. Ask the family to say it again.',
  },
  picture_lost: {
    title: 'A picture could not be fetched',
    todo: 'The carrier does not have it. Ask the family to send it again.',
  },
  roster_phone: { title: 'A phone number in the list is not one', todo: 'Correct it in the student information system.' },
  roster_language: { title: 'A language of the roster is unknown', todo: 'Correct it in the student information system.' },
  roster_office_phone: {
    title: 'The list has a new phone for a guardian',
    todo: 'The office was told another one, which is used. Correct the student information system, or go back to its phone.',
  },
  office_phone_ended: {
    title: 'A phone that the office was told about is another family’s',
    todo: 'The list gives it to somebody else, which counts. This guardian is reached as the list says: ask for the number of now.',
  },
  roster_agent: { title: 'A guardian of the roster is missing', todo: 'Correct it in the student information system.' },
}

/** Whether a word of the database names a kind of task that there is. */
export const isKind = (kind: string): kind is TaskKind => Object.hasOwn(KINDS, kind)

/** Why a message could not be sent, by the word of the event that canceled it. */
const NOT_SENT_WHY: Readonly<Record<string, string>> = {
  household_ended: 'Before it could go, the family left the list or got another phone.',
  phone_moved: 'It was already on its way to the family’s phone of before when the list brought another one.',
  right_ended: 'Before it could go, its writer left, or teaches no student any more of those who have this phone.',
}
const NOT_SENT_ENDED =
  'Before it could go, the conversation ended: the family or its writer left, or the family has another phone.'

/** The cause, where it is known, and what there is to do. */
export function whatToDo({ kind, detail }: TaskRow, todo: string): string {
  return kind === 'not_sent' ? `${NOT_SENT_WHY[String(detail['why'])] ?? NOT_SENT_ENDED} ${todo}` : todo
}
