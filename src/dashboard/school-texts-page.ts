/** How the fixed texts look: languages, one language's texts beside their English, and one text with the form for an own wording. */

import { html } from 'hono/html'
import type { FixedKind } from '../core/fixed-book.ts'
import { plainPunctuation } from '../core/segments.ts'
import { sayWhen } from '../core/texts.ts'
import type { TextLanguage } from '../core/texts-slots.ts'
import { outsideGsm } from '../core/wording-check.ts'
import type { ReviewedEntry, Said } from '../store/fixed-texts.ts'
import type { Html } from './page.ts'
import { languageWords, namesInWords } from './words.ts'

const PARTS: Readonly<Record<FixedKind, string>> = {
  text: 'Texts',
  prompt: 'On the phone',
  phrase: 'Phrasebook',
  keyword: 'STOP and other words',
}

/** Whether this names a part of the book. */
export function isPart(text: string): text is FixedKind {
  return Object.hasOwn(PARTS, text)
}

/** Where a language's texts are. */
export function languagePath(language: TextLanguage): string {
  return `/school/texts/${language}`
}

type When = (at: Temporal.Instant) => Html

type ListedLanguage = {
  readonly language: TextLanguage
  /** Families of the district have it. */
  readonly spoken: boolean
  readonly all: number
  readonly unreviewed: number
}

/** The languages, those of the district's families first. `without`: families' languages in which nothing fixed exists. */
export function languageList(
  nav: Html | '',
  seen: {
    readonly languages: readonly ListedLanguage[]
    readonly without: readonly string[]
    readonly choices: ReadonlyMap<string, Said>
  },
  when: When,
): Html {
  const line = ({ language, spoken, all, unreviewed }: ListedLanguage) =>
    html`<li><div><a href="${languagePath(language)}">${languageWords(language)}</a>${
      spoken && unreviewed > 0 ? html`<p class="hint">${choiceWords(seen.choices.get(language) ?? null, when)}</p>` : ''
    }</div>${unreviewed === 0 ? html`<i class="tag">all read by a speaker</i>` : html`<i class="tag wait">${all - unreviewed} of ${all} read by a speaker</i>`}</li>`
  const [spoken, others] = [seen.languages.filter((one) => one.spoken), seen.languages.filter((one) => !one.spoken)]
  return html`<h1>Fixed texts</h1>${nav}<p>What Homeline itself says to families: short texts, prompts on the phone, the words for STOP, and the phrasebook. People wrote them and no machine translated them; a speaker of each language should read them before families get them.</p>
<h2>Languages of your families</h2>${spoken.length === 0 ? html`<p class="hint">None but English.</p>` : html`<ul class="rows">${spoken.map(line)}</ul>`}
${seen.without.length === 0 ? '' : html`<p class="hint">There are no fixed texts in ${namesInWords(seen.without.map(languageWords))}: these families get them in English.</p>`}
${others.length === 0 ? '' : html`<h2>Other languages</h2><ul class="rows">${others.map(line)}</ul>`}`
}

function choiceWords(choice: Said | null, when: When): Html {
  return choice === null
    ? html`Families get these texts before a speaker has read them all, and nobody has decided that they may.`
    : html`Families get these texts before a speaker has read them all: <bdi>${choice.by}</bdi> decided so${choice.at === null ? '' : html`, ${when(choice.at)}`}.`
}

/** A language's texts of one part, each beside its English. */
export function languagePage(
  shown: {
    readonly language: TextLanguage
    readonly part: FixedKind
    readonly entries: readonly ReviewedEntry[]
    readonly choice: Said | null
    readonly spoken: boolean
    /** The district's administrators decide. */
    readonly mayChoose: boolean
  },
  when: When,
): Html {
  const { language, part, entries } = shown
  const name = languageWords(language)
  const inPart = entries.filter(({ kind }) => kind === part)
  const open = (some: readonly ReviewedEntry[]) => some.filter(({ mark }) => mark === null).length
  const tabs = Object.entries(PARTS).flatMap(([kind, words]) => {
    const own = entries.filter((one) => one.kind === kind)
    return own.length === 0
      ? []
      : [
          html`<a href="?part=${kind}"${kind === part ? html` aria-current="page"` : ''}>${words}${open(own) === 0 ? '' : html` <span class="hint">(${open(own)} open)</span>`}</a>`,
        ]
  })
  return html`<p class="crumb"><a href="/school/texts">Fixed texts</a></p><h1>${name}</h1>${open(entries) > 0 && shown.spoken ? choiceForm(shown, when) : ''}
<nav class="tabs" aria-label="Parts">${tabs}</nav>
<form method="post" action="${languagePath(language)}/reviewed"><input type="hidden" name="part" value="${part}">
<p class="hint">Do you speak ${name}? Tick what says the same as the English and is right, then press the button below.</p>
<ul class="rows">${inPart.map((one) => entryLine(language, one, when))}</ul>${
    open(inPart) === 0 ? '' : html`<p class="row"><button class="main">I speak ${name}: what is ticked is right</button></p>`
  }</form>`
}

function choiceForm(
  { language, choice, mayChoose }: { readonly language: TextLanguage; readonly choice: Said | null; readonly mayChoose: boolean },
  when: When,
): Html {
  const button =
    choice === null
      ? html`<button name="unreviewed" value="yes">I decide that families may get them before that</button>`
      : html`<button name="unreviewed" value="no" class="quiet">Take the decision back</button>`
  return html`<div class="${choice === null ? 'wrong' : 'note'}"><p>${choiceWords(choice, when)}</p>${
    mayChoose
      ? html`<form method="post" action="${languagePath(language)}/choice">${button}</form>`
      : choice === null
        ? html`<p>Have them read by a speaker, or ask the district’s administrator to decide.</p>`
        : ''
  }</div>`
}

