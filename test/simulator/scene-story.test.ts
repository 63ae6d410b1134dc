import { expect, test } from 'vitest'
import { isNight, tellStory } from '../../src/simulator/scene-story.ts'
import type { HandsetText } from '../../src/simulator/world.ts'

const zone = 'America/Los_Angeles'
const cast = { family: 'Rosa', staff: 'Ms Rivera', familyLanguage: 'Spanish', staffLanguage: 'English' }
const at = (time: string, day = 23) => Temporal.ZonedDateTime.from(`2026-11-${day}T${time}[${zone}]`).toInstant()

function texts(...rows: ['received' | 'sent', string, number?][]): HandsetText[] {
  return rows.map(([kind, time, day], index) => ({
    id: `HT${index}`,
    phone: '+19715550142',
    kind,
    other: '+19715550100',
    body: 'text',
    at: at(time, day).toString(),
    sid: null,
  }))
}

const tell = (now: Temporal.Instant, onFamily: HandsetText[], onStaff: HandsetText[]) =>
  tellStory(onFamily, onStaff, { now, offsetSeconds: 0, zone }, cast)

const asked = texts(['sent', '09:05'])
const read = texts(['received', '09:05'])
const answered = texts(['received', '09:05'], ['sent', '09:06'])
const heard = texts(['sent', '09:05'], ['received', '09:06'])
const late = texts(['sent', '09:05'], ['received', '09:06'], ['sent', '22:41'])
const told = texts(['sent', '09:05'], ['received', '09:06'], ['sent', '22:41'], ['received', '22:41'])
const morning = texts(['received', '09:05'], ['sent', '09:06'], ['received', '07:00', 24])

test.each([
  ['nothing was sent', at('09:05'), [], [], 0, 'family', false],
  ['the first text is under way', at('09:05'), asked, [], 1, null, true],
  ['the first text waits for the morning', at('23:00'), texts(['sent', '23:00']), [], 1, 'morning', false],
  ['the teacher has read it', at('09:05'), asked, read, 2, 'staff', false],
  [
    'a notice came to the family, the answer not yet',
    at('09:06'),
    texts(['sent', '09:05'], ['received', '09:05']),
    answered,
    2,
    null,
    true,
  ],
  ['the answer waits for the morning', at('21:00'), asked, texts(['received', '09:05'], ['sent', '21:00']), 2, 'morning', false],
  ['the answer came', at('09:07'), heard, answered, 3, 'night', false],
  ['it is late', at('22:40'), heard, answered, 3, 'family', false],
  ['the late text is not answered yet', at('22:41'), late, answered, 4, null, true],
  ['the family was told that it waits', at('22:42'), told, answered, 4, 'morning', false],
  ['morning has come, the text not yet', at('07:00', 24), told, answered, 4, null, true],
  ['the late text arrived', at('07:01', 24), told, morning, 5, 'break', false],
] as const)('when %s', (_, now, onFamily, onStaff, act, glow, travelling) => {
  expect(tell(now, [...onFamily], [...onStaff])).toMatchObject({ act, glow, travelling })
})

test.each([
  ['06:59', true],
  ['07:00', false],
  ['19:59', false],
  ['20:00', true],
])('%s is night: %s', (time, night) => {
  expect(isNight(at(time), zone)).toBe(night)
})
