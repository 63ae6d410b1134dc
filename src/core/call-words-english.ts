/** English prompts, from which the others were written. */

import { type PromptId, promptSlots, promptsOf } from './call-words-slots.ts'

const ids = Object.keys(promptSlots) as PromptId[]

/** Written and reviewed by the authors. */
export const english = promptsOf(
  {
    choose_language: 'For English, press {n}.',
    gate_staff: 'This is a message from {staff} at {school}.',
    gate_person: 'If you are {guardian} or family, press one.',
    gate_family: 'If this call is for your family, press one.',
    machine: 'This is {school}. We have a message for your family. Please call this number back.',
    message_from: '{staff} says:',
    more: 'You have another message. Please wait to hear it.',
    menu: 'To hear this again, press one. To answer, press two. If you want no more calls, press nine.',
    menu_talk: 'To speak to the teacher now, press three.',
    say_answer: 'Please say your answer now.',
    record_answer: 'Please speak your answer after the tone, and press the pound key when you are done.',
    read_back: 'I understood:',
    send_or_again: 'To send this, press one. To say it again, press two.',
    not_understood: 'I did not understand that.',
    sent: 'Thank you. {staff} will get your answer.',
    recorded_sent: 'Thank you. Your message was recorded.',
    calls_ended: 'You will get no more calls from us. Goodbye.',
    goodbye: 'Goodbye.',
    try_later: 'Thank you. You can call this number at any time. Goodbye.',
    welcome: 'Welcome to {school}.',
    you_have_messages: 'You have a message. To hear it, press one. To go on, press two.',
    nothing_waiting: 'No message is waiting for you.',
    connecting: 'One moment, please. We are calling {staff}.',
    not_available: '{staff} cannot answer now.',
    leave_message: 'Please leave a message after the tone, and press the pound key when you are done.',
    or_office: 'To speak to the school office, press zero.',
    stranger_menu: 'To leave a message for the school office, press one.',
    stranger_office: 'To speak to the office, press zero.',
    stranger_pin: 'If you have a PIN, press two.',
    enter_pin: 'Please enter your PIN, eight digits.',
    pin_wrong: 'That is not right. Please enter the eight digits again.',
    pin_locked: 'We cannot open your messages here. Please call the school office. Goodbye.',
    someone_calls: 'We have no recording in your language yet. Someone will call you.',
    screen_family: '{staff} from {school} is calling. To take the call, press one.',
    screen_staff: 'A call from the family of {family}. To take it, press one.',
    staff_gate: 'To call the family of {family}, press one.',
    family_closed: 'The family of {family} cannot be called now.',
    family_no_answer: 'The family of {family} did not answer.',
    staff_leave: 'To leave a message that they get when they may be called, press one.',
    studio_menu:
      'To record messages for families, press one. To hear their answers, press two. To record the fixed prompts, press three.',
    studio_nothing: 'There is nothing more to do here.',
    studio_say: 'Please say this in {language} after the tone:',
    studio_keep: 'To keep it, press one. To record it again, press two.',
    studio_answer: 'A family has answered. Listen, and after the tone say it in English.',
    room_screen: 'You are needed in a call with the family of {family}. To join, press one.',
    room_wait: 'One moment, please. Someone is joining the call.',
  },
  Object.fromEntries(ids.map((id) => [id, 'the authors'])),
)
