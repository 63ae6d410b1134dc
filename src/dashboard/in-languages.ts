/** What a message to many families becomes in each of their languages, said before it is sent. */

import { html } from 'hono/html'
import { sameLanguage } from '../core/language.ts'
import type { TranslationCover } from '../core/language-coverage.ts'
import { cleanText } from '../core/segments.ts'
import type { Moment, Translator } from '../relay/ports.ts'
import type { Prepared } from '../relay/prepare-ports.ts'
import type { Alike, Audience } from '../store/audience.ts'
import { bodyOf, dollarsOf, keptInWords, moneyInWords, type Previewing } from './arriving.ts'
import type { Html } from './page.ts'
import { LONGEST } from './sending.ts'
import { counted, languageWords, namesInWords } from './words.ts'

/** What the pages need for it. */
export type Languages = Pick<Translator, 'covers'> & Previewing

/** As many as are translated while one writes; a school of more has the most frequent ones here, and the others are reckoned by these. */
const SHOWN = 12

/** The languages (BCP 47) of those who get it, the most frequent first. */
function languagesOf({ alike }: Audience): string[] {
  const counts = Map.groupBy(alike, ({ language }) => language)
  return [...counts].sort(([x, a], [y, b]) => familiesOf(b) - familiesOf(a) || (x < y ? -1 : 1)).map(([language]) => language)
}

const familiesOf = (alike: readonly Alike[]) => alike.reduce((sum, { families }) => sum + families, 0)

/** Which of these languages (BCP 47) are not translated, or only in part; nothing where all are. English is what staff write. */
async function notCovered({ covers }: Pick<Languages, 'covers'>, languages: readonly string[]): Promise<Html | ''> {
  const foreign = languages.filter((language) => language !== 'und' && !sameLanguage(language, 'en'))
  const found = await Promise.all(foreign.map(async (language) => ({ language, cover: await covers(language) })))
  const names = (cover: TranslationCover) =>
    namesInWords(found.filter((one) => one.cover === cover).map(({ language }) => languageWords(language)))
  const [phrases, none] = [names('phrases'), names('none')]
  return html`${phrases === '' ? '' : html`<p class="note">Into ${phrases} only the phrasebook’s sentences are translated here. All else goes out as you write it, with a line that it could not be translated.</p>`}${
    none === ''
      ? ''
      : html`<p class="note">Nothing here translates into ${none}: such families get it as you write it, with a line that says so.</p>`
  }`
}

/** The message as it arrives in each language, and to how many it goes, by which way, in how many segments and at about what cost. Without a text, to how many, and into which languages nothing or little is translated. */
export async function whatArrives(
  { preview, segments, covers }: Languages,
  audience: Audience,
  draft: { readonly body: string; readonly picture: boolean },
  moment: Moment,
): Promise<Html> {
  const text = cleanText(draft.body).slice(0, LONGEST)
  const languages = languagesOf(audience).slice(0, SHOWN)
  const alike = text.trim() === '' ? [] : audience.alike.filter(({ language }) => languages.includes(language))
  const prepared = await preview(
    moment,
    alike.map(({ item, takesPictures }) => ({
      ...item,
      text,
      attached: draft.picture ? { kept: 1, goes: takesPictures, waiting: 0, unseen: [] } : null,
    })),
  )
  const each = alike.flatMap((group, i) => {
    const made = prepared[i]
    return made === undefined ? [] : [{ ...group, prepared: made }]
  })
  const texts = each.flatMap(({ prepared: made, item, introduced, language, families }) => {
    const reader = language === 'und' ? 'en' : language
    const body = made.channel === 'text' ? bodyOf(made, { introduced, schoolName: item.schoolName, reader }, item.wordings) : null
    return body === null ? [] : [{ prepared: made, families, segments: made.withPictures ? 0 : segments(body) }]
  })
  const words = each.length === 0 ? await notCovered({ covers }, languagesOf(audience)) : wordsIn(text, languages, each)
  return html`${words}${reckoned(audience, texts)}`
}

type Each = readonly (Alike & { readonly prepared: Prepared })[]

