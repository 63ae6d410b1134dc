/** Which prompts there are, what fills them, and who has reviewed them. */

import type { FixedText } from './texts-slots.ts'

/**
 * What fills each prompt: every slot stands exactly once in every language. Those without a slot can be recorded by people in a language that no
 * voice speaks.
 */
export const promptSlots = {
  /** In the language that it offers. */
  choose_language: ['n'],
  /** Before the gate: no child's name. */
  gate_staff: ['staff', 'school'],
  gate_person: ['guardian'],
  gate_family: [],
  /** To an answering machine: only whom to call back. */
  machine: ['school'],
  message_from: ['staff'],
  more: [],
  menu: [],
  menu_talk: [],
  menu_person: [],
  menu_end: [],
  say_answer: [],
  record_answer: [],
  read_back: [],
  send_or_again: [],
  not_understood: [],
  sent: ['staff'],
  recorded_sent: [],
  calls_ended: [],
  goodbye: [],
  try_later: [],
  welcome: ['school'],
  you_have_messages: [],
  nothing_waiting: [],
  connecting: ['staff'],
  not_available: ['staff'],
  /** To a family that has talked for as long as a day allows. */
  minutes_used: [],
  leave_message: [],
  or_office: [],
  stranger_menu: [],
  stranger_office: [],
  stranger_pin: [],
  enter_pin: [],
  pin_wrong: [],
  pin_locked: [],
  as_written: [],
  someone_calls: [],
  screen_family: ['staff', 'school'],
  /** To staff phones. */
  screen_staff: ['family'],
  staff_gate: ['family'],
  family_closed: ['family'],
  family_closed_until: ['family', 'when'],
  family_no_answer: ['family'],
  staff_leave: [],
  /** To a teacher who calls a family's number while its voice message waits for her. */
  staff_voicemail: ['family'],
  staff_call_family: [],
  /** To an aide who records by phone. */
  studio_menu: [],
  studio_nothing: [],
  studio_say: ['language'],
  studio_keep: [],
  studio_answer: [],
  /** To whoever is asked to join a call, and to those who wait. */
  room_screen: ['family'],
  room_interpreter: ['school', 'language'],
  room_wait: [],
  /** In a call that a machine interprets: the notice and consent before anything else, then turn by turn. */
  talk_notice: [],
  talk_speak: [],
  talk_understood: [],
  talk_failed: [],
  talk_ended: [],
  talk_broken: [],
  talk_calling: [],
  talk_person: [],
} as const

/** Which prompt. */
export type PromptId = keyof typeof promptSlots

/** All prompts in one language. */
export type Prompts = Readonly<Record<PromptId, FixedText>>

/** A prompt's template with its slots filled; values are plain text and are not looked through for slots. Throws when one is not given. */
export function promptWords(id: PromptId, template: string, slots: Readonly<Record<string, string>>): string {
  // `Maya L.` at the end of a sentence brings its own full stop.
  return template.replace(/\{(\w+)\}(\.?)/g, (_, name: string, stop: string) => {
    const value = Object.hasOwn(slots, name) ? slots[name] : undefined
    if (value === undefined) throw new Error(`The prompt ${id} needs the slot ${name}`)
    return value.endsWith('.') ? value : value + stop
  })
}

/** Prompts of one language that no speaker has reviewed; whoever reviews one names it in `reviewed`, with name and date. */
export function promptsOf(texts: Readonly<Record<PromptId, string>>, reviewed: Partial<Record<PromptId, string>> = {}): Prompts {
  return Object.fromEntries(
    Object.entries(texts).map(([id, text]) => [id, { text, reviewedBy: reviewed[id as PromptId] ?? null }]),
  ) as Prompts
}
