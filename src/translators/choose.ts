import type { Translator } from '../relay/ports.ts'
import { createAwsTranslator } from './aws.ts'
import { createLibreTranslator } from './libretranslate.ts'
import { createPhrasebook } from './phrasebook.ts'

/** Which translator is configured. */
export type TranslatorChoice =
  | { readonly kind: 'phrasebook' }
  | { readonly kind: 'aws'; readonly region: string }
  | { readonly kind: 'libretranslate'; readonly url: string; readonly apiKey: string | null }

/** The configured translator. */
export function createTranslator(choice: TranslatorChoice): Translator {
  switch (choice.kind) {
    case 'phrasebook':
      return createPhrasebook()
    case 'aws':
      return createAwsTranslator(choice.region)
    case 'libretranslate':
      return createLibreTranslator(choice.url, choice.apiKey)
  }
}
