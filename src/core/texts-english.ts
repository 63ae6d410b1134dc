/** The gateway's own texts in English, by which all others are held. */

import { reviewed, type Texts } from './texts-slots.ts'

const ours = (text: string) => reviewed(text, 'the authors')

export const english: Texts = {
  introduction: ours(
    'These messages are from {school}. You can write back here in your language. Reply HELP for help, STOP to end messages.',
  ),
  held_for_staff: ours('Your message is kept. {staff} gets it {when}. If it cannot wait, please call the school.'),
  held_for_family: ours('Your message is kept. The family gets it {when}.'),
  held_no_time: ours(
    'Your message is kept for {staff}. We cannot say yet when it arrives. If it cannot wait, please call the school.',
  ),
  stranger: ours('This number belongs to a school. We do not know your number. Please call or visit the school office.'),
  stop_done: ours('You will get no more messages from {district}. Text START to get them again.'),
  start_done: ours('You will get messages from {district} again. Text STOP to end them.'),
  help: ours(
    'This is {school}. Write to your teacher here in your language. For help visit the school office. Text STOP to end messages.',
  ),
  not_translated: ours('This message could not be translated. The original:'),
  translation_differs: ours('A number, time or name may differ in the translation. The original:'),
  delayed: ours('This message was delayed. It was written {when}:'),
  closed: ours('Your message went to the school office. They will help you.'),
  unknown_to_staff: ours('Your message ({when}: "{excerpt}") may not have arrived. Reply AGAIN to send it again or DISMISS.'),
  unknown_to_family: ours('Your text "{excerpt}" may not have reached {staff}. Please send it again.'),
  opted_out_to_staff: ours('This family asked to stop messages. Please use another way to reach them.'),
  no_original: ours('There is no original to send you: the last message was not translated.'),
  original_is: ours('The original:'),
  media_not_passed: ours(
    'Your picture or file could not be passed on. Photos can be sent here, other files cannot. Please write it, or bring it to the school.',
  ),
  picture: ours('A picture for you.'),
  picture_stays: ours('Something came with this message that your phone cannot get. Please ask the school for it.'),
  factor_reset: ours(
    'Your second sign-in step for Homeline was reset by {name}. If you did not ask for it, tell your school now.',
  ),
  login_code: ours('Your Homeline sign-in code is {code}. It works for ten minutes. Nobody at your school will ask you for it.'),
  pin: ours('Your PIN for {school} is {pin}. With it you can hear your messages from any phone: call this number.'),
  not_reached: ours('{family} was called three times and did not answer: "{excerpt}". Try again, or send paper.'),
  voice_message: ours('Voice message, {seconds} s.'),
  voice_message_staff: ours('Voice message, {seconds} s. To hear it, call this number.'),
}
