/**
 * Words and whole phrases by which a family ends, starts or asks something, in the languages of the gateway's own texts. The single words stop,
 * start, help: Twilio's and the FCC's (47 CFR 64.1200(a)(10)) in English, common program menus (GTK, VLC, MediaWiki) in the others. The
 * phrases are our own and, but for English, not yet reviewed by speakers. Case, punctuation and diacritics do not matter, except in
 * Vietnamese: `dung` is not `dừng` (stop) but may as well be `đúng` (right), so what counts without marks is listed without marks.
 * All languages stand in one table: no word may mean two things, in whichever two of them, and a test holds each against all.
 */

/** The words of one language. */
export type KeywordWords = {
  /** BCP 47 */
  readonly language: string
  readonly stop: readonly string[]
  readonly start: readonly string[]
  /** Words that bring messages back after an opt-out and are an ordinary answer at any other time. */
  readonly yes: readonly string[]
  readonly help: readonly string[]
  readonly original: readonly string[]
  readonly wrongNumber: readonly string[]
  /** What stands before or after a phrase without changing it. */
  readonly polite: readonly string[]
  /** Clear signs, inside a short message, of a wish for fewer messages or none: for staff to read, never obeyed by itself. */
  readonly maybeStop: readonly RegExp[]
}

const list = (text: string): readonly string[] =>
  text
    .split(/[|\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** In order: a word that two languages share counts as the first one's. */
export const keywordWords: readonly KeywordWords[] = [
  {
    language: 'en',
    stop: list(`
      stop | stopall | unsubscribe | end | quit | cancel | revoke | optout | opt out
      stop all | stop stop | stop stop stop | please stop | stop now | stop messages | stop the messages | stop these messages
      stop all messages | stop texts | stop the texts | stop texting | stop texting me | stop texting us | stop messaging | stop messaging me
      stop sending messages | stop sending me messages | stop sending texts | stop sending me texts | stop sending these messages
      stop writing to me | stop writing me | stop contacting me | stop bothering me | quit texting me | quit messaging me
      do not write to me | do not write to me anymore | do not write me | dont write to me | dont write to me anymore | dont write me
      do not text me | do not text me anymore | do not text | dont text me | dont text me anymore | do not message me | dont message me
      do not message me anymore | dont message me anymore | do not contact me | dont contact me | do not contact me anymore | dont contact me anymore
      do not send me messages | dont send me messages | do not send me any more messages | dont send me any more messages
      no more messages | no more texts | i want no more messages | i do not want messages | i dont want messages
      i do not want these messages | i dont want these messages | i do not want any more messages | i dont want any more messages
      unsubscribe me | opt me out | i want to unsubscribe | i want to opt out | i opt out | remove me | remove my number | delete my number
      remove me from your list | remove me from this list | remove me from the list | take me off your list | take me off this list
      take me off the list | end messages | end these messages | cancel messages | cancel these messages | i revoke my consent | i revoke consent`),
    start: list('start | unstop'),
    yes: list('yes'),
    help: list('help | info'),
    original: list('original | the original | original message | the original message | original text'),
    wrongNumber: list(`
      wrong number | the wrong number | wrong phone number | you have the wrong number | you have a wrong number | you got the wrong number
      this is the wrong number | this is a wrong number | its the wrong number | wrong person | you have the wrong person
      i have no child at this school | i do not have a child at this school | i dont have a child at this school | i have no kids at this school`),
    polite: list('please | pls | plz | thanks | thank you | sorry | hi | hello'),
    maybeStop: [
      /\b(stop|quit) (sending|texting|messaging|writing|contacting)\b.*\b(me|us|messages?|texts?)\b/,
      /\b(do not|dont) (text|message|contact|write to) (me|us)\b/,
      /\b(no more|too many|so many|fewer|less) (messages|texts)\b/,
      /\b(unsubscribe|opt out)\b/,
      /^(please )?(cancel|end|quit|revoke)( please)?$/,
      /\b(take|remove) (me|us|my number) (off|from)\b.*\b(list|messages|texts)\b/,
    ],
  },
  {
    language: 'es',
    stop: list(`
      detener | parar | alto | basta | cancelar
      no más | no más mensajes | no más textos | no más mensajes de texto | no quiero mensajes | no quiero más mensajes | ya no quiero mensajes
      ya no quiero más mensajes | no quiero recibir mensajes | no quiero recibir más mensajes | ya no quiero recibir mensajes | ya no quiero recibir más mensajes
      no me manden mensajes | no me manden más mensajes | ya no me manden mensajes | ya no me manden más mensajes | ya no manden mensajes | no manden más mensajes
      no me mande mensajes | no me mande más mensajes | ya no me mande mensajes | ya no me mande más mensajes | ya no me manden nada
      no me envíen mensajes | no me envíen más mensajes | ya no me envíen mensajes | no me envíe mensajes | no me envíe más mensajes | ya no me envíe mensajes
      no me escriban | no me escriban más | ya no me escriban | no me escriba | no me escriba más | ya no me escriba | no me escribas | ya no me escribas
      dejen de escribirme | deje de escribirme | deja de escribirme | dejen de mandarme mensajes | deje de mandarme mensajes | dejen de mandar mensajes
      dejen de enviarme mensajes | deje de enviarme mensajes | dejen de enviar mensajes | paren los mensajes | paren de mandar mensajes
      detener mensajes | detener los mensajes | parar mensajes | parar los mensajes | cancelar mensajes | cancelar los mensajes | cancelar suscripción
      no me contacten | no me contacten más | no me contacte más | ya no me contacten | quiero dejar de recibir mensajes | bórrenme de la lista
      quítenme de la lista | sáquenme de la lista | borren mi número | alto a los mensajes | basta de mensajes`),
    start: list('iniciar | empezar | comenzar'),
    yes: list('sí | si'),
    help: list('ayuda'),
    original: list('original | el original | mensaje original | el mensaje original | texto original'),
    wrongNumber: list(`
      número equivocado | el número equivocado | número incorrecto | es un número equivocado | es número equivocado | este es un número equivocado
      tiene el número equivocado | tienen el número equivocado | se equivocó de número | se equivocaron de número | está equivocado de número
      persona equivocada | no tengo hijos en esa escuela | no tengo hijos en esta escuela`),
    polite: list('por favor | porfavor | gracias | perdón | disculpe | disculpen | lo siento | hola'),
    maybeStop: [
      /\b(dejen?|paren?) de (escribir|mandar|enviar|molestar)(me|nos)?\b/,
      /\bno (me|nos) (manden?|envíen?) (más |tantos )?mensajes\b/,
      /\bno (me|nos) escriban?\b/,
      /\b(demasiados|tantos) mensajes\b/,
      /\bno quiero (recibir )?(más |tantos )?mensajes\b/,
    ],
  },
  {
    language: 'ar',
    stop: list(`
      قف | توقف | أوقف | إيقاف | إلغاء
      لا ترسلوا رسائل | لا ترسلوا لي رسائل | لا ترسلوا الرسائل | لا ترسل رسائل | لا ترسل لي رسائل | لا ترسلوا رسائل بعد الآن | لا ترسلوا لي رسائل بعد الآن
      لا ترسل لي رسائل بعد الآن | لا ترسلوا المزيد من الرسائل | لا أريد رسائل | لا أريد الرسائل | لا أريد رسائل أخرى | لا أريد المزيد من الرسائل
      لا أريد رسائل بعد الآن | لا أريد استلام رسائل | لا أريد استلام الرسائل | لا أريد استقبال الرسائل | لا مزيد من الرسائل | ما أريد رسائل | ما بدي رسائل
      أوقف الرسائل | أوقفوا الرسائل | أوقفوا هذه الرسائل | وقف الرسائل | إيقاف الرسائل | إلغاء الرسائل | إلغاء الاشتراك | ألغ اشتراكي | ألغوا اشتراكي
      توقف عن مراسلتي | توقفوا عن مراسلتي | توقفوا عن المراسلة | توقف عن إرسال الرسائل | توقفوا عن إرسال الرسائل | لا تراسلني | لا تراسلوني
      لا تراسلوني بعد الآن | لا تكتب لي | لا تكتبوا لي | لا تتصلوا بي | كفى رسائل | احذفوا رقمي | احذف رقمي`),
    start: list('ابدأ | ابدا'),
    yes: list('نعم'),
    help: list('مساعدة | ساعدني'),
    original: list('الأصل | الأصلي | أصلي | النص الأصلي | الرسالة الأصلية'),
    wrongNumber: list(`
      رقم خطأ | الرقم خطأ | هذا رقم خطأ | هذا الرقم خطأ | رقم خاطئ | الرقم خاطئ | رقم غلط | الرقم غلط | هذا رقم غلط | أخطأت في الرقم | أخطأتم في الرقم
      الشخص الخطأ | ليس لدي أطفال في هذه المدرسة | ليس لدي طفل في هذه المدرسة`),
    polite: list('من فضلك | من فضلكم | لو سمحت | لو سمحتم | رجاء | الرجاء | شكرا | آسف | عفوا | مرحبا'),
    maybeStop: [
      /(توقفوا|توقف) عن (إرسال|مراسل)/,
      /لا (ترسلوا|ترسل) .*رسائل/,
      /لا (تراسلوني|تراسلني)/,
      /لا أريد .*رسائل/,
      /(إيقاف|أوقفوا|أوقف) (هذه )?الرسائل/,
    ],
  },
  {
    language: 'zh',
    stop: list(`
      停止 | 停 | 退订 | 取消
      停止发送 | 停止短信 | 停止发短信 | 停止发送短信 | 停止发信息 | 停止给我发短信 | 请停 | 请停止 | 退订短信 | 取消短信 | 取消订阅 | 我要退订 | 请退订
      不要发短信 | 不要再发短信 | 不要再发短信了 | 不要给我发短信 | 不要再给我发短信 | 不要再给我发短信了 | 不要发短信给我 | 不要再发了 | 别再发了
      别发短信了 | 别再发短信了 | 别给我发短信 | 别给我发短信了 | 别再给我发短信 | 别再给我发短信了 | 不要再发信息 | 不要再发信息了 | 不要给我发信息
      不要再给我发信息 | 不要再给我发信息了 | 别再给我发信息 | 别再给我发信息了 | 不要再发消息 | 不要再发消息了 | 不要给我发消息 | 不要再给我发消息
      不要再给我发消息了 | 别再给我发消息 | 别再给我发消息了 | 不想收短信 | 不想收到短信 | 不想再收短信 | 不想再收到短信 | 我不想收到短信 | 我不想再收短信
      我不想再收到短信 | 我不要短信 | 不要给我写信 | 不要联系我 | 不要再联系我 | 别再联系我 | 把我的号码删掉 | 删除我的号码`),
    start: list('开始'),
    yes: list('是'),
    help: list('帮助 | 求助'),
    original: list('原文 | 看原文 | 短信原文'),
    wrongNumber: list(`
      号码错了 | 号码不对 | 错误号码 | 打错了 | 你打错了 | 您打错了 | 发错了 | 你发错了 | 您发错了 | 发错人了 | 你发错人了 | 您发错人了 | 发错号码了
      这是错误号码 | 我没有孩子在这个学校`),
    polite: list('请 | 请你 | 请您 | 麻烦 | 谢谢 | 对不起 | 抱歉 | 你好 | 您好'),
    maybeStop: [
      /(不要|别)(再|老|总)?(给我)?发(这么多|那么多)?(短信|信息|消息)/,
      /(停止|不想)再?(收|收到|发|发送)(这么多)?(短信|信息|消息)/,
      /(短信|信息|消息)太多/,
    ],
  },
  {
    language: 'zh-TW',
    stop: list(`
      停止 | 停 | 退訂 | 取消
      停止傳送 | 停止發送 | 停止簡訊 | 停止傳簡訊 | 停止傳送簡訊 | 停止發簡訊 | 停止傳訊息 | 停止傳送訊息 | 請停 | 請停止 | 退訂簡訊 | 取消簡訊 | 取消訂閱 | 我要退訂
      不要傳簡訊 | 不要再傳簡訊 | 不要再傳簡訊了 | 不要傳簡訊給我 | 不要再傳簡訊給我 | 不要再傳簡訊給我了 | 不要再傳了 | 別再傳了 | 別再傳簡訊了
      別再傳簡訊給我 | 不要再發簡訊 | 不要再發簡訊了 | 不要再發簡訊給我 | 不要再給我發簡訊 | 不要傳訊息給我 | 不要再傳訊息 | 不要再傳訊息了
      不要再傳訊息給我 | 不要再傳訊息給我了 | 別再傳訊息給我 | 不想收簡訊 | 不想收到簡訊 | 不想再收簡訊 | 不想再收到簡訊 | 我不想收到簡訊
      我不想再收簡訊 | 我不想再收到簡訊 | 我不想再收到訊息 | 不要寫信給我 | 不要聯絡我 | 不要再聯絡我 | 別再聯絡我 | 刪除我的號碼`),
    start: list('開始'),
    yes: list('是'),
    help: list('求助 | 幫助 | 說明'),
    original: list('原文 | 看原文 | 簡訊原文'),
    wrongNumber: list(`
      號碼錯了 | 號碼不對 | 錯誤號碼 | 打錯了 | 你打錯了 | 您打錯了 | 傳錯了 | 你傳錯了 | 您傳錯了 | 傳錯人了 | 你傳錯人了 | 您傳錯人了 | 發錯了 | 傳錯號碼了
      我沒有孩子在這個學校`),
    polite: list('請 | 請你 | 請您 | 麻煩 | 謝謝 | 對不起 | 抱歉 | 你好 | 您好'),
    maybeStop: [
      /(不要|別)(再|老|總)?(給我)?(傳|發)(這麼多|那麼多)?(簡訊|訊息)/,
      /(停止|不想)再?(收|收到|傳|傳送|發)(這麼多)?(簡訊|訊息)/,
      /(簡訊|訊息)太多/,
    ],
  },
  {
    language: 'vi',
    stop: list(`
      dừng | dừng lại | dung lai | ngừng | hủy bỏ | huỷ bỏ | huy bo
      đừng nhắn tin | đừng nhắn tin nữa | đừng nhắn tin cho tôi | đừng nhắn tin cho tôi nữa | đừng nhắn cho tôi | đừng nhắn cho tôi nữa | đừng nhắn nữa
      đừng gửi tin nhắn | đừng gửi tin nhắn nữa | đừng gửi tin nhắn cho tôi | đừng gửi tin nhắn cho tôi nữa | đừng gửi tin cho tôi nữa
      không nhắn tin nữa | không gửi tin nhắn nữa | không nhận tin nhắn nữa | ngừng nhắn tin | ngừng nhắn tin cho tôi | ngừng gửi tin nhắn
      ngừng gửi tin nhắn cho tôi | ngừng nhận tin | dừng nhắn tin | dừng gửi tin nhắn | dừng tin nhắn | tôi không muốn nhận tin nhắn
      tôi không muốn nhận tin nhắn nữa | không muốn nhận tin nhắn | không muốn nhận tin nhắn nữa | hủy đăng ký | huỷ đăng ký | hủy nhận tin
      đừng viết cho tôi | đừng viết cho tôi nữa | đừng liên lạc với tôi | đừng liên lạc với tôi nữa | xóa số của tôi | xoá số của tôi
      khong nhan tin nua | dung nhan tin nua | dung nhan tin cho toi nua | dung gui tin nhan nua | dung gui tin nhan cho toi nua
      khong muon nhan tin nhan nua | toi khong muon nhan tin nhan nua | huy dang ky`),
    start: list('bắt đầu | bat dau'),
    yes: list('đồng ý | dong y'),
    help: list('trợ giúp | tro giup | giúp'),
    original: list('bản gốc | ban goc | nguyên bản | nguyên văn | tin gốc'),
    wrongNumber: list(`
      nhầm số | nhầm số rồi | sai số | sai số rồi | bạn nhầm số rồi | gửi nhầm số | bạn gửi nhầm số | gửi nhầm số rồi | nhầm người | nhầm người rồi
      nham so | nham so roi | sai so | sai so roi | gui nham so`),
    polite: list('xin | làm ơn | lam on | vui lòng | cảm ơn | cám ơn | cam on | xin lỗi | xin loi | xin chào'),
    maybeStop: [
      /(đừng|ngừng|dừng|thôi) (nhắn tin|gửi tin|nhắn nhiều|gửi nhiều)/,
      /không muốn nhận (nhiều )?tin/,
      /(quá nhiều|nhiều) tin nhắn quá/,
      /quá nhiều tin nhắn/,
    ],
  },
  {
    language: 'pt',
    stop: list(`
      parar | pare | cancelar | sair
      não mande mais mensagens | não mandem mais mensagens | não me mande mensagens | não me mandem mensagens | não me mande mais mensagens
      não me mandem mais mensagens | não envie mais mensagens | não enviem mais mensagens | não me envie mensagens | não me envie mais mensagens
      não me enviem mais mensagens | não quero mensagens | não quero mais mensagens | não quero receber mensagens | não quero receber mais mensagens
      não quero mais receber mensagens | pare de mandar mensagens | pare de me mandar mensagens | parem de mandar mensagens | parem de me mandar mensagens
      pare de enviar mensagens | pare de me enviar mensagens | parem de me enviar mensagens | pare de me escrever | parem de me escrever
      não me escreva | não me escreva mais | não me escrevam | não me escrevam mais | não escreva mais | não me contate | não me contate mais
      não me contatem mais | chega de mensagens | sem mais mensagens | parar mensagens | parar as mensagens | cancelar mensagens | cancelar as mensagens
      cancelar inscrição | quero sair da lista | me tire da lista | me tirem da lista | apague meu número`),
    start: list('iniciar | começar | comecar'),
    yes: list('sim'),
    help: list('ajuda'),
    original: list('original | o original | mensagem original | a mensagem original | texto original'),
    wrongNumber: list(`
      número errado | é número errado | é o número errado | este é o número errado | este número está errado | esse número está errado | número incorreto
      pessoa errada | você errou o número | você está com o número errado | foi engano | é engano | não tenho filho nessa escola | não tenho filhos nessa escola
      não tenho filhos nesta escola`),
    polite: list('por favor | obrigado | obrigada | desculpe | desculpa | olá | oi'),
    maybeStop: [
      /\b(pare|parem) de (me )?(mandar|enviar|escrever)\b/,
      /\bnão (me )?(mandem?|enviem?) (mais |tantas )?mensagens\b/,
      /\bnão me escrevam?\b/,
      /\btantas mensagens\b/,
      /\bnão quero (mais )?(receber )?(mais |tantas )?mensagens\b/,
    ],
  },
  {
    language: 'ru',
    stop: list(`
      стоп | остановить | отписаться
      не пишите мне | не пишите мне больше | больше не пишите мне | больше мне не пишите | больше не пишите | не пишите больше | не пиши мне
      не присылайте сообщения | не присылайте мне сообщения | не присылайте больше сообщений | не присылайте мне больше сообщений
      больше не присылайте сообщения | больше не присылайте сообщений | больше не присылайте мне сообщения | больше не присылайте мне сообщений
      не отправляйте сообщения | не отправляйте мне сообщения | не отправляйте мне больше сообщений | хватит писать | хватит мне писать | хватит сообщений
      хватит присылать сообщения | перестаньте писать | перестаньте мне писать | перестаньте писать мне | перестаньте присылать сообщения
      прекратите писать | прекратите мне писать | прекратите присылать сообщения | не хочу получать сообщения | я не хочу получать сообщения
      не хочу больше получать сообщения | я не хочу больше получать сообщения | я больше не хочу получать сообщения | больше не хочу получать сообщения
      остановить сообщения | остановите сообщения | отпишите меня | отписаться от сообщений | хочу отписаться | уберите меня из списка
      удалите меня из списка | удалите мой номер | не беспокойте меня`),
    start: list('старт | начать'),
    yes: list('да'),
    help: list('помощь | справка'),
    original: list('оригинал | исходный текст | текст оригинала'),
    wrongNumber: list(`
      неправильный номер | неверный номер | не тот номер | это не тот номер | это неправильный номер | вы ошиблись номером | ошиблись номером
      вы ошиблись | не туда попали | вы не туда попали | не туда пишете | вы не туда пишете | у меня нет детей в этой школе`),
    polite: list('пожалуйста | спасибо | извините | простите | здравствуйте'),
    maybeStop: [
      /(перестаньте|прекратите|хватит) (мне |нам )?(писать|присылать|слать)/,
      /не (пишите|звоните и не пишите) (мне|нам)/,
      /не (присылайте|отправляйте) .*сообщени/,
      /(слишком много|столько) сообщений/,
      /не (хочу|хотим) .*получать .*сообщени/,
    ],
  },
  {
    language: 'ht',
    stop: list(`
      kanpe | sispann | rete | anile
      pa voye mesaj | pa voye mesaj ankò | pa voye mesaj ban mwen | pa voye mesaj ban m | pa voye mesaj ban mwen ankò | pa voye mesaj ban m ankò
      pa ekri m | pa ekri mwen | pa ekri m ankò | pa ekri mwen ankò | sispann voye mesaj | sispann voye mesaj ban mwen | sispann voye mesaj ban m
      sispann ekri m | sispann ekri mwen | rete voye mesaj | mwen pa vle mesaj | mwen pa vle mesaj ankò | m pa vle mesaj | m pa vle mesaj ankò
      mwen pa vle resevwa mesaj | mwen pa vle resevwa mesaj ankò | m pa vle resevwa mesaj | m pa vle resevwa mesaj ankò | ase mesaj | anile mesaj yo
      pa kontakte m ankò | pa kontakte mwen ankò | retire m nan lis la | retire mwen nan lis la | retire nimewo mwen`),
    start: list('kòmanse | komanse'),
    yes: list('wi'),
    help: list('èd | ed'),
    original: list('orijinal | orijinal la | mesaj orijinal | mesaj orijinal la'),
    wrongNumber: list(`
      move nimewo | se move nimewo | ou gen move nimewo | nimewo a pa bon | se pa bon nimewo | pa bon nimewo | ou twonpe nimewo | ou twonpe w nimewo
      se pa bon moun nan | mwen pa gen pitit nan lekòl sa a | m pa gen pitit nan lekòl sa a`),
    polite: list('tanpri | silvouplè | souple | mèsi | padon | eskize m | bonjou | bonswa'),
    maybeStop: [
      /\b(sispann|rete) voye (twòp |anpil )?mesaj\b/,
      /\bsispann ekri (m|mwen|nou)\b/,
      /\bpa (voye|ekri) .*\bankò\b/,
      /\btwòp mesaj\b/,
      /\bpa vle (resevwa )?mesaj\b/,
    ],
  },
  {
    language: 'fr',
    stop: list(`
      arrêter | arreter | arrêt | arret | annuler
      plus de messages | plus de message | stop aux messages | arrêtez de m'écrire | arrête de m'écrire | arrêtez de m'envoyer des messages
      arrêtez d'envoyer des messages | arrêtez les messages | arrêtez ces messages | arrêter les messages | arrêt des messages | annuler les messages
      ne m'écrivez plus | ne m'écrivez pas | ne m'écris plus | ne m'envoyez plus de messages | ne m'envoyez pas de messages | ne m'envoyez plus rien
      n'envoyez plus de messages | je ne veux plus de messages | je ne veux pas de messages | je ne veux plus recevoir de messages
      je ne veux pas recevoir de messages | désabonnez-moi | me désabonner | se désabonner | désabonner
      désinscription | désinscrivez-moi | retirez-moi de la liste | enlevez-moi de la liste | supprimez mon numéro | ne me contactez plus
      ne me contactez pas`),
    start: list('démarrer | demarrer | commencer'),
    yes: list('oui'),
    help: list('aide'),
    original: list("original | originale | l'original | message original | le message original | texte original"),
    wrongNumber: list(`
      mauvais numéro | faux numéro | c'est un mauvais numéro | c'est le mauvais numéro | vous avez le mauvais numéro | vous avez un mauvais numéro
      vous vous êtes trompé de numéro | vous vous trompez de numéro | erreur de numéro | ce n'est pas le bon numéro | mauvaise personne
      je n'ai pas d'enfant dans cette école | je n'ai pas d'enfants dans cette école`),
    polite: list("s'il vous plaît | s'il te plaît | svp | stp | merci | désolé | désolée | pardon | bonjour | bonsoir"),
    maybeStop: [
      /\barrêtez? de (nous )?m?(écrire|envoyer)\b/,
      /\bne (m|nous )(écrivez|contactez) (plus|pas)\b/,
      /\bne (m|nous )envoyez (plus|pas) .*messages?\b/,
      /\b(trop|tant|autant) de messages\b/,
      /\bveux (plus|pas) (recevoir )?(autant |tant )?de messages\b/,
    ],
  },
]
