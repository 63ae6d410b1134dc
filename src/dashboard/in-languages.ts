/** What a message to many families becomes in each of their languages, said before it is sent. */

import { html } from 'hono/html'
import { sameLanguage } from '../core/language.ts'
import type { TranslationCover } from '../core/language-coverage.ts'
import type { Translator } from '../relay/ports.ts'
import type { ForStaff } from '../relay/translating.ts'
import type { Html } from './page.ts'
import { languageWords, namesInWords } from './words.ts'

/** What the pages need for it: how much of a language is translated at all, and a text in some of them. */
export type Languages = Pick<Translator, 'covers'> & Pick<ForStaff, 'inLanguages'>

/** As many as are shown; a school of more has the most frequent ones here. */
const SHOWN = 12

/** Which of these languages (BCP 47) are not translated, or only in part; nothing where all are. English is what staff write. */
export async function notCovered({ covers }: Languages, languages: readonly string[]): Promise<Html | ''> {
  const foreign = [...new Set(languages)].filter((language) => !sameLanguage(language, 'en'))
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

/** The message as it arrives in each language. */
export async function inEach({ inLanguages }: Languages, text: string, languages: readonly string[]): Promise<Html | ''> {
  if (text.trim() === '') return ''
  const made = await inLanguages(text, [...new Set(languages)].slice(0, SHOWN))
  const asWritten = made.filter((one) => one.text === null).map(({ language }) => languageWords(language))
  return html`<section class="preview" aria-label="What arrives"><h3>The families get</h3>${made.map(
    ({ language, text: words }) =>
      words === null
        ? ''
        : html`<p class="label">${languageWords(language)}</p><p class="words" lang="${language}" dir="auto">${words}</p>`,
  )}${asWritten.length === 0 ? '' : html`<p class="warn">In ${namesInWords(asWritten)}: as you wrote it, with a line that it could not be translated.</p>`}</section>`
}