function wordsIn(text: string, languages: readonly string[], each: Each): Html {
  const noted = (fits: (one: Each[number]) => boolean) =>
    namesInWords(languages.filter((language) => each.some((one) => one.language === language && fits(one))).map(languageWords))
  const asWritten = noted(({ prepared }) => prepared.translationNote === 'not_translated')
  const differs = noted(({ prepared }) => prepared.translationNote === 'differs')
  const kept = each.map(({ prepared, item }) => keptInWords(prepared, text, item.names)).find((words) => words !== '')
  const unspoken = noted(({ prepared }) => prepared.hold === 'person')
  return html`<section class="preview" aria-label="What arrives"><h3>The families get</h3>${languages.map((language) => {
    const made = each.find((one) => one.language === language)?.prepared
    return made === undefined || made.translationNote === 'not_translated'
      ? ''
      : html`<p class="label">${language === 'und' ? 'No language on file' : languageWords(language)}</p><p class="words" lang="${made.translation?.language ?? made.originalLanguage}" dir="auto">${made.translation?.text ?? text}</p>`
  })}${asWritten === '' ? '' : html`<p class="warn">In ${asWritten}: as you wrote it, with a line that it could not be translated.</p>`}${
    kept === undefined ? '' : html`<p class="warn"><bdi>${kept}</bdi></p>`
  }${
    differs === ''
      ? ''
      : html`<p class="warn">In ${differs} a number, time or name came out differently, so your own words go along.</p>`
  }${unspoken === '' ? '' : html`<p class="warn">No voice speaks ${unspoken}: for calls somebody has to say it first.</p>`}</section>`
}

/** To how many it goes, in one line. `texts`: what is known of those that go as texts. */
function reckoned(
  audience: Audience,
  texts: readonly { readonly prepared: Prepared; readonly families: number; readonly segments: number }[],
): Html {
  const { alike, notReached } = audience
  const by = (channel: 'text' | 'call') => familiesOf(alike.filter(({ item }) => item.channel === channel))
  const [all, called] = [familiesOf(alike), by('call')]
  const languages = languagesOf(audience)
    .filter((language) => language !== 'und')
    .map(languageWords)
  const others = languages.length - SHOWN
  const names = namesInWords(others > 0 ? [...languages.slice(0, SHOWN), `${others} more languages`] : languages)
  const ways = called === 0 ? ' by text' : called === all ? ' by call' : `, ${all - called} by text and ${called} by call`
  const reached =
    all === 0
      ? 'No phone gets it.'
      : `${counted(all, 'phone gets', 'phones get')} it${ways}${names === '' ? '' : `, in ${names}`}.`
  const missed = [
    ...(notReached.noPhone > 0 ? [`${notReached.noPhone} with no phone on file`] : []),
    ...(notReached.optedOut > 0 ? [`${notReached.optedOut} who asked for no messages`] : []),
  ]
  return html`<p class="hint reckoned">${reached}${costOf(texts, all - called, called)}${missed.length === 0 ? '' : ` Not reached: ${namesInWords(missed)}.`}</p>`
}

/** What `byText` families cost, reckoned by those of which it is known. */
function costOf(texts: Parameters<typeof reckoned>[1], byText: number, called: number): string {
  const known = texts.reduce((sum, { families }) => sum + families, 0)
  if (known === 0) return ''
  const sum = (of: (one: (typeof texts)[number]) => number) =>
    (texts.reduce((total, one) => total + of(one) * one.families, 0) * byText) / known
  const [pictures, segments] = [sum(({ prepared }) => Number(prepared.withPictures)), sum((one) => one.segments)].map(Math.round)
  const counts = [
    ...(pictures ? [counted(pictures, 'picture message', 'picture messages')] : []),
    ...(segments ? [counted(segments, 'text', 'texts')] : []),
  ]
  const money = moneyInWords(sum((one) => dollarsOf(one.prepared, one.segments)))
  return ` It counts as ${namesInWords(counts)} and costs about ${money}${called > 0 ? ', calls apart' : ''}.`
}
