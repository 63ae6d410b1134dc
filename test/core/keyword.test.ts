import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyword, staffCommand } from '../../src/core/keyword.ts'
import { keywordWords } from '../../src/core/keyword-words.ts'
import { fixedTexts } from '../../src/core/texts-fixed.ts'
import { textLanguages } from '../../src/core/texts-slots.ts'
import { processorTime } from '../support/processor-time.ts'

/** The single words as the language table of the project's sources has them: a second copy, so that none gets lost in the code. */
const words: [string, string, string, string][] = [
  ['en', 'stop|stopall|unsubscribe|end|quit|cancel|revoke|optout|opt out', 'start|yes|unstop', 'help|info'],
  ['es', 'detener|parar|alto|basta|cancelar', 'iniciar|empezar|comenzar|sí|si', 'ayuda'],
  ['ar', 'قف|توقف|أوقف|إيقاف|إلغاء', 'ابدأ|ابدا|نعم', 'مساعدة|ساعدني'],
  ['zh', '停止|停|退订|取消', '开始|是', '帮助|求助'],
  ['zh-TW', '停止|停|退訂|取消', '開始|是', '求助|幫助|說明'],
  ['vi', 'dừng|dừng lại|dung lai|ngừng|hủy bỏ|huy bo', 'bắt đầu|bat dau|đồng ý|dong y', 'trợ giúp|tro giup|giúp'],
  ['pt', 'parar|pare|cancelar|sair', 'iniciar|começar|comecar|sim', 'ajuda'],
  ['ru', 'стоп|остановить|отписаться', 'старт|начать|да', 'помощь|справка'],
  ['ht', 'kanpe|sispann|rete|anile', 'kòmanse|komanse|wi', 'èd|ed'],
  ['fr', 'arrêter|arreter|arrêt|arret|annuler', 'démarrer|demarrer|commencer|oui', 'aide'],
]
const single = words.flatMap(([language, stop, start, help]) => [
  ...stop.split('|').map((word) => ({ language, word, kind: 'stop' })),
  ...start.split('|').map((word) => ({ language, word, kind: 'start' })),
  ...help.split('|').map((word) => ({ language, word, kind: 'help' })),
])
const listed = keywordWords.flatMap((row) => [
  ...row.stop.map((word) => ({ language: row.language, word, kind: 'stop' })),
  ...[...row.start, ...row.yes].map((word) => ({ language: row.language, word, kind: 'start' })),
  ...row.help.map((word) => ({ language: row.language, word, kind: 'help' })),
  ...row.original.map((word) => ({ language: row.language, word, kind: 'original' })),
  ...row.wrongNumber.map((word) => ({ language: row.language, word, kind: 'wrong-number' })),
])

test.each([...single, ...listed])('$language "$word" is $kind', ({ word, kind }) => {
  expect(keyword(word)?.kind).toBe(kind)
})

test.each(listed)('$language "$word" is $kind however it is typed', ({ word, kind }) => {
  const ways = [
    ` ${word}\n`,
    word.toUpperCase(),
    `${word}!!!`,
    `"${word}."`,
    `¡${word}!`,
    `\u200F${word}\u202C`,
    word.replaceAll(' ', '   '),
    word.normalize('NFD'),
    `${word} 🛑`,
    `👍🏽 ${word} ❤️`,
    `\uFEFF${word}`,
    word.split('').join('\u200B'),
  ]
  for (const way of ways) expect(keyword(way)?.kind, JSON.stringify(way)).toBe(kind)
})

test('no word or phrase means two things', () => {
  const kinds = new Map<string, Set<string>>()
  for (const { word, kind } of listed) kinds.set(word, (kinds.get(word) ?? new Set()).add(kind))
  expect([...kinds].filter(([, meanings]) => meanings.size > 1)).toEqual([])
})

test.each([
  'ＳＴＯＰ',
  'ЅТОР',
  'SΤΟP',
  'сancеl',
  'S.T.O.P.',
  's t o p',
  '𝗦𝗧𝗢𝗣',
  'stóp',
  'STOP please',
  'Please stop.',
  'please STOP texting me, thanks',
  'stop por favor',
  'Unsubscribe please',
  'Por favor, ya no me manden mensajes. Gracias',
  'NO MAS MENSAJES',
  'No más',
  "DON'T text me",
  'Don’t write to me',
  'Do not write to me',
  'opt-out',
  'Opt Out.',
  'من فضلك أوقفوا الرسائل',
  'الغاء',
  '停 止',
  '请不要再给我发短信了，谢谢',
  '請不要再傳簡訊給我',
  'Xin đừng nhắn tin cho tôi nữa',
  'Por favor não me mande mais mensagens',
  'Пожалуйста, не пишите мне больше!',
  'Tanpri pa voye mesaj ban mwen ankò',
  "S'il vous plaît arrêtez de m’écrire",
])('"%s" is a stop', (text) => {
  expect(keyword(text)?.kind).toBe('stop')
})