function entryLine(language: TextLanguage, one: ReviewedEntry, when: When): Html {
  const { kind, id, digest, english, current, mark, wording } = one
  const text = html`<div class="both wide"><p lang="en">${english}</p><p lang="${language}" dir="auto">${current}</p></div>`
  const change =
    kind === 'keyword'
      ? ''
      : html`<a href="${languagePath(language)}/${kind}/${id}">Change the wording<span class="aside"> of: ${english}</span></a>`
  return html`<li>${text}${
    mark === null
      ? html`<label class="tick"><input type="checkbox" name="read" value="${kind} ${id} ${digest}"> This is right<span class="aside">: ${english}</span></label><i class="tag wait">not yet reviewed by a speaker</i>`
      : html`<span class="hint">${saidBy('Read by', mark, when)}</span>`
  }${wording === null ? '' : html`<span class="hint">${saidBy('Your district’s wording, by', wording, when)}</span>`}${change}</li>`
}

function saidBy(what: string, { by, at }: Said, when: When): Html {
  return html`${what} <bdi>${by}</bdi>${at === null ? '' : html`, ${when(at)}`}`
}

/** One text with its form. `typed`: what somebody wrote into it; `wrong`: why that cannot be used. */
export function entryPage(
  shown: {
    readonly language: TextLanguage
    readonly entry: ReviewedEntry
    readonly typed: string | null
    readonly wrong: readonly string[]
  },
  segments: (text: string) => number,
  when: When,
): Html {
  const { language, entry, typed, wrong } = shown
  const { kind, english, text, current, mark, wording } = entry
  const name = languageWords(language)
  const slots = entry.slots.map((slot) => `{${slot}}`).join(' ')
  return html`<p class="crumb"><a href="/school/texts">Fixed texts</a> › <a href="${languagePath(language)}?part=${kind}">${name}</a></p><h1>A fixed text in ${name}</h1>
<dl class="pairs"><dt>English</dt><dd lang="en">${english}</dd><dt>Families get</dt><dd lang="${language}" dir="auto">${current}</dd>${
    wording === null ? '' : html`<dt>Comes with Homeline</dt><dd lang="${language}" dir="auto">${text}</dd>`
  }<dt>Read</dt><dd>${mark === null ? html`<i class="tag wait">not yet reviewed by a speaker</i>` : saidBy('by', mark, when)}</dd></dl>
<form method="post" class="composer">${wrong.map((problem) => html`<p class="wrong" role="alert">${problem}</p>`)}
<label for="wording">Your wording in ${name}</label><p class="hint" id="wording-hint">${
    slots === '' ? '' : `Keep ${slots}: Homeline fills it in. `
  }It is used for all families of the district, and in the log with your name.</p>
<textarea id="wording" name="wording" rows="3" maxlength="800" dir="auto" lang="${language}" aria-describedby="wording-hint" required>${typed ?? current}</textarea>
${typed === null || wrong.length > 0 ? '' : sample(entry, language, typed, segments)}
<div class="row"><button name="act" value="preview">Show what families get</button><button class="main" name="act" value="use">I speak ${name}: use this wording</button></div></form>
${wording === null ? '' : html`<form method="post"><button class="quiet" name="act" value="drop">Use the text that comes with Homeline again</button></form>`}`
}

/** A wording with its slots filled, and what it takes as a text. */
function sample(entry: ReviewedEntry, language: TextLanguage, wording: string, segments: (text: string) => number): Html {
  const filled = fill(wording, language)
  const foreign = outsideGsm(filled)
  const count = segments(plainPunctuation(filled))
  const costs =
    entry.kind === 'prompt'
      ? ''
      : html`<p class="hint">${count === 1 ? 'One text' : `${count} texts in one`} on the phone. ${
          foreign.length === 0
            ? 'All signs are in the SMS alphabet: 160 characters a text.'
            : html`${foreign.length > 12 ? 'These letters are' : html`<bdi>${foreign.join(' ')}</bdi> ${foreign.length === 1 ? 'is' : 'are'}`} not in the SMS alphabet: 70 characters a text.`
        }</p>`
  return html`<div class="preview"><h3>A family ${entry.kind === 'prompt' ? 'hears' : 'gets'}</h3><p lang="${language}" dir="auto">${filled}</p>${costs}</div>`
}

/** What stands in the slots of an example, in every language alike but for the day. */
const SAMPLES: Readonly<Record<string, string>> = {
  school: 'Lincoln School',
  district: 'Lincoln District',
  staff: 'Ms Rivera',
  teacher: 'Ms Rivera',
  student: 'Maya',
  guardian: 'Rosa Lopez',
  family: 'Maya L.',
  excerpt: 'Maya 3:00 PM',
  pin: '12345678',
  n: '2',
  time: '3:15 PM',
  time2: '8:00 AM',
  count: '3',
  phone: '555-0100',
  bus: '12',
  grade: 'B',
  amount: '$5',
  link: 'school.example.org',
}

function fill(wording: string, language: TextLanguage): string {
  const now = Temporal.Instant.from('2026-03-02T15:00Z')
  return wording.replace(/\{(\w+)\}/g, (slot, name: string) =>
    name === 'when' || name.startsWith('date') ? sayWhen(now.add({ hours: 22 }), now, 'UTC', language) : (SAMPLES[name] ?? slot),
  )
}
