import { describe, expect, test } from 'vitest'
import type { Heard, PhoneCall, Waiting } from '../../src/simulator/call-world.ts'
import type { FaultsSeen, LastBroken } from '../../src/simulator/scene-faults.ts'
import { isNight, tellCallStory, tellStory } from '../../src/simulator/scene-story.ts'
import type { HandsetText } from '../../src/simulator/world.ts'

const zone = 'America/Los_Angeles'
const cast = { family: 'Rosa', staff: 'Ms Rivera', familyLanguage: 'Spanish', staffLanguage: 'English' }
const at = (time: string, day = 23) => Temporal.ZonedDateTime.from(`2026-11-${day}T${time}[${zone}]`).toInstant()

function texts(...rows: ['received' | 'sent', string, number?][]): HandsetText[] {
  return rows.map(([kind, time, day], index) => ({
    id: `HT ${kind} ${day} ${time} ${index}`,
    phone: '+19715550142',
    kind,
    other: '+19715550100',
    body: 'text',
    at: at(time, day).toString(),
    sid: null,
  }))
}

type Broken = Omit<LastBroken, 'before'> & { readonly before: readonly HandsetText[] }

const tell = (
  now: Temporal.Instant,
  onFamily: readonly HandsetText[],
  onStaff: readonly HandsetText[],
  last: Broken | null = null,
  tried: readonly LastBroken['what'][] = last ? [last.what] : [],
) =>
  tellStory(onFamily, onStaff, { now, offsetSeconds: 0, zone }, cast, {
    last: last && { ...last, before: new Set(last.before.map((text) => text.id)) },
    tried: new Set(tried),
  })

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
  ['the late text arrived', at('07:01', 24), told, morning, 5, 'carrier', false],
] as const)('when %s', (_, now, onFamily, onStaff, act, glow, travelling) => {
  expect(tell(now, [...onFamily], [...onStaff])).toMatchObject({ act, glow, travelling })
})

describe('while something is broken', () => {
  const before = [...told, ...morning]
  const sent = [...told, ...texts(['sent', '07:05', 24])]
  const got = [...morning, ...texts(['received', '07:05', 24])]
  const now = at('07:05', 24)
  const down = { what: 'carrier', still: true, before } as const
  const up = { ...down, still: false }

  test.each([
    ['the next text is ready', now, told, morning, down, 'family', /carrier is down: .*Press Rosa/, false],
    ['the text waits', now, sent, morning, down, 'carrier', /refuses the text.*Press “Bring the carrier back”/, false],
    ['it is night', at('22:45', 24), told, morning, down, 'morning', /carrier is down.*morning/, false],
    ['it was mended', now, sent, morning, up, null, /carrier is back/, true],
    ['it was mended at night', at('22:45', 24), sent, morning, up, 'morning', /carrier is back.*morning/, false],
    ['the text arrived', now, sent, got, up, 'answer', /arrived once.*Next: press “Lose an answer”/, false],
    ['it was mended before a text was sent', now, told, morning, up, 'answer', /Next: press “Lose an answer”/, false],
    ['the text arrived all the same', now, sent, got, down, 'carrier', /Press “Bring the carrier back”/, false],
    ['the story has hardly begun', now, [], [], { ...down, before: [] }, 'family', /carrier is down/, false],
    ['an answer waits as well', now, told, [...morning, ...texts(['sent', '07:06', 24])], down, 'carrier', /waits/, false],
  ] as const)('%s', (_, when, onFamily, onStaff, last, glow, hint, travelling) => {
    const story = tell(when, onFamily, onStaff, last)
    expect(story).toMatchObject({ glow, travelling })
    expect(story.hint).toMatch(hint)
  })

  test('the acts stay where they were', () => {
    expect(tell(now, told, morning, down).act).toBe(5)
    expect(tell(at('09:05'), asked, [], { ...down, before: asked }).act).toBe(1)
  })

  test('a fault that is over before the last act lets the acts go on', () => {
    expect(tell(at('09:05'), asked, read, { ...up, before: [] })).toEqual(tell(at('09:05'), asked, read))
  })

  test('what was tried does not glow again, and in the end nothing does', () => {
    const glows = (...tried: LastBroken['what'][]) => tell(now, sent, got, up, tried).glow
    expect(glows('carrier', 'answer')).toBe('translator')
    expect(glows('carrier', 'translator')).toBe('answer')
    expect(glows('translator')).toBe('carrier')
    expect(glows('carrier', 'answer', 'translator')).toBe(null)
  })
})

describe('where the family has a landline', () => {
  const call = (state: PhoneCall['state'], waits: Waiting, ...heard: Heard[]): PhoneCall => ({
    sid: 'CA1',
    phone: '+19715550142',
    other: '+19715550100',
    dialled: false,
    state,
    heard,
    waits,
  })
  const tellCall = (now: PhoneCall | null, onStaff: HandsetText[], seen: FaultsSeen = { last: null, tried: new Set() }) =>
    tellCallStory(now, onStaff, { now: at('09:06'), offsetSeconds: 0, zone }, cast, seen)
  const pressed: Heard = { kind: 'pressed', keys: '1' }
  const spoke: Heard = { kind: 'spoke', words: 'Gracias.' }

  test.each<[string, PhoneCall | null, 'family' | null, RegExp]>([
    ['the phone rings', call('rings', 'nothing'), 'family', /Press Answer/],
    ['the gate asks', call('talks', 'keys'), 'family', /press 1/],
    ['the message was read', call('talks', 'keys', pressed), 'family', /Press 2 to answer/],
    ['it listens', call('talks', 'speech', pressed, pressed), 'family', /press Say it/],
    ['it records', call('talks', 'recording', pressed, pressed), 'family', /press Say it, and then #/],
    ['the answer is read back', call('talks', 'keys', pressed, pressed, spoke), 'family', /Press 1 to send it/],
    ['nobody took the call', call('over', 'nothing'), null, /rings again ten minutes after.*press Call/],
    ['it is over', call('over', 'nothing', pressed), null, /can call back at any time/],
    ['the family has dialled', { ...call('talks', 'nothing'), dialled: true }, null, /has called the school’s number/],
  ])('when %s', (_, now, glow, hint) => {
    const story = tellCall(now, texts(['sent', '09:05']))
    expect(story.glow).toBe(glow)
    expect(story.hint).toMatch(hint)
  })

  test.each([
    [
      'is told, it leads to what can be broken',
      false,
      [],
      'no-answer',
      /both ways\. Now break something: press “Let nobody answer”/,
    ],
    ['is told, it leads on to what was not broken yet', false, ['no-answer', 'busy'], 'machine', /press “Let a machine answer”/],
    ['is told and all was broken, nothing glows', false, ['no-answer', 'busy', 'machine', 'hang-up'], null, /both ways\.$/],
    [
      'is told and something is broken, it says what that does',
      true,
      ['busy'],
      'staff',
      /busy.*Send from Ms Rivera’s phone.*press “Free the line”/,
    ],
  ] as const)('when the story %s', (_, still, tried, glow, hint) => {
    const last = still ? { what: 'busy' as const, still, before: new Set<string>() } : null
    const story = tellCall(call('over', 'nothing', pressed), texts(['sent', '09:05'], ['received', '09:06']), {
      last,
      tried: new Set(tried),
    })
    expect(story.glow).toBe(glow)
    expect(story.hint).toMatch(hint)
  })
})

test.each([
  ['06:59', true],
  ['07:00', false],
  ['19:59', false],
  ['20:00', true],
])('%s is night: %s', (time, night) => {
  expect(isNight(at(time), zone)).toBe(night)
})
