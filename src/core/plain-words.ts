/** What translates badly, found in a draft while it is written: a hint each, for the writer to take or leave. */

/** One hint: what stands in the draft, and what to write instead. */
export type Hint = { readonly found: string; readonly advice: string }

/** Idioms are said word for word by every engine; the list is of those that schools write (US English). */
const IDIOMS: Readonly<Record<string, string>> = {
  'under the weather': 'ill',
  'on the same page': 'we agree',
  'touch base': 'talk',
  'heads up': 'please note',
  'heads-up': 'please note',
  'reach out': 'write or call',
  'reached out': 'wrote or called',
  'a piece of cake': 'easy',
  'keep an eye on': 'watch',
  'hit the books': 'study',
  'rain check': 'another day',
  raincheck: 'another day',
  'in the loop': 'informed',
  'up to speed': 'informed',
  'falling behind': 'has work that is not done',
  'acting up': 'does not follow the rules',
  'acting out': 'does not follow the rules',
  'drop the ball': 'forget',
  'dropped the ball': 'forgot',
  'figure it out': 'find an answer',
  'by the skin of': 'just',
  'on the ball': 'attentive',
  'pull it together': 'do better',
  'goof off': 'play',
  'goofing off': 'plays',
  'bite the bullet': 'do it',
  ballpark: 'about',
  ASAP: 'as soon as you can',
  FYI: 'for your information',
  RSVP: 'please answer whether you come',
  TBD: 'not decided yet',
  EOD: 'by the end of the day',
}

/** Capitals of schools that a family may not know, and no engine explains. */
const ACRONYMS: Readonly<Record<string, string>> = {
  IEP: 'plan for special education (IEP)',
  '504': 'plan for support at school (504)',
  PTA: 'parents’ group (PTA)',
  PTO: 'parents’ group (PTO)',
  ELL: 'English learners',
  ESL: 'English lessons',
  SEL: 'lessons about feelings',
  PBIS: 'rules of behaviour',
  SPED: 'special education',
  ISS: 'a day apart from the class',
  OSS: 'a day at home as a punishment',
  PE: 'gym class',
}

/** A clock time that says neither morning nor afternoon: `at 3`, `at 3:15`, `by 8`. Hours from 13 on are clear. */
const BARE_TIME =
  /\b(?:at|by|before|after|until|from)\s+((?:1[0-2]|[1-9])(?::[0-5]\d)?)(?!\s*(?:[ap]\.?m|o['’]clock in|:|\d|[./-]\d|%|\s*(?:minutes?|days?|weeks?|years?|students?|pages?)))/giu

/** Most hints for one draft: a list, not a lecture. */
const MOST = 4

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

const WORDS: readonly { readonly pattern: RegExp; readonly advice: (found: string) => string }[] = [
  ...Object.entries(IDIOMS).map(([idiom, plain]) => ({
    pattern: new RegExp(`\\b${escaped(idiom)}\\b`, idiom === idiom.toUpperCase() ? 'u' : 'iu'),
    advice: () => `Say it plainly: “${plain}”.`,
  })),
  ...Object.entries(ACRONYMS).map(([short, long]) => ({
    pattern: new RegExp(`(?<!\\()\\b${short}\\b(?!\\))`, 'u'),
    advice: () => `Families may not know it: “${long}”.`,
  })),
]

/** The hints for a draft in English, in the order of the text. */
export function plainWords(draft: string): readonly Hint[] {
  const hints: (Hint & { readonly at: number })[] = []
  for (const { pattern, advice } of WORDS) {
    const match = pattern.exec(draft)
    if (match !== null) hints.push({ at: match.index, found: match[0], advice: advice(match[0]) })
  }
  for (const match of draft.matchAll(BARE_TIME))
    hints.push({
      at: match.index,
      found: match[0].trim(),
      advice: `Morning or afternoon? Write “${match[1]} AM” or “${match[1]} PM”.`,
    })
  for (const match of draft.matchAll(/\{[a-z]+\}/gu))
    hints.push({ at: match.index, found: match[0], advice: 'Put in what belongs here.' })
  return hints
    .sort((a, b) => a.at - b.at)
    .slice(0, MOST)
    .map(({ found, advice }) => ({ found, advice }))
}
