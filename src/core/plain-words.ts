/** What translates badly, found in a draft while it is written: a hint each, for the writer to take or leave. */

import { SLOT, slotName } from './phrase-slots.ts'

/** One hint: what stands in the draft, and what to write instead. */
export type Hint = { readonly found: string; readonly advice: string }

/**
 * What no engine puts into another language well, by regular expressions, and what to write instead (US English): idioms, which are said word for word,
 * and short forms that families do not know. What begins with a capital or a digit is found in just these letters only.
 */
const PLAIN: Readonly<Record<string, string>> = {
  'acting (?:out|up)': 'does not follow the rules',
  'an arm and a leg': 'a lot of money',
  'back to square one': 'begin again',
  'back on track': 'doing well again',
  'ball (?:is )?in your court': 'it is your turn',
  ballpark: 'about',
  'beat(?:ing)? around the bush': 'not say it clearly',
  'bend(?:ing)? over backwards?': 'do all that one can',
  'bit(?:e|es|ing) the bullet': 'do it',
  'blow(?:ing|s)? off (?:steam|class|homework)': 'rest, or not do the work',
  'butt(?:ed|ing|s)? heads': 'disagree',
  'by the skin of': 'just',
  'call(?:ed)? it a day': 'stop for today',
  'circl(?:e|ing) back': 'talk about it again',
  'class clown': 'makes jokes in class',
  'crunch time': 'little time is left',
  'cut(?:ting|s)? corners': 'work without care',
  'drop (?:me|us) a (?:line|note)': 'write to me',
  'dropped the ball': 'forgot',
  'drop(?:ping|s)? the ball': 'forget',
  '(?:go|goes|going|went) the extra mile': 'do more than is asked',
  'fall(?:en|ing|s)? behind': 'has work that is not done',
  'fell behind': 'has work that is not done',
  'figur(?:e|ing) it out': 'find an answer',
  'flying colors': 'very good results',
  '(?:get|gets|getting|got) cold feet': 'is afraid to do it',
  '(?:get|gets|getting|got) the ball rolling': 'begin',
  '(?:get|gets|getting|got) (?:his|her|their|your) act together': 'behave better',
  'giv(?:e|ing) (?:me|us|him|her|them|the office) a (?:ring|shout|buzz)': 'call',
  'goof(?:ed|ing|s)? off': 'play',
  'grain of salt': 'not believe all of it',
  '(?:have|has|had|having|my|our|his|her|their|your) hands full(?! of)': 'a lot to do',
  'hang in there': 'do not give up',
  '(?:hang|sit) tight': 'wait',
  'heads[ -]up': 'please note',
  'hit(?:ting)? the books': 'study',
  'hit(?:s|ting)? the nail on the head': 'is exactly right',
  'in(?:to)? hot water': 'in trouble',
  'in the loop': 'informed',
  'in the same boat': 'with the same problem',
  "(?:is|was|be|it[’']s|were) a piece of cake": 'easy',
  '(?:is|was|be|are|were) on the ball': 'attentive',
  "(?:is|was|are|he[’']s|she[’']s) on thin ice": 'close to trouble',
  'jump(?:ed|ing|s)? the gun': 'begin too early',
  'keep(?:ing)? an eye (?:on|out for)': 'watch',
  'knock(?:ed|ing|s)? it out of the park': 'do very well',
  kudos: 'well done',
  'last straw': 'too much now',
  'learn(?:ed|ing|s)? the ropes': 'learn how things are done',
  'loop(?:ed|ing)? (?:me|us|you|him|her|them|in)': 'tell',
  'nip (?:it|this|that) in the bud': 'stop it early',
  'no[ -]brainer': 'easy to decide',
  'off the hook': 'does not have to do it',
  'on the fence': 'not sure yet',
  'on the same page': 'we agree',
  'on top of (?:things|his work|her work|their work|it all)': 'does the work on time',
  'once in a blue moon': 'almost never',
  'out of the blue': 'suddenly',
  '(?:am|are|is|was|were) over the moon': 'very happy',
  'pick (?:your|his|her|their) brain': 'ask',
  'play(?:ed|ing)? it by ear': 'decide later',
  'pull(?:ed|ing|s)? (?:it|himself|herself|themselves) together': 'do better',
  'pull(?:ed|ing|s)? (?:an )?all-nighter': 'not sleep',
  'pull(?:ed|ing|s)? (?:his|her|their|your) (?:own )?weight': 'do a fair part',
  'rain[ -]?check': 'another day',
  'reach out': 'write or call',
  'reached out': 'wrote or called',
  'read(?:ing)? between the lines': 'see what is not said',
  '(?:it|that|this|name) rings a bell': 'sounds known',
  'rough (?:patch|day|week)': 'difficult time',
  'rule of thumb': 'simple rule',
  'shoot (?:me|us) an? (?:e-?mail|text|message|note)': 'write to me',
  'sleep on it': 'think about it until tomorrow',
  'slip(?:ped|ping|s)? through the cracks': 'is forgotten',
  'spill(?:ed|ing)? the beans': 'tell it',
  'stay tuned': 'we will write again',
  'step(?:ped|ping|s)? up (?:to the plate|(?:his|her|their|your) game)': 'do more',
  "teacher[’']s pet": 'the favorite of the teacher',
  'the whole nine yards': 'all of it',
  'think(?:ing)? outside the box': 'find new ideas',
  'throw(?:ing|n|s)? in the towel': 'give up',
  'tip of the iceberg': 'a small part',
  'touch(?:ed|ing)? base': 'talk',
  'turn(?:ed|ing)? over a new leaf': 'begin again, better',
  '(?:my|our|his|her|their|your) two cents': 'opinion',
  'under the weather': 'ill',
  'up in the air': 'not decided yet',
  'up to (?:par|scratch)': 'good enough',
  'up to speed': 'informed',
  'wing(?:ing)? it': 'do it without a plan',
  'wrap(?:ped|ping)? (?:it|this|things) up': 'finish',
  'zon(?:ed|es|ing) out': 'does not pay attention',
  ASAP: 'as soon as you can',
  BYOD: 'bring your own device',
  COB: 'by the end of the day',
  EOD: 'by the end of the day',
  EOY: 'by the end of the year',
  ETA: 'time of arrival',
  FYI: 'for your information',
  RSVP: 'please answer whether you come',
  'TB[AD]': 'not decided yet',
  '504 (?:plan|meeting|team|review|coordinator)': 'plan for support at school (504)',
  'AP (?:class|classes|course|courses|exam|exams)': 'class at the level of a college (AP)',
  BIP: 'plan for behavior (BIP)',
  CTE: 'classes for a trade',
  ELA: 'English class',
  'ELD|ELL|ELLs|ESL|ESOL': 'English lessons',
  ESY: 'school in summer (ESY)',
  FAFSA: 'form for help with college costs (FAFSA)',
  FBA: 'study of behavior (FBA)',
  FRL: 'free or low-cost meals',
  GPA: 'average of all grades (GPA)',
  IEP: 'plan for special education (IEP)',
  ISS: 'a day apart from the class',
  JV: 'second team',
  LRE: 'in class with all other children',
  'MAP (?:test|tests|testing|score|scores|growth)': 'test in reading and mathematics (MAP)',
  MTSS: 'extra help in steps',
  OSS: 'a day at home as a punishment',
  'OT (?:session|sessions|services|evaluation)': 'help with movement and daily tasks (OT)',
  PBIS: 'rules of behavior',
  'PD day': 'day without school, for training of teachers',
  PE: 'gym class',
  PLC: 'meeting of teachers',
  PTA: 'parents’ group (PTA)',
  PTO: 'parents’ group (PTO)',
  PTSA: 'parents’ group (PTSA)',
  RTI: 'extra help in steps',
  SEL: 'lessons about feelings',
  SLP: 'speech teacher',
  SPED: 'special education',
  SRO: 'police officer of the school',
  SSR: 'quiet reading',
  STEM: 'science and technology',
  TK: 'class before kindergarten (TK)',
}

