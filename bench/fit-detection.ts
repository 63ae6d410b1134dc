/**
 * Fits src/detection/weights.json on one half of fixtures/langid-dev.tsv and reports on the other half.
 * `node bench/fit-detection.ts` reports; with `--fit` it fits and writes first. No randomness: every second text of a language is for fitting.
 * The texts: TICO-19 (https://tico-19.github.io), CC0 1.0.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { languageTag, sameLanguage } from '../src/core/language.ts'
import { detectorOf, loadOpinions, type Opinions, type Weights } from '../src/detection/detect.ts'
import type { Detector } from '../src/relay/ports.ts'

/** A labelled text; `language` is a house tag, Dari counted as Persian. */
export type Sample = { readonly text: string; readonly language: string; readonly words: number }

const FILE = new URL('../fixtures/langid-dev.tsv', import.meta.url)
const WEIGHTS = new URL('../src/detection/weights.json', import.meta.url)

/** The two halves of the fixture: every second text of each label is for fitting, the others for judging. */
export function halves(): { readonly fitting: readonly Sample[]; readonly judging: readonly Sample[] } {
  const fitting: Sample[] = []
  const judging: Sample[] = []
  const seen = new Map<string, number>()
  for (const line of readFileSync(FILE, 'utf8').trimEnd().split('\n').slice(1)) {
    const [, text = '', label = '', , , words = '0'] = line.split('\t')
    const nth = seen.get(label) ?? 0
    seen.set(label, nth + 1)
    const language = label === 'prs' ? 'fa' : (languageTag(label) ?? label)
    ;(nth % 2 === 0 ? fitting : judging).push({ text, language, words: Number(words) })
  }
  return { fitting, judging }
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length)

/** Share of the samples that the detector names rightly, for a household of these languages. */
export function accuracy(detect: Detector, samples: readonly Sample[], home?: readonly string[]): number {
  return mean(samples.map(({ text, language }) => (sameLanguage(detect(text, home).language, language) ? 1 : 0)))
}

/** What `report` answers; shares from 0 to 1. */
export type Report = {
  readonly all: number
  readonly macro: number
  readonly byWords: Readonly<Record<'2-3' | '4-6' | '7+', number>>
  readonly perLanguage: Readonly<Record<string, number>>
  /** Half the texts in the household's language, 40 % English, 10 % any other; averaged over households of every language but English. */
  readonly familyMix: number
  readonly haitianUnderSpanish: number
  /** Mean distance between confidence and accuracy, in ten bins by confidence, without and with the household known. */
  readonly calibrationError: number
  readonly calibrationErrorAtHome: number
}

/** Judges a detector by labelled texts. */
export function report(detect: Detector, samples: readonly Sample[]): Report {
  const languages = [...new Set(samples.map(({ language }) => language))]
  const of = (language: string) => samples.filter((sample) => sample.language === language)
  const perLanguage = Object.fromEntries(languages.map((language) => [language, accuracy(detect, of(language))]))
  const bucket = (from: number, to: number) =>
    accuracy(
      detect,
      samples.filter(({ words }) => words >= from && words <= to),
    )
  const families = languages.filter((language) => language !== 'en')
  const familyMix = families.map((home) => {
    const others = families.filter((language) => language !== home)
    const other = mean(others.map((language) => accuracy(detect, of(language), [home])))
    return 0.5 * accuracy(detect, of(home), [home]) + 0.4 * accuracy(detect, of('en'), [home]) + 0.1 * other
  })
  return {
    all: accuracy(detect, samples),
    macro: mean(Object.values(perLanguage)),
    byWords: { '2-3': bucket(2, 3), '4-6': bucket(4, 6), '7+': bucket(7, 99) },
    perLanguage,
    familyMix: mean(familyMix),
    haitianUnderSpanish: accuracy(detect, of('ht'), ['es']),
    calibrationError: calibrationError(detect, samples, () => undefined),
    calibrationErrorAtHome: calibrationError(detect, samples, ({ language }) => [language]),
  }
}

function calibrationError(
  detect: Detector,
  samples: readonly Sample[],
  homeOf: (sample: Sample) => readonly string[] | undefined,
): number {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 }))
  for (const sample of samples) {
    const guess = detect(sample.text, homeOf(sample))
    const bin = bins[Math.min(9, Math.floor(guess.confidence * 10))]
    if (bin === undefined) continue
    bin.count++
    bin.confidence += guess.confidence
    bin.right += sameLanguage(guess.language, sample.language) ? 1 : 0
  }
  return bins.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / samples.length
}

/** Log loss over three households: unknown, the text's own, a Spanish one; plus a pull to START, as easy texts alone would have all weights grow. */
function loss(opinions: Opinions, weights: Weights, samples: readonly Sample[]): number {
  const detect = detectorOf(opinions, weights)
  const losses = samples.flatMap(({ text, language }) =>
    [undefined, [language], ['es']].map((home) => {
      const guess = detect(text, home)
      const right = sameLanguage(guess.language, language)
      return -Math.log(Math.max(1e-4, right ? guess.confidence : (1 - guess.confidence) / 2))
    }),
  )
  const pull = names(weights).map((name) => Math.log(weights[name] / START[name]) ** 2)
  return mean(losses) + 0.1 * mean(pull)
}

/** Where every fit starts and what it is pulled to: guesses that also hold for text of other kinds than the fixture's. */
const START: Weights = {
  cldBase: 1.5,
  cldPerLetter: 0.07,
  cldUnknown: 0.25,
  trigram: 0.45,
  trigramUnknown: 0.7,
  word: 2.2,
  wordUnknown: 0.3,
  letter: 2.5,
}

const names = (weights: Weights) => Object.keys(weights) as (keyof Weights)[]

/** Coordinate descent: each weight in turn is tried larger and smaller, in steps that shrink. */
function fitWeights(opinions: Opinions, samples: readonly Sample[]): Weights {
  let best = START
  let least = loss(opinions, best, samples)
  for (const step of [1.5, 1.5, 1.2, 1.2, 1.1]) {
    for (const name of names(best)) {
      for (const factor of [step, 1 / step]) {
        const tried = { ...best, [name]: Number((best[name] * factor).toPrecision(3)) }
        const found = loss(opinions, tried, samples)
        if (found < least) [best, least] = [tried, found]
      }
    }
    process.stderr.write(`step ${step}: ${least.toFixed(4)}\n`)
  }
  return best
}

if (import.meta.main) {
  const { fitting, judging } = halves()
  const opinions = await loadOpinions()
  if (process.argv.includes('--fit')) writeFileSync(WEIGHTS, `${JSON.stringify(fitWeights(opinions, fitting), null, 2)}\n`)
  const weights: Weights = JSON.parse(readFileSync(WEIGHTS, 'utf8'))
  const detect = detectorOf(opinions, weights)
  const shown = report(detect, judging)
  process.stdout.write(
    `${JSON.stringify({ weights, ...shown }, (_, v) => (typeof v === 'number' ? Number(v.toFixed(4)) : v), 2)}\n`,
  )
  for (const home of [undefined, ['es']]) {
    const before = process.cpuUsage()
    for (const { text } of judging) detect(text, home)
    const { user, system } = process.cpuUsage(before)
    const perSecond = (1e6 * judging.length) / (user + system)
    process.stdout.write(
      `${home === undefined ? 'no household' : 'household'}: ${perSecond.toFixed(0)} texts a second of processor time\n`,
    )
  }
}
