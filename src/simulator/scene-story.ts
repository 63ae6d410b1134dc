import type { PhoneCall } from './call-world.ts'
import { afterFault, type Breakage, breakages, breakagesFor, type FaultsSeen } from './scene-faults.ts'
import type { StageClock } from './stage.ts'
import type { HandsetText } from './world.ts'

/** Where the story stands: the act (0 to 5, 5 when all is told), what glows, and what to say. */
export type Story = { readonly act: number; readonly glow: Glow; readonly hint: string; readonly travelling: boolean }

/** The one thing on the page to press next: a phone's key, the clock's, or the one that breaks or mends something. */
export type Glow = 'family' | 'staff' | 'night' | 'morning' | Breakage | null

/** Who plays. */
export type Cast = {
  readonly family: string
  readonly staff: string
  readonly familyLanguage: string
  readonly staffLanguage: string
}

/** Whether it is night by the demo's clock: the hours in which the sample school reaches nobody. */
export function isNight(at: Temporal.Instant, zone: string): boolean {
  const { hour } = at.toZonedDateTimeISO(zone)
  return hour >= 20 || hour < 7
}

/** The one move of the clock that the page offers by day and by night: a second press of the same key then has nowhere to go. */
export const clockMoves = {
  day: { to: '22:40', label: 'Move to 10:40 PM', glow: 'night' },
  night: { to: '07:00', label: 'Move to 7:00 AM', glow: 'morning' },
} as const

/** The titles of the acts. */
export function actsOf(cast: Cast): readonly string[] {
  return [
    `${cast.family} texts in ${cast.familyLanguage}`,
    `${cast.staff} reads it in ${cast.staffLanguage}`,
    `The answer arrives in ${cast.familyLanguage}`,
    'At night, texts wait',
    'In the morning they arrive',
  ]
}

/** The same story where the family has a landline: told from the call and the teacher's screen. */
export function tellCallStory(
  call: PhoneCall | null,
  onStaff: readonly HandsetText[],
  clock: StageClock,
  cast: Cast,
  { last, tried }: FaultsSeen,
): Story {
  const stage = (act: number, glow: Glow, hint: string, travelling = false): Story => ({ act, glow, hint, travelling })
  if (isNight(clock.now, clock.zone)) return stage(0, 'morning', 'It is night: the school rings nobody. Make it morning.')
  const written = onStaff.some((text) => text.kind === 'sent')
  const answered = onStaff.some((text) => text.kind === 'received')
  if (answered && last?.still) {
    const { broken, means, mendIt } = breakages[last.what]
    return stage(5, 'staff', `${broken}: ${means}. Send from ${cast.staff}’s phone, watch, and then press “${mendIt}”.`)
  }
  const live = call !== null && call.state !== 'over'
  if (answered && !live) {
    const next = breakagesFor(true).find((what) => !tried.has(what)) ?? null
    const read = `${cast.staff} reads in ${cast.staffLanguage} what ${cast.family} said. That is a landline, both ways.`
    return stage(5, next, next === null ? read : `${read} Now break something: press “${breakages[next].breakIt}”.`)
  }
  if (!written)
    return stage(0, 'staff', `${cast.family} has a landline: it takes no texts. ${cast.staff} writes as always. Press Send.`)
  if (call === null) return stage(1, null, 'On its way: translated, and then the phone rings.', true)
  if (call.dialled && call.state !== 'over')
    return stage(
      3,
      null,
      `${cast.family} has called the school’s number: what waits is offered first, else ${cast.staff}’s phone rings. Press Answer there, or the keys that the voice names.`,
      true,
    )
  if (call.state === 'rings') return stage(1, 'family', `It rings in the kitchen, from a number of the school. Press Answer.`)
  if (call.state === 'over' && !call.heard.some((one) => one.kind === 'pressed'))
    return stage(
      1,
      null,
      `Nobody took the call: it rings again ten minutes after it. To hear it now, press Call at the kitchen phone.`,
      true,
    )
  if (call.state === 'over') return stage(3, null, `The call is over. ${cast.family} can call back at any time.`, true)
  if (call.waits === 'recording')
    return stage(3, 'family', `${cast.family} speaks after the tone: press Say it, and then # on the keypad.`)
  if (call.waits === 'speech') return stage(3, 'family', `${cast.family} answers by speaking: press Say it.`)
  const pressed = call.heard.filter((one) => one.kind === 'pressed').length
  if (pressed === 0) return stage(2, 'family', 'A voice says who calls, and nothing private before a key: press 1.')
  if (call.heard.some((one) => one.kind === 'spoke')) return stage(4, 'family', 'It is read back. Press 1 to send it.')
  return stage(3, 'family', `The message is read in ${cast.familyLanguage}. Press 2 to answer.`)
}

