/**
 * Which language a text is in. CLD3 (wasm), letter trigrams, words and letters each give evidence over the languages that the script
 * allows; `core/language-evidence.ts` pools them with what the household's record makes likely.
 *
 * Reached on the half of the fixture that it was not fitted on (18 languages, health-visit phrases; `node bench/fit-detection.ts`): 99.8 %
 * of all, 96.6 % of two or three words, every language over 96 %, 99.8 % of a family's mix, calibration error 0.005. Haitian terms
 * of two or three words under a Spanish record: 15 of 16, short of the 95 % aimed at. These are easy texts, and the words and priors
 * were written by someone who had seen them; other kinds are harder (two or three words of software jargon: about 72 %). Names pull
 * ("Maria de la Cruz is sick today" is Spanish in a Spanish household), and languages with a short word list or none (Kinyarwanda, Marathi,
 * Malay) go to their neighbours.
 */
import { loadModule } from 'cld3-asm'
import { languageTag } from '../core/language.ts'
import {
  type Evidence,
  type Guess,
  languagePrior,
  letterScores,
  mixedWith,
  neutralLanguages,
  pool,
  UNDETERMINED,
  wordScores,
} from '../core/language-evidence.ts'
import {
  chineseForm,
  decidedByLetters,
  LANGUAGES,
  languagesOfScript,
  legible,
  mainScript,
  placeOf,
  placesOfScript,
} from '../core/language-scripts.ts'
import type { Detector } from '../relay/ports.ts'
import { loadTrigrams } from './trigrams.ts'
import fitted from './weights.json' with { type: 'json' }

/** How much each opinion counts: factors of natural logarithms of likelihood ratios. Fitted by `bench/fit-detection.ts`. */
export type Weights = typeof fitted

/** CLD3's labels for which our tag is another. */
const CLD_LABELS: Readonly<Record<string, string>> = { iw: 'he', ku: 'kmr', hmn: 'mww', fil: 'tl' }

/** Languages that CLD3 answers and no school's roster names, with those of ours that it takes for them in short texts. */
const CLD_RELATIVES: Readonly<Record<string, readonly string[]>> = {
  gl: ['pt', 'es'],
  co: ['it', 'es'],
  la: ['es', 'it'],
  eo: ['es'],
  lb: ['de'],
  fy: ['nl'],
  su: ['id', 'tl'],
  jv: ['id', 'tl'],
  gd: ['ga'],
}

/** What CLD3 can answer of ours among languages that share a script. */
const CLD_KNOWS = new Set(
  (
    'en es vi pt ht mww so fr tl sw pl sm ceb sq ro hr bs sr de it tr kmr uz ig yo ha sn ny zu xh mg id ms az sl sk cs hu lt lv et fi sv no da is ' +
    'nl af ca cy ga mt haw ru uk mn tg ky kk be bg mk ar fa ur ps ne hi mr am'
  ).split(' '),
)

const cldKnows = LANGUAGES.map((language) => CLD_KNOWS.has(language))

/** How a recorded language is looked for: those that are written alike, or that no statistics tell apart, under one tag. */
const LOOKED_FOR_AS: Readonly<Record<string, string>> = { yue: 'zh', cdo: 'zh', nan: 'zh', hnj: 'mww' }

function lookedForAs(tag: string): string {
  const language = tag.split('-', 1)[0] ?? tag
  return LOOKED_FOR_AS[language] ?? language
}

/**
 * Opinions on a legible text in one script, weighted. `quick` are trigrams, words and letters; `slow` is CLD3, which takes longer than the
 * others together and speaks for a language with `most` at most.
 */
export type Opinions = {
  readonly quick: (text: string, script: string, weights: Weights) => readonly Evidence[]
  readonly slow: (text: string, weights: Weights) => Evidence
  readonly most: (text: string, weights: Weights) => number
}

/** Its own limit of 3 s ends the start of a server on a machine that is busy. */
const LOAD_MS = 60_000

/** Loads CLD3 and the trigrams (under 100 ms). */
export async function loadOpinions(): Promise<Opinions> {
  const [factory, trigramScores] = await Promise.all([loadModule({ timeout: LOAD_MS }), loadTrigrams()])
  const cld3 = factory.create(0, 1000)
  const most = (text: string, w: Weights) => w.cldBase + w.cldPerLetter * Math.min(text.length, 60)
  return {
    quick: (text, script, w) => [
      { weight: w.trigram, scores: trigramScores(text, w.trigramUnknown) },
      { weight: w.word, scores: wordScores(text, w.wordUnknown) },
      { weight: w.letter, scores: letterScores(text, script) },
    ],
    slow: (text, w) => {
      const { language, probability } = cld3.findLanguage(text)
      const label = CLD_LABELS[language] ?? language
      const gain = probability * most(text, w)
      const scores = cldKnows.map((known) => (known ? 0 : gain * w.cldUnknown))
      const speakFor = (tag: string, score: number) => {
        const place = placeOf(tag)
        if (place !== undefined) scores[place] = score
      }
      for (const relative of CLD_RELATIVES[label] ?? []) speakFor(relative, gain / 2)
      speakFor(label, gain)
      return { weight: 1, scores }
    },
    most,
  }
}

