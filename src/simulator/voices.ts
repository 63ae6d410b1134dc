/** Which voice speaks which language at the simulated Twilio. */

/**
 * Amazon's voices by what they speak, without `-Neural` and `-Generative`; some speak two languages. Source: Amazon Polly, "Available voices";
 * twilio-node, `VoiceResponse.SayVoice`.
 */
const POLLY: Readonly<Record<string, string>> = {
  arb: 'Zeina',
  'ar-AE': 'Hala Zayd',
  'ca-ES': 'Arlet',
  'cmn-CN': 'Zhiyu',
  'cy-GB': 'Gwyneth',
  'da-DK': 'Mads Naja Sofie',
  'de-AT': 'Hannah',
  'de-DE': 'Daniel Hans Marlene Vicki',
  'en-AU': 'Nicole Olivia Russell',
  'en-GB': 'Amy Arthur Brian Emma',
  'en-GB-WLS': 'Geraint',
  'en-IE': 'Niamh',
  'en-IN': 'Aditi Kajal Raveena',
  'en-NZ': 'Aria',
  'en-US': 'Danielle Gregory Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Ruth Salli Stephen',
  'en-ZA': 'Ayanda',
  'es-ES': 'Conchita Enrique Lucia Sergio',
  'es-MX': 'Andres Mia Mía',
  'es-US': 'Lupe Miguel Pedro Penelope',
  'fi-FI': 'Suvi',
  'fr-BE': 'Isabelle',
  'fr-CA': 'Chantal Gabrielle Liam',
  'fr-FR': 'Celine Lea Mathieu Remi Rémi',
  'hi-IN': 'Aditi Kajal',
  'is-IS': 'Dora Karl',
  'it-IT': 'Adriano Bianca Carla Giorgio',
  'ja-JP': 'Kazuha Mizuki Takumi Tomoko',
  'ko-KR': 'Seoyeon',
  'nb-NO': 'Ida Liv',
  'nl-BE': 'Lisa',
  'nl-NL': 'Laura Lotte Ruben',
  'pl-PL': 'Ewa Jacek Jan Maja Ola',
  'pt-BR': 'Camila Ricardo Thiago Vitoria',
  'pt-PT': 'Cristiano Ines',
  'ro-RO': 'Carmen',
  'ru-RU': 'Maxim Tatyana',
  'sv-SE': 'Astrid Elin',
  'tr-TR': 'Burcu Filiz',
  'yue-HK': 'Hiujin',
}

/** Twilio's basic voices. Source: Twilio, `<Say>`, "Basic voices". */
const BASIC: ReadonlySet<string> = new Set(['man', 'woman'])
const BASIC_LANGUAGES: readonly string[] = ['en-US', 'en-GB', 'es-ES', 'fr-FR', 'de-DE']
/** Source: Twilio, `<Say>`, languages of `alice`. */
const ALICE: readonly string[] =
  'en-US da-DK de-DE en-AU en-CA en-GB en-IN ca-ES es-ES es-MX fi-FI fr-CA fr-FR it-IT ja-JP ko-KR nb-NO nl-NL pl-PL pt-BR pt-PT ru-RU sv-SE zh-CN zh-HK zh-TW'.split(
    ' ',
  )

/** The languages that a voice speaks, its own first; empty: Twilio has no such voice. */
export function languagesOf(voice: string): readonly string[] {
  if (BASIC.has(voice)) return BASIC_LANGUAGES
  if (voice === 'alice') return ALICE
  const google = /^Google\.([a-z]{2,3})-([A-Za-z]{2})-(?:Standard|Wavenet|Neural2|Chirp3-HD)-[A-Za-z]+$/.exec(voice)
  if (google !== null) return [`${google[1]}-${google[2]?.toUpperCase()}`]
  const polly = /^Polly\.([^-]+)(?:-Neural|-Generative)?$/.exec(voice)?.[1]
  if (polly === undefined) return []
  return Object.entries(POLLY).flatMap(([language, names]) => (names.split(' ').includes(polly) ? [language] : []))
}
