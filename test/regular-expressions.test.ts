import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { expectQuick, longOf, SEEDS } from './support/outside.ts'

/** A regular expression as the source writes it, where an expression can begin. */
const LITERAL = /(?<=[=(,:[!&|?{};]\s?|return |\n\s*)\/(?![*/])((?:[^\\/[\n`]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/g

/** Those that meet only short texts, by the most UTF-16 units that reach them. */
const SHORT: Readonly<Record<string, readonly [most: number, why: string]>> = {
  '\\/+$': [2_000, 'looks at an address that the operator sets'],
  '\\s\\S*$': [1_600, 'looks at one part of a body'],
}

const found = globSync('src/**/*.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(LITERAL)].map(([, source = '', flags = '']) => ({ file, source, flags })),
)

test('the expressions of the source are found', () => {
  expect(found.length).toBeGreaterThan(60)
})

test.each(found)(
  '$file: /$source/$flags takes no more than a moment on 64 KiB of anything',
  async ({ source, flags }) => {
    const expression = new RegExp(source, flags.replace('y', ''))
    const most = SHORT[source]?.[0] ?? 65_536
    const texts = SEEDS.flatMap((seed) => [longOf(seed), longOf(seed, '\ue000', '\ue000')].map((text) => text.slice(0, most)))
    for (const text of texts) {
      const began = performance.now()
      text.search(expression)
      // Most are done at once; what is not is measured as it should be.
      if (performance.now() - began > 20)
        await expectQuick(`${source} on ${JSON.stringify(text.slice(0, 4))}`, () => text.search(expression))
    }
  },
  60_000,
)