/** Where the quick opinions would be this sure although CLD3 spoke for all other languages, it is not asked: no answer could change. */
const SETTLED = 0.99

/** What is left of a confidence when evidence speaks with `against` (a logarithm) for every other answer. */
function atWorst(confidence: number, against: number): number {
  return 1 / (1 + (1 / confidence - 1) * Math.exp(against))
}

/**
 * A household whose language has no Latin candidate (another script, or no statistics) may type it in Latin letters by sound (`und`). No
 * opinion here reads that, so below this a third language is not believed.
 */
const SURE_ELSEWHERE = 0.9
const BY_SOUND = LANGUAGES.indexOf('und')

/** English with less confidence than this may be the household's language mixed with English. */
const SURE_ENGLISH = 0.95

/** Makes the detector, once a process: it keeps one CLD3 in wasm memory for good. See `detectorOf`. */
export async function createDetector(): Promise<Detector> {
  return detectorOf(await loadOpinions(), fitted)
}

/**
 * The detector of these opinions and weights. The answer is BCP 47, in the household's own tag where that is the same language
 * (`es-MX`, `fa-AF`), or `und` with confidence 0 when there is nothing to tell by: no letters, neutral words only, or Latin letters
 * that may be the romanised speech of a household that writes another script. Never throws on a text; one beyond 4,000 code units is
 * judged by its beginning.
 */
export function detectorOf(opinions: Opinions, weights: Weights): Detector {
  return (input, home = []) => {
    const text = legible(input)
    const script = mainScript(text)
    if (script === null) return UNDETERMINED
    const recorded = new Map<string, string>()
    for (const tag of home.map(languageTag))
      if (tag !== null) recorded.set(lookedForAs(tag), recorded.get(lookedForAs(tag)) ?? tag)
    const homes = [...recorded.keys()]

    const neutral = neutralLanguages(text)
    if (neutral !== null) return neutralGuess(neutral, recorded)
    const decided = decidedByLetters(text, script, homes)
    if (decided === 'zh') return { language: chineseForm(text, [...recorded.values()]), confidence: 0.99 }
    if (decided !== null) return { language: recorded.get(decided) ?? decided, confidence: 0.99 }

    const languages = languagesOfScript(script)
    const elsewhere = script === 'Latin' && homes.some((tag) => !languages.includes(tag))
    const candidates = elsewhere ? [...placesOfScript(script), BY_SOUND] : placesOfScript(script)
    const prior = languagePrior(homes)
    const quick = opinions.quick(text, script, weights)
    const early = pool(candidates, [prior, ...quick])
    const guess =
      atWorst(early.confidence, opinions.most(text, weights)) >= SETTLED
        ? early
        : pool(candidates, [prior, opinions.slow(text, weights), ...quick])
    if (guess.language === 'und') return UNDETERMINED
    if (elsewhere && guess.language !== 'en' && !recorded.has(guess.language) && guess.confidence < SURE_ELSEWHERE)
      return UNDETERMINED
    const mixed =
      guess.language === 'en' && guess.confidence < SURE_ENGLISH ? homes.find((tag) => mixedWith(text, tag)) : undefined
    const language = mixed ?? guess.language
    const confidence = mixed === undefined ? guess.confidence : 1 - guess.confidence / 2
    return { language: recorded.get(language) ?? language, confidence }
  }
}

/** Neutral words speak only for the household's own language, and, when no household is known, for the one that they can be. */
function neutralGuess(languages: readonly string[], recorded: ReadonlyMap<string, string>): Guess {
  const [only, ...more] = languages
  if (only === undefined) return UNDETERMINED
  if (recorded.size === 0) return more.length === 0 ? { language: only, confidence: 0.6 } : UNDETERMINED
  const own = languages.find((language) => recorded.has(language))
  return own === undefined ? UNDETERMINED : { language: recorded.get(own) ?? own, confidence: 0.9 }
}

/**
 * For `homeline detect`: `BCP47<TAB>confidence` for each line of the input, confidence with two decimals; `und` and 0.00 for an empty
 * line. `home` as in the detector; waits for nothing but the input.
 */
export async function* detectLines(
  detector: Detector,
  input: AsyncIterable<string>,
  home: readonly string[],
): AsyncGenerator<string> {
  for await (const line of input) {
    const { language, confidence } = detector(line, home)
    yield `${language}\t${confidence.toFixed(2)}\n`
  }
}
