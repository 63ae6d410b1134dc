import type { Phone, Stage, StageExchange } from '../../src/simulator/stage.ts'

export const rosaProxy = '+19715550100'
export const riveraProxy = '+19715550101'
export const rosaNumber = '+19715550142'
export const riveraNumber = '+19715550117'

export const phones: readonly Phone[] = [
  {
    id: 'rosa',
    owner: 'Rosa',
    side: 'family',
    kind: 'flip',
    number: rosaNumber,
    language: 'es',
    contacts: [
      {
        label: 'Maestra Rivera',
        number: rosaProxy,
        phone: 'rivera',
        suggestions: ['Mi hijo está enfermo hoy y no irá a la escuela.', '¿Hay tarea para mañana?'],
      },
    ],
  },
  {
    id: 'amal',
    owner: 'Amal',
    side: 'family',
    kind: 'flip',
    number: '+19715550143',
    language: 'ar',
    contacts: [
      { label: 'المعلمة ريفيرا', number: rosaProxy, phone: 'rivera', suggestions: ['ابني مريض اليوم ولن يأتي إلى المدرسة.'] },
    ],
  },
  {
    id: 'mei',
    owner: 'Mei',
    side: 'family',
    kind: 'smart',
    number: '+19715550144',
    language: 'zh',
    contacts: [{ label: 'Rivera 老师', number: rosaProxy, phone: 'rivera', suggestions: ['我儿子今天生病了，不能来学校。'] }],
  },
  {
    id: 'rivera',
    owner: 'Ms Rivera',
    side: 'staff',
    kind: 'smart',
    number: riveraNumber,
    language: 'en',
    contacts: [
      {
        label: 'Luis G., family',
        number: riveraProxy,
        phone: 'rosa',
        suggestions: ['Thank you. I hope Luis feels better. Please call the office by 9:30.', 'No homework today.'],
      },
      { label: 'Omar H., family', number: '+19715550102', phone: 'amal', suggestions: ['Thank you. I hope Omar feels better.'] },
      { label: 'Li Wei, family', number: '+19715550103', phone: 'mei', suggestions: ['Thank you. I hope Wei feels better.'] },
    ],
  },
]

/** A stage without anything behind it: a clock that starts at school time and moves only when asked, and a record that tests fill. */
export function fakeStage(start = '2026-11-23T09:05[America/Los_Angeles]') {
  const zone = 'America/Los_Angeles'
  const from = Temporal.ZonedDateTime.from(start)
  let now = from
  const exchanges: StageExchange[] = []
  const down: boolean[] = []
  const written = new Map<string, Temporal.Instant>()
  const listeners = new Set<() => void>()
  const stage: Stage = {
    clock: async () => ({ now: now.toInstant(), offsetSeconds: Math.round(now.since(from).total('seconds')), zone }),
    async moveClock(to) {
      const today = now.withPlainTime(to)
      now = Temporal.ZonedDateTime.compare(today, now) > 0 ? today : now.add({ days: 1 }).withPlainTime(to)
    },
    record: async (limit) => ({ exchanges: exchanges.toReversed().slice(0, limit), total: exchanges.length }),
    written: async () => written,
    phones: async () => phones,
    setTranslatorDown: async (value) => {
      down.push(value)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    stage,
    down,
    /** When texts were written, by the carrier's id. */
    written,
    now: () => now.toInstant(),
    log(from: string, to: string, texts: StageExchange['texts'], ...whats: (string | StageExchange['events'][number])[]) {
      const events = whats.map((what) => (typeof what === 'string' ? { at: now.toInstant(), what } : what))
      exchanges.push({ id: `exchange-${exchanges.length}`, from, to, texts, events })
      for (const listener of listeners) listener()
    },
  }
}