test.each([
  'STOP',
  ' stop ',
  'Stop\n',
  'StopAll',
  'UNSUBSCRIBE',
  'end',
  'QUIT',
  'cancel',
  'revoke',
  'OptOut',
  'start',
  'UNSTOP',
  'yes',
  'help',
  'INFO',
])('the carrier itself acts on %j', (text) => {
  expect(keyword(text)).toMatchObject({ language: 'en', byCarrier: true })
})

test.each(['STOP.', 'stop please', 'opt out', 'ЅТОР', 'ＳＴＯＰ', 'alto', 'sí', 'ayuda', 'original', 'ST\u200BOP'])(
  'the carrier does not know %j: the gateway acts',
  (text) => {
    expect(keyword(text)).toMatchObject({ byCarrier: false })
  },
)

test.each(['yes', 'sí', 'si', 'نعم', '是', 'đồng ý', 'sim', 'да', 'wi', 'oui'])('"%s" starts only what was stopped', (text) => {
  expect(keyword(text)).toMatchObject({ kind: 'start', onlyWhenOptedOut: true })
})

test.each(['start', 'unstop', 'empezar', 'ابدأ', '开始', '開始', 'bắt đầu', 'começar', 'старт', 'kòmanse', 'commencer'])(
  '"%s" starts always',
  (text) => {
    expect(keyword(text)).toMatchObject({ kind: 'start', onlyWhenOptedOut: false })
  },
)

test('the language is that of the word', () => {
  expect(keyword('detener')).toMatchObject({ language: 'es' })
  expect(keyword('退訂')).toMatchObject({ language: 'zh-TW' })
  expect(keyword('dừng')).toMatchObject({ language: 'vi' })
  expect(keyword('Wrong number!')).toEqual({ kind: 'wrong-number', language: 'en' })
  expect(keyword('Perdón, número equivocado')).toEqual({ kind: 'wrong-number', language: 'es' })
})

/** What families write on an ordinary day. Each holds, or looks like, a word of the list; none is a wish to stop. */
const benign = [
  ...[
    'the bus did not stop',
    'is school closed',
    'Can you stop by the office today?',
    'When does the field trip end?',
    'at the end',
    'the end',
  ],
  ...[
    'Please cancel the meeting on Friday',
    'Do you want to cancel or keep it?',
    'I need help with the homework',
    'More info please',
    'yes I will come',
  ],
  ...[
    'Maya had to quit soccer',
    'He will start on Monday',
    'No',
    'No thanks',
    'Stop bullying my son, tell them',
    'bus stop',
    'Original birth certificate?',
  ],
  ...[
    "Don't send me the form, I have it",
    'I got your message',
    'What is the right phone number?',
    'Maya is sick and will stay home',
    'Stop is at 5th street now?',
  ],
  ...[
    'El maestro le dijo ¡alto! y él se detuvo',
    'Ya basta de tarea, dice mi hijo',
    'No puede parar de toser',
    'Voy a cancelar la cita del doctor',
    'Sí, voy a ir',
  ],
  ...[
    'Mi hija es muy alta',
    'No me mandó la tarea',
    'alto!  dijo la maestra y todos pararon',
    'Necesito ayuda con la tarea',
    'No quiero que falte a la escuela',
    'Para mañana',
  ],
  ...['توقف الباص بعيداً عن البيت', 'هل تم إلغاء الرحلة؟', 'نعم سوف أحضر', 'أحتاج مساعدة في الواجب', 'قف الطفل في الصف', 'لا'],
  ...[
    '校车没有停',
    '明天的活动取消了吗',
    '他想停止上钢琴课',
    '是的，我会来',
    '请帮助他做作业',
    '不要',
    '公車停在哪裡',
    '明天停課嗎',
    '停车在哪里',
  ],
  ...[
    'dung roi',
    'đúng rồi',
    'dung',
    'đúng',
    'Xe buýt không dừng ở nhà tôi',
    'Con tôi dùng thuốc lúc trưa',
    'cháu đã ngừng sốt',
    'Giúp cháu làm bài',
    'da',
    'dạ',
    'vâng',
  ],
  ...[
    'Ela não para de tossir',
    'Posso sair mais cedo?',
    'Vou cancelar a consulta',
    'sim, eu vou',
    'Preciso de ajuda com a lição',
    'Pare o ônibus na esquina',
  ],
  ...[
    'Автобус не остановился',
    'остановка автобуса где?',
    'Он не хочет начать сначала',
    'да, мы придём',
    'нужна помощь с уроками',
    'Стоп, он же болеет дома',
    'Не пишет в тетради',
  ],
  ...[
    'Rete trankil',
    'Li rete lakay jodi a',
    'Otobis la pa kanpe',
    'Li pa sispann touse',
    'wi m ap vini',
    'Mwen bezwen èd',
    'Rete la',
    'kote otobis la kanpe',
    'Pitit mwen sispann ekri nan kaye l',
  ],
  ...[
    "L'arrêt de bus est où ?",
    "Il n'arrête pas de tousser",
    'Oui je viendrai',
    'Je dois annuler le rendez-vous',
    "Il a besoin d'aide",
    'Le bus ne fait plus arrêt ici',
    'Commencer à quelle heure ?',
  ],
  ...['ok', '👍', '1', '...', '???', '', '   ', '🛑', 'STOPP', 'stopped', 'Ending'],
]