/** The titles of the acts where the family has a landline. */
export function callActsOf(cast: Cast): readonly string[] {
  return [
    `${cast.staff} writes in ${cast.staffLanguage}`,
    'The kitchen phone rings',
    'A gate: press 1',
    `It is read in ${cast.familyLanguage}`,
    'The answer is spoken, read back and sent',
  ]
}

/**
 * Tells where the visitor is and what comes next. The acts come from the two screens and the clock alone, so that a reload or a restart changes
 * nothing; what is broken goes before them, and after the last act the story leads to what was not broken yet.
 * Both lists are the texts between these two phones, oldest first.
 */
export function tellStory(
  onFamily: readonly HandsetText[],
  onStaff: readonly HandsetText[],
  clock: StageClock,
  cast: Cast,
  faults: FaultsSeen,
): Story {
  const night = isNight(clock.now, clock.zone)
  const story = tellActs(onFamily, onStaff, clock, cast)
  const stage = (glow: Glow, hint: string, travelling = false): Story => ({ act: story.act, glow, hint, travelling })
  const { last, tried } = faults
  const text = last && afterFault(last, onFamily, onStaff)
  if (last && (last.still || text === 'under way')) {
    const { broken, means, waits, mended, mendIt } = breakages[last.what]
    const state = last.still ? `${broken}: ${means}.` : mended
    if (text === 'arrived') return stage(last.what, `${state} Press “${mendIt}”.`)
    if (night) return stage('morning', `${state} At night texts wait anyway: move the clock to the morning.`)
    if (text === 'unsent')
      return stage('family', `${state} The next text is typed. Press ${cast.family}’s glowing key, and watch.`)
    return last.still ? stage(last.what, `${waits} Press “${mendIt}”.`) : stage(null, mended, true)
  }
  if (story.act < LAST_ACT) return story
  const next = breakagesFor(false).find((what) => !tried.has(what)) ?? null
  const shown = last && text === 'arrived' ? breakages[last.what].shown : 'That is the whole line. The log below keeps each step.'
  if (next === null) return stage(null, `${shown} You have broken all there is here. Play on as you like.`)
  return stage(next, `${shown} ${last ? 'Next' : 'Now break something'}: press “${breakages[next].breakIt}”.`)
}

/** The act after which all is told. */
const LAST_ACT = 5

function tellActs(onFamily: readonly HandsetText[], onStaff: readonly HandsetText[], clock: StageClock, cast: Cast): Story {
  const night = isNight(clock.now, clock.zone)
  const sent = (texts: readonly HandsetText[]) => texts.filter((text) => text.kind === 'sent')
  const gotSince = (texts: readonly HandsetText[], since: HandsetText) =>
    texts.some((text) => text.kind === 'received' && Temporal.Instant.compare(text.at, since.at) >= 0)
  const first = sent(onFamily)[0]
  const answer = sent(onStaff)[0]
  const late = sent(onFamily).find((text) => isNight(Temporal.Instant.from(text.at), clock.zone))
  const stage = (act: number, glow: Glow, hint: string, travelling = false): Story => ({ act, glow, hint, travelling })

  if (!first)
    return stage(0, 'family', `${cast.family} has a basic phone: no app, no data plan. The text is typed. Press the glowing key.`)
  if (!gotSince(onStaff, first)) {
    return night
      ? stage(1, 'morning', 'It is night, so the text waits. Make it morning.')
      : stage(1, null, 'On its way: translated, and the numbers swapped.', true)
  }
  if (!answer) return stage(2, 'staff', `${cast.staff} reads it in ${cast.staffLanguage}. The answer is typed. Press Send.`)
  if (!gotSince(onFamily, answer)) {
    return night
      ? stage(2, 'morning', 'It is night, so the answer waits. Make it morning.')
      : stage(2, null, `On its way back, in ${cast.familyLanguage}.`, true)
  }
  if (!late) {
    return night
      ? stage(3, 'family', `It is late, and ${cast.family} thinks of one more thing. Press Send.`)
      : stage(3, 'night', `It is on ${cast.family}’s phone. Compare the names and times. Now move the clock: make it late.`)
  }
  if (!gotSince(onStaff, late)) {
    if (!night) return stage(4, null, 'Morning: what waited is going out.', true)
    return gotSince(onFamily, late)
      ? stage(4, 'morning', `The text waits, and ${cast.family} was told so in ${cast.familyLanguage}. Make it morning.`)
      : stage(4, null, `${cast.family} is being told that the text waits.`, true)
  }
  return stage(LAST_ACT, null, '')
}