/** A clock time that says neither morning nor afternoon: `at 3`, `at 3:15`, `by 8`. Hours from 13 on are clear, and so is a number of something. */
const BARE_TIME =
  /(?<!\b(?:morning|afternoon|evening|tonight),? )\b(?:at|by|before|after|until|from)\s+((?:1[0-2]|[1-9])(?::[0-5]\d)?)(?!\s*(?:[ap]\.?m|o['’]clock in|in the |at night|this (?:morning|afternoon|evening)|tonight|:|\d|[./-]\d|%|(?:st|nd|rd|th)\b|(?:minutes?|hours?|days?|weeks?|months?|years?|times|students?|children|people|families|class(?:es)?|schools?|grades?|points?|dollars?|books?|pages?)\b))/giu

/** Most hints for one draft: a list, not a lecture. */
const MOST = 4

const WORDS: readonly { readonly pattern: RegExp; readonly advice: string }[] = Object.entries(PLAIN).map(([words, plain]) =>
  /^[A-Z\d]/.test(words)
    ? { pattern: new RegExp(`(?<!\\()\\b(?:${words})\\b(?!\\))`, 'u'), advice: `Families may not know it: “${plain}”.` }
    : { pattern: new RegExp(`\\b(?:${words})\\b`, 'iu'), advice: `Say it plainly: “${plain}”.` },
)

/** Words that mean another day when they are read on another day than they were written, and how many days after that of the writing they mean. */
const RELATIVE_DAYS: Readonly<Record<string, number>> = {
  today: 0,
  tonight: 0,
  'this (?:morning|afternoon|evening)': 0,
  tomorrow: 1,
  yesterday: -1,
}

/** Those of them that stand in a draft in English, each once. */
export function relativeDays(draft: string): readonly { readonly word: string; readonly days: number }[] {
  return Object.entries(RELATIVE_DAYS).flatMap(([words, days]) => {
    const [word] = new RegExp(`\\b(?:${words})\\b`, 'iu').exec(draft) ?? []
    return word === undefined ? [] : [{ word, days }]
  })
}

/** The hints for a draft in English, in the order of the text. */
export function plainWords(draft: string): readonly Hint[] {
  const hints: (Hint & { readonly at: number })[] = []
  for (const { pattern, advice } of WORDS) {
    const match = pattern.exec(draft)
    if (match !== null) hints.push({ at: match.index, found: match[0], advice })
  }
  for (const match of draft.matchAll(BARE_TIME))
    hints.push({
      at: match.index,
      found: match[0].trim(),
      advice: `Morning or afternoon? Write “${match[1]} AM” or “${match[1]} PM”.`,
    })
  for (const match of draft.matchAll(new RegExp(SLOT, 'gu')))
    hints.push({ at: match.index, found: match[0], advice: `Put in ${slotName(match[0])}.` })
  return hints
    .sort((a, b) => a.at - b.at)
    .slice(0, MOST)
    .map(({ found, advice }) => ({ found, advice }))
}