test('the benign set is as large as it says', () => {
  expect(new Set(benign).size).toBeGreaterThanOrEqual(90)
})
test.each(benign)('"%s" is a text for a person', (text) => {
  expect(keyword(text)).toBeNull()
})

test.each([
  'can you stop sending so many messages at night',
  'too many texts from you',
  'cancel please',
  'Is there a way to unsubscribe my old phone',
  'take me off the list for these messages',
  'por favor dejen de mandarme tantos mensajes en la noche',
  'son demasiados mensajes',
  'توقفوا عن إرسال الرسائل في الليل',
  'لا ترسلوا لي كل هذه الرسائل',
  '晚上不要发这么多短信',
  '簡訊太多了',
  'đừng nhắn tin buổi tối',
  'parem de enviar mensagens à noite',
  'не присылайте так поздно сообщения',
  'sispann voye twòp mesaj lannwit',
  'vous envoyez trop de messages',
])('"%s" is for staff to read as a possible stop', (text) => {
  expect(keyword(text)).toEqual({ kind: 'maybe-stop' })
})

test('a long message is never a possible stop', () => {
  expect(
    keyword(
      `My son says you should stop sending messages to me, ${'but I do not think so because he is only joking '.repeat(3)}`,
    ),
  ).toBeNull()
})

test.each(textLanguages)('the words that the texts in %s tell families to send are understood', (language) => {
  const words = fixedTexts[language].introduction.text.match(/\p{Lu}{2,}(?: \p{Lu}{2,})*|(?<=“|「)[^”」]+|مساعدة/gu) ?? []
  expect([...new Set(words)].map((word) => keyword(word)?.kind).sort()).toEqual(['help', 'stop'])
})

describe('whatever comes in', () => {
  test('it never throws, and a sentence around a word is no order', () => {
    const anyWord = fc.constantFrom(...single.map(({ word }) => word))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        keyword(text)
      }),
    )
    fc.assert(
      fc.property(anyWord, (word) => {
        expect([undefined, 'maybe-stop']).toContain(keyword(`Maya ${word} 7`)?.kind)
      }),
    )
  })
  test.each([
    'a '.repeat(800),
    '请'.repeat(1600),
    'please '.repeat(230),
    '\u0301'.repeat(1600),
    '学校'.repeat(32_768),
    'ﷺ'.repeat(65_536),
  ])('it is quick, even on a long text of one letter (%#)', async (text) => {
    expect(await processorTime(() => keyword(text))).toBeLessThan(100)
  })
  test('what is too long for an order is none, however many blanks stand around one', () => {
    expect(keyword(`stop${'!'.repeat(5000)}`)).toBeNull()
    expect(keyword(`stop${' '.repeat(5000)}`)?.kind).toBe('stop')
  })
})

test.each([
  ['AGAIN', 'again'],
  [' again. ', 'again'],
  ['Dismiss', 'dismiss'],
  ['DISMISS!', 'dismiss'],
  ['again please', null],
  ['Try again tomorrow', null],
  ['', null],
])('a staff text %j orders %s', (text, command) => {
  expect(staffCommand(text)).toBe(command)
})
