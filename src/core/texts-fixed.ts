/**
 * The gateway's own texts, one template per language, written by people and never by a machine translator. A word in braces is a slot.
 * A speaker who has checked a text replaces `draft('...')` by `reviewed('...', 'Name, date')`; whoever changes a text makes it a draft again.
 * STOP, START, AGAIN and DISMISS stay English everywhere: carriers act on STOP and START themselves, staff commands exist in English only.
 */

/** What fills each text: every slot stands exactly once in every language. */
export const textSlots = {
  /** To a phone, once: who writes, that one may answer, HELP and STOP. No child's name. */
  introduction: ['school'],
  /** To a family whose text came outside the staff's hours. */
  held_for_staff: ['staff', 'when'],
  /** To a staff phone whose text came outside the family's hours. */
  held_for_family: ['when'],
  /** To a family, when the school has no hours. */
  held_no_time: ['staff'],
  /** To a number that nobody has. Confirms nothing. */
  stranger: [],
  /** The one confirmation of an opt-out (47 CFR 64.1200(a)(12)). */
  stop_done: ['district'],
  start_done: ['district'],
  help: ['school'],
  /** Stands before an original that could not be translated. */
  not_translated: [],
  /** Stands between a translation and its original when a fact did not survive. */
  translation_differs: [],
  /** Stands before a text that reached us late: when it was written. */
  delayed: ['when'],
  /** To a family that answers an ended conversation. */
  closed: [],
  /** To a staff phone: the outcome of its text is unknown. */
  unknown_to_staff: ['when', 'excerpt'],
  /** To a family: the outcome of its text is unknown. The excerpt is what it wrote itself. */
  unknown_to_family: ['excerpt', 'staff'],
  opted_out_to_staff: [],
  /** The answer to ORIGINAL, when there is none. */
  no_original: [],
  /** The answer to ORIGINAL: stands before it. */
  original_is: [],
  /** To whoever sent along what nobody gets to see: a film, a contact card, a picture that came damaged. */
  media_not_passed: [],
  /** Stands for a picture that goes along, where it has no words. */
  picture: [],
  /** To a family whose phone does not get what came along. */
  picture_stays: [],
  /** With which a family hears its messages from any phone. */
  pin: ['school', 'pin'],
  /** To a staff phone, to sign in at a browser. */
  login_code: ['code'],
  /** To a staff phone: an administrator has reset the second step of its owner's sign-in. */
  factor_reset: ['name'],
  /** To a staff phone: three calls, no answer. */
  not_reached: ['family', 'excerpt'],
  /** Stands below what was understood of a spoken message, or alone. */
  voice_message: ['seconds'],
  /** The same to a staff phone, on which it can be heard. */
  voice_message_staff: ['seconds'],
} as const

/** Which of the gateway's texts. */
export type TextId = keyof typeof textSlots

/** The languages that the gateway's own texts exist in (BCP 47; `zh` is Simplified, `zh-TW` Traditional). */
export const textLanguages = ['en', 'es', 'ar', 'zh', 'zh-TW', 'vi', 'pt', 'ru', 'ht', 'fr'] as const

/** One of `textLanguages`. */
export type TextLanguage = (typeof textLanguages)[number]

/** A template and the speaker who checked it, or null: not yet reviewed by a speaker. */
export type FixedText = { readonly text: string; readonly reviewedBy: string | null }

const draft = (text: string): FixedText => ({ text, reviewedBy: null })
const reviewed = (text: string, reviewedBy: string): FixedText => ({ text, reviewedBy })
const english = (text: string) => reviewed(text, 'the authors')

/** The templates by language. */
export const fixedTexts: Readonly<Record<TextLanguage, Readonly<Record<TextId, FixedText>>>> = {
  en: {
    introduction: english(
      'These messages are from {school}. You can write back here in your language. Reply HELP for help, STOP to end messages.',
    ),
    held_for_staff: english('Your message is kept. {staff} gets it {when}. If it cannot wait, please call the school.'),
    held_for_family: english('Your message is kept. The family gets it {when}.'),
    held_no_time: english(
      'Your message is kept for {staff}. We cannot say yet when it arrives. If it cannot wait, please call the school.',
    ),
    stranger: english('This number belongs to a school. We do not know your number. Please call or visit the school office.'),
    stop_done: english('You will get no more messages from {district}. Text START to get them again.'),
    start_done: english('You will get messages from {district} again. Text STOP to end them.'),
    help: english(
      'This is {school}. Write to your teacher here in your language. For help visit the school office. Text STOP to end messages.',
    ),
    not_translated: english('This message could not be translated. The original:'),
    translation_differs: english('A number, time or name may differ in the translation. The original:'),
    delayed: english('This message was delayed. It was written {when}:'),
    closed: english('Your message went to the school office. They will help you.'),
    unknown_to_staff: english(
      'Your message ({when}: "{excerpt}") may not have arrived. Reply AGAIN to send it again or DISMISS.',
    ),
    unknown_to_family: english('Your text "{excerpt}" may not have reached {staff}. Please send it again.'),
    opted_out_to_staff: english('This family asked to stop messages. Please use another way to reach them.'),
    no_original: english('There is no original to send you: the last message was not translated.'),
    original_is: english('The original:'),
    media_not_passed: english(
      'Your picture or file could not be passed on. Photos can be sent here, other files cannot. Please write it, or bring it to the school.',
    ),
    picture: english('A picture for you.'),
    picture_stays: english('Something came with this message that your phone cannot get. Please ask the school for it.'),
    factor_reset: english(
      'Your second sign-in step for Homeline was reset by {name}. If you did not ask for it, tell your school now.',
    ),
    login_code: english(
      'Your Homeline sign-in code is {code}. It works for ten minutes. Nobody at your school will ask you for it.',
    ),
    pin: english('Your PIN for {school} is {pin}. With it you can hear your messages from any phone: call this number.'),
    not_reached: english('{family} was called three times and did not answer: "{excerpt}". Try again, or send paper.'),
    voice_message: english('Voice message, {seconds} s.'),
    voice_message_staff: english('Voice message, {seconds} s. To hear it, call this number.'),
  },
  es: {
    introduction: draft(
      'Estos mensajes son de {school}. Puede responder aquí en su idioma. Responda AYUDA para recibir ayuda o STOP para no recibir más.',
    ),
    held_for_staff: draft('Guardamos su mensaje. {staff} lo recibirá {when}. Si no puede esperar, por favor llame a la escuela.'),
    held_for_family: draft('Guardamos su mensaje. La familia lo recibirá {when}.'),
    held_no_time: draft(
      'Guardamos su mensaje para {staff}. Todavía no sabemos cuándo llegará. Si no puede esperar, por favor llame a la escuela.',
    ),
    stranger: draft('Este número es de una escuela. No conocemos su número. Por favor llame o visite la oficina de la escuela.'),
    stop_done: draft('Ya no recibirá mensajes de {district}. Envíe START para recibirlos otra vez.'),
    start_done: draft('Recibirá otra vez los mensajes de {district}. Envíe STOP para no recibir más.'),
    help: draft(
      'Somos {school}. Escriba aquí a su maestro en su idioma. Para ayuda, visite la oficina de la escuela. Envíe STOP para no recibir más mensajes.',
    ),
    not_translated: draft('Este mensaje no se pudo traducir. El original:'),
    translation_differs: draft('Un número, una hora o un nombre puede ser diferente en la traducción. El original:'),
    delayed: draft('Este mensaje llega con retraso. Se escribió {when}:'),
    closed: draft('Su mensaje llegó a la oficina de la escuela. Allí le ayudarán.'),
    unknown_to_staff: draft(
      'Es posible que su mensaje ({when}: "{excerpt}") no haya llegado. Responda AGAIN para enviarlo otra vez o DISMISS para dejarlo.',
    ),
    unknown_to_family: draft('Es posible que su mensaje "{excerpt}" no le haya llegado a {staff}. Por favor envíelo otra vez.'),
    opted_out_to_staff: draft('Esta familia pidió no recibir más mensajes. Por favor comuníquese con ella de otra manera.'),
    no_original: draft('No hay un original para enviarle: el último mensaje no fue traducido.'),
    original_is: draft('El original:'),
    media_not_passed: draft(
      'No pudimos pasar su foto o archivo. Aquí se pueden enviar fotos, pero no otros archivos. Por favor escriba el mensaje o llévelo a la escuela.',
    ),
    picture: draft('Una foto para usted.'),
    picture_stays: draft('Con este mensaje venía algo que su teléfono no puede recibir. Por favor pídalo en la escuela.'),
    factor_reset: draft(
      '{name} restableció el segundo paso de su acceso a Homeline. Si usted no lo pidió, avise ahora a la escuela.',
    ),
    login_code: draft(
      'Su código para entrar en Homeline es {code}. Sirve durante diez minutos. Nadie de la escuela se lo pedirá.',
    ),
    pin: draft(
      'Su clave para {school} es {pin}. Con ella puede escuchar sus mensajes desde cualquier teléfono: llame a este número.',
    ),
    not_reached: draft('Se llamó tres veces a {family} y no contestó: "{excerpt}". Intente de nuevo o envíe papel.'),
    voice_message: draft('Mensaje de voz, {seconds} s.'),
    voice_message_staff: draft('Mensaje de voz, {seconds} s. Para escucharlo, llame a este número.'),
  },
  ar: {
    introduction: draft('هذه الرسائل من {school}. يمكنك الرد هنا بلغتك. أرسل كلمة مساعدة للمساعدة، أو STOP لإيقاف الرسائل.'),
    held_for_staff: draft('حفظنا رسالتك. ستصل إلى {staff} {when}. إذا كان الأمر لا يحتمل الانتظار، فالرجاء الاتصال بالمدرسة.'),
    held_for_family: draft('حفظنا رسالتك. ستصل إلى الأسرة {when}.'),
    held_no_time: draft(
      'حفظنا رسالتك إلى {staff}. لا نعرف بعد متى ستصل. إذا كان الأمر لا يحتمل الانتظار، فالرجاء الاتصال بالمدرسة.',
    ),
    stranger: draft('هذا الرقم تابع لمدرسة. رقمك غير معروف لدينا. الرجاء الاتصال بمكتب المدرسة أو زيارته.'),
    stop_done: draft('لن تصلك رسائل أخرى من {district}. أرسل START لاستلامها من جديد.'),
    start_done: draft('ستصلك رسائل {district} من جديد. أرسل STOP لإيقافها.'),
    help: draft('هذه {school}. اكتب هنا إلى المعلم بلغتك. للمساعدة يرجى زيارة مكتب المدرسة. أرسل STOP لإيقاف الرسائل.'),
    not_translated: draft('تعذرت ترجمة هذه الرسالة. النص الأصلي:'),
    translation_differs: draft('قد يختلف رقم أو وقت أو اسم في الترجمة. النص الأصلي:'),
    delayed: draft('تأخرت هذه الرسالة. كُتبت {when}:'),
    closed: draft('وصلت رسالتك إلى مكتب المدرسة، وسوف يساعدك.'),
    unknown_to_staff: draft('ربما لم تصل رسالتك ({when}: "{excerpt}"). أرسل AGAIN لإرسالها مرة أخرى أو DISMISS لتركها.'),
    unknown_to_family: draft('ربما لم تصل رسالتك "{excerpt}" إلى {staff}. الرجاء إرسالها مرة أخرى.'),
    opted_out_to_staff: draft('طلبت هذه الأسرة إيقاف الرسائل. الرجاء التواصل معها بطريقة أخرى.'),
    no_original: draft('لا يوجد نص أصلي لإرساله: الرسالة الأخيرة لم تُترجم.'),
    original_is: draft('النص الأصلي:'),
    media_not_passed: draft(
      'لم نتمكن من تمرير الصورة أو الملف. يمكن إرسال الصور هنا، ولا يمكن إرسال ملفات أخرى. الرجاء كتابة الرسالة أو إحضارها إلى المدرسة.',
    ),
    picture: draft('صورة لك.'),
    picture_stays: draft('مع هذه الرسالة شيء لا يستطيع هاتفك استلامه. الرجاء طلبه من المدرسة.'),
    factor_reset: draft('أعاد {name} ضبط الخطوة الثانية لدخولك إلى Homeline. إن لم تطلب ذلك فأخبر المدرسة الآن.'),
    login_code: draft('رمز دخولك إلى Homeline هو {code}. يصلح لعشر دقائق. لن يطلبه منك أحد من المدرسة.'),
    pin: draft('رمزك السري لدى {school} هو {pin}. يمكنك به سماع رسائلك من أي هاتف: اتصل بهذا الرقم.'),
    not_reached: draft('تم الاتصال بعائلة {family} ثلاث مرات دون رد: "{excerpt}". حاول مرة أخرى أو أرسل ورقة.'),
    voice_message: draft('رسالة صوتية، {seconds} ثانية.'),
    voice_message_staff: draft('رسالة صوتية، {seconds} ثانية. لسماعها اتصل بهذا الرقم.'),
  },
  zh: {
    introduction: draft('这些短信来自{school}。您可以在此用您的语言回复。需要帮助请回复“帮助”，不想再收短信请回复STOP。'),
    held_for_staff: draft('您的短信已保存。{staff}将在{when}收到。如果不能等，请打电话给学校。'),
    held_for_family: draft('您的短信已保存。家长将在{when}收到。'),
    held_no_time: draft('您给{staff}的短信已保存。我们还不知道何时送达。如果不能等，请打电话给学校。'),
    stranger: draft('这是一所学校的号码。我们不认识您的号码。请致电或前往学校办公室。'),
    stop_done: draft('您将不再收到{district}的短信。如想重新接收，请发送START。'),
    start_done: draft('您将重新收到{district}的短信。如不想再收，请发送STOP。'),
    help: draft('这里是{school}。请在此用您的语言给老师写短信。需要帮助请前往学校办公室。不想再收短信请发送STOP。'),
    not_translated: draft('此短信无法翻译。原文：'),
    translation_differs: draft('译文中的数字、时间或姓名可能有出入。原文：'),
    delayed: draft('此短信延迟送达。写于{when}：'),
    closed: draft('您的短信已转给学校办公室，他们会帮助您。'),
    unknown_to_staff: draft('您的短信（{when}：“{excerpt}”）可能没有送达。回复AGAIN重新发送，或回复DISMISS不再发送。'),
    unknown_to_family: draft('您的短信“{excerpt}”可能没有送达{staff}。请再发一次。'),
    opted_out_to_staff: draft('这个家庭要求不再接收短信。请用其他方式联系。'),
    no_original: draft('没有原文可以发给您：上一条短信没有经过翻译。'),
    original_is: draft('原文：'),
    media_not_passed: draft('您的图片或文件未能转发。这里可以发送照片，不能发送其他文件。请用文字写下来，或带到学校。'),
    picture: draft('给您的图片。'),
    picture_stays: draft('这条信息附有您的手机无法接收的内容。请向学校索取。'),
    factor_reset: draft('{name}已重置您登录 Homeline 的第二步验证。如果不是您要求的，请立即告诉学校。'),
    login_code: draft('您登录 Homeline 的验证码是 {code}，十分钟内有效。学校的任何人都不会向您索要。'),
    pin: draft('您在{school}的密码是 {pin}。凭此密码可用任何电话收听留言：请拨打本号码。'),
    not_reached: draft('已给{family}的家人打过三次电话，无人接听：“{excerpt}”。请重试或寄纸质通知。'),
    voice_message: draft('语音留言，{seconds} 秒。'),
    voice_message_staff: draft('语音留言，{seconds} 秒。要收听，请拨打这个号码。'),
  },
  'zh-TW': {
    introduction: draft('這些簡訊來自{school}。您可以在此用您的語言回覆。需要幫助請回覆「幫助」，不想再收簡訊請回覆STOP。'),
    held_for_staff: draft('您的簡訊已保存。{staff}將在{when}收到。如果不能等，請打電話給學校。'),
    held_for_family: draft('您的簡訊已保存。家長將在{when}收到。'),
    held_no_time: draft('您給{staff}的簡訊已保存。我們還不知道何時送達。如果不能等，請打電話給學校。'),
    stranger: draft('這是一所學校的號碼。我們不認識您的號碼。請致電或前往學校辦公室。'),
    stop_done: draft('您將不再收到{district}的簡訊。如想重新接收，請傳送START。'),
    start_done: draft('您將重新收到{district}的簡訊。如不想再收，請傳送STOP。'),
    help: draft('這裡是{school}。請在此用您的語言給老師寫簡訊。需要幫助請前往學校辦公室。不想再收簡訊請傳送STOP。'),
    not_translated: draft('此簡訊無法翻譯。原文：'),
    translation_differs: draft('譯文中的數字、時間或姓名可能有出入。原文：'),
    delayed: draft('此簡訊延遲送達。寫於{when}：'),
    closed: draft('您的簡訊已轉給學校辦公室，他們會幫助您。'),
    unknown_to_staff: draft('您的簡訊（{when}：「{excerpt}」）可能沒有送達。回覆AGAIN重新傳送，或回覆DISMISS不再傳送。'),
    unknown_to_family: draft('您的簡訊「{excerpt}」可能沒有送達{staff}。請再傳一次。'),
    opted_out_to_staff: draft('這個家庭要求不再接收簡訊。請用其他方式聯絡。'),
    no_original: draft('沒有原文可以傳給您：上一則簡訊沒有經過翻譯。'),
    original_is: draft('原文：'),
    media_not_passed: draft('您的圖片或檔案未能轉傳。這裡可以傳送照片，不能傳送其他檔案。請用文字寫下來，或帶到學校。'),
    picture: draft('給您的圖片。'),
    picture_stays: draft('這則訊息附有您的手機無法接收的內容。請向學校索取。'),
    factor_reset: draft('{name}已重設您登入 Homeline 的第二步驗證。如果不是您要求的，請立即告訴學校。'),
    login_code: draft('您登入 Homeline 的驗證碼是 {code}，十分鐘內有效。學校的任何人都不會向您索取。'),
    pin: draft('您在{school}的密碼是 {pin}。憑此密碼可用任何電話收聽留言：請撥打本號碼。'),
    not_reached: draft('已給{family}的家人打過三次電話，無人接聽：「{excerpt}」。請重試或寄紙本通知。'),
    voice_message: draft('語音留言，{seconds} 秒。'),
    voice_message_staff: draft('語音留言，{seconds} 秒。要收聽，請撥打這個號碼。'),
  },
  vi: {
    introduction: draft(
      'Đây là tin nhắn của {school}. Quý vị có thể trả lời tại đây bằng ngôn ngữ của mình. Trả lời TRỢ GIÚP để được giúp, STOP để ngừng nhận tin.',
    ),
    held_for_staff: draft('Tin nhắn của quý vị đã được lưu. {staff} sẽ nhận được {when}. Nếu không thể chờ, xin gọi cho trường.'),
    held_for_family: draft('Tin nhắn của quý vị đã được lưu. Gia đình sẽ nhận được {when}.'),
    held_no_time: draft(
      'Tin nhắn của quý vị gửi {staff} đã được lưu. Chúng tôi chưa biết khi nào tin đến. Nếu không thể chờ, xin gọi cho trường.',
    ),
    stranger: draft('Đây là số của một trường học. Chúng tôi không biết số của quý vị. Xin gọi hoặc đến văn phòng trường.'),
    stop_done: draft('Quý vị sẽ không nhận tin nhắn từ {district} nữa. Nhắn START để nhận lại.'),
    start_done: draft('Quý vị sẽ nhận lại tin nhắn từ {district}. Nhắn STOP để ngừng.'),
    help: draft(
      'Đây là {school}. Hãy nhắn cho giáo viên tại đây bằng ngôn ngữ của quý vị. Cần giúp, xin đến văn phòng trường. Nhắn STOP để ngừng nhận tin.',
    ),
    not_translated: draft('Không dịch được tin nhắn này. Bản gốc:'),
    translation_differs: draft('Số, giờ hoặc tên trong bản dịch có thể khác. Bản gốc:'),
    delayed: draft('Tin nhắn này đến trễ. Được viết {when}:'),
    closed: draft('Tin nhắn của quý vị đã được chuyển đến văn phòng trường. Văn phòng sẽ giúp quý vị.'),
    unknown_to_staff: draft(
      'Tin nhắn của quý vị ({when}: "{excerpt}") có thể chưa đến. Trả lời AGAIN để gửi lại hoặc DISMISS để bỏ qua.',
    ),
    unknown_to_family: draft('Tin nhắn "{excerpt}" của quý vị có thể chưa đến {staff}. Xin gửi lại.'),
    opted_out_to_staff: draft('Gia đình này yêu cầu ngừng nhận tin nhắn. Xin liên lạc bằng cách khác.'),
    no_original: draft('Không có bản gốc để gửi: tin nhắn vừa rồi không phải là bản dịch.'),
    original_is: draft('Bản gốc:'),
    media_not_passed: draft(
      'Không chuyển được hình hoặc tệp của quý vị. Ở đây có thể gửi ảnh, không gửi được tệp khác. Xin viết bằng chữ hoặc mang đến trường.',
    ),
    picture: draft('Hình ảnh gửi quý vị.'),
    picture_stays: draft('Tin nhắn này có kèm nội dung mà điện thoại của quý vị không nhận được. Xin hỏi nhà trường.'),
    factor_reset: draft(
      '{name} đã đặt lại bước đăng nhập thứ hai vào Homeline của quý vị. Nếu quý vị không yêu cầu, hãy báo cho trường ngay.',
    ),
    login_code: draft(
      'Mã đăng nhập Homeline của quý vị là {code}. Mã có hiệu lực trong mười phút. Không ai ở trường sẽ hỏi quý vị mã này.',
    ),
    pin: draft(
      'Mã số của quý vị tại {school} là {pin}. Với mã này quý vị có thể nghe tin nhắn từ bất kỳ điện thoại nào: hãy gọi số này.',
    ),
    not_reached: draft('Đã gọi gia đình {family} ba lần nhưng không ai nghe máy: "{excerpt}". Hãy thử lại hoặc gửi giấy.'),
    voice_message: draft('Tin nhắn thoại, {seconds} giây.'),
    voice_message_staff: draft('Tin nhắn thoại, {seconds} giây. Để nghe, hãy gọi số này.'),
  },
  pt: {
    introduction: draft(
      'Estas mensagens são de {school}. Você pode responder aqui no seu idioma. Responda AJUDA para obter ajuda ou STOP para não receber mais.',
    ),
    held_for_staff: draft(
      'Guardamos sua mensagem. {staff} vai recebê-la {when}. Se não puder esperar, por favor ligue para a escola.',
    ),
    held_for_family: draft('Guardamos sua mensagem. A família vai recebê-la {when}.'),
    held_no_time: draft(
      'Guardamos sua mensagem para {staff}. Ainda não sabemos quando ela chegará. Se não puder esperar, por favor ligue para a escola.',
    ),
    stranger: draft('Este número é de uma escola. Não conhecemos o seu número. Por favor ligue ou vá à secretaria da escola.'),
    stop_done: draft('Você não receberá mais mensagens de {district}. Envie START para recebê-las de novo.'),
    start_done: draft('Você receberá de novo as mensagens de {district}. Envie STOP para não receber mais.'),
    help: draft(
      'Aqui é {school}. Escreva aqui para o professor no seu idioma. Para ajuda, vá à secretaria da escola. Envie STOP para não receber mais mensagens.',
    ),
    not_translated: draft('Não foi possível traduzir esta mensagem. O original:'),
    translation_differs: draft('Um número, horário ou nome pode estar diferente na tradução. O original:'),
    delayed: draft('Esta mensagem chega com atraso. Foi escrita {when}:'),
    closed: draft('Sua mensagem foi para a secretaria da escola. Lá vão ajudar você.'),
    unknown_to_staff: draft(
      'Sua mensagem ({when}: "{excerpt}") pode não ter chegado. Responda AGAIN para enviar de novo ou DISMISS para deixar assim.',
    ),
    unknown_to_family: draft('Sua mensagem "{excerpt}" pode não ter chegado a {staff}. Por favor envie de novo.'),
    opted_out_to_staff: draft('Esta família pediu para não receber mais mensagens. Por favor use outro meio de contato.'),
    no_original: draft('Não há original para enviar: a última mensagem não foi traduzida.'),
    original_is: draft('O original:'),
    media_not_passed: draft(
      'Não foi possível repassar sua foto ou arquivo. Aqui podem ser enviadas fotos, mas não outros arquivos. Por favor escreva a mensagem ou leve-a à escola.',
    ),
    picture: draft('Uma foto para você.'),
    picture_stays: draft('Com esta mensagem veio algo que seu telefone não pode receber. Por favor peça na escola.'),
    factor_reset: draft(
      '{name} redefiniu a segunda etapa do seu acesso ao Homeline. Se você não pediu isso, avise a escola agora.',
    ),
    login_code: draft('Seu código para entrar no Homeline é {code}. Vale por dez minutos. Ninguém da escola vai pedi-lo.'),
    pin: draft(
      'A sua senha para {school} é {pin}. Com ela você pode ouvir as suas mensagens de qualquer telefone: ligue para este número.',
    ),
    not_reached: draft('Ligamos três vezes para {family} e ninguém atendeu: "{excerpt}". Tente de novo ou envie um papel.'),
    voice_message: draft('Mensagem de voz, {seconds} s.'),
    voice_message_staff: draft('Mensagem de voz, {seconds} s. Para ouvir, ligue para este número.'),
  },
  ru: {
    introduction: draft(
      'Эти сообщения от {school}. Вы можете отвечать здесь на своём языке. Ответьте ПОМОЩЬ, чтобы получить помощь, или STOP, чтобы не получать сообщений.',
    ),
    held_for_staff: draft(
      'Ваше сообщение сохранено. {staff} получит его {when}. Если дело не может ждать, пожалуйста, позвоните в школу.',
    ),
    held_for_family: draft('Ваше сообщение сохранено. Семья получит его {when}.'),
    held_no_time: draft(
      'Ваше сообщение сохранено. Когда его получит {staff}, пока неизвестно. Если дело не может ждать, пожалуйста, позвоните в школу.',
    ),
    stranger: draft('Это номер школы. Ваш номер нам неизвестен. Пожалуйста, позвоните в канцелярию школы или зайдите туда.'),
    stop_done: draft('Вы больше не будете получать сообщения от {district}. Отправьте START, чтобы получать их снова.'),
    start_done: draft('Вы снова будете получать сообщения от {district}. Отправьте STOP, чтобы не получать их.'),
    help: draft(
      'Это {school}. Пишите учителю здесь на своём языке. За помощью зайдите в канцелярию школы. Отправьте STOP, чтобы не получать сообщений.',
    ),
    not_translated: draft('Это сообщение не удалось перевести. Оригинал:'),
    translation_differs: draft('Число, время или имя в переводе могут отличаться. Оригинал:'),
    delayed: draft('Это сообщение пришло с задержкой. Написано {when}:'),
    closed: draft('Ваше сообщение передано в канцелярию школы. Там вам помогут.'),
    unknown_to_staff: draft(
      'Ваше сообщение ({when}: "{excerpt}") могло не дойти. Ответьте AGAIN, чтобы отправить его снова, или DISMISS, чтобы оставить как есть.',
    ),
    unknown_to_family: draft('Возможно, ваше сообщение "{excerpt}" не дошло ({staff}). Пожалуйста, отправьте его ещё раз.'),
    opted_out_to_staff: draft('Эта семья попросила больше не присылать сообщений. Пожалуйста, свяжитесь с ней другим способом.'),
    no_original: draft('Оригинала нет: последнее сообщение не переводилось.'),
    original_is: draft('Оригинал:'),
    media_not_passed: draft(
      'Не удалось передать ваше изображение или файл. Сюда можно отправлять фотографии, другие файлы нельзя. Пожалуйста, напишите текстом или принесите в школу.',
    ),
    picture: draft('Изображение для вас.'),
    picture_stays: draft('К этому сообщению приложено то, что ваш телефон не может получить. Пожалуйста, спросите в школе.'),
    factor_reset: draft(
      '{name} сбрасывает второй шаг вашего входа в Homeline. Если вы об этом не просили, сразу сообщите школе.',
    ),
    login_code: draft('Ваш код для входа в Homeline: {code}. Он действует десять минут. Никто из школы у вас его не спросит.'),
    pin: draft('Ваш код для {school}: {pin}. С ним вы можете прослушать сообщения с любого телефона: позвоните на этот номер.'),
    not_reached: draft(
      'Семье {family} звонили три раза, никто не ответил: "{excerpt}". Попробуйте ещё раз или отправьте бумагу.',
    ),
    voice_message: draft('Голосовое сообщение, {seconds} с.'),
    voice_message_staff: draft('Голосовое сообщение, {seconds} с. Чтобы прослушать его, позвоните на этот номер.'),
  },
  ht: {
    introduction: draft(
      'Mesaj sa yo soti nan {school}. Ou ka reponn isit la nan lang ou. Reponn ÈD pou jwenn èd, STOP pou pa resevwa mesaj ankò.',
    ),
    held_for_staff: draft('Nou kenbe mesaj ou a. {staff} ap resevwa li {when}. Si sa pa ka tann, tanpri rele lekòl la.'),
    held_for_family: draft('Nou kenbe mesaj ou a. Fanmi an ap resevwa li {when}.'),
    held_no_time: draft(
      'Nou kenbe mesaj ou a pou {staff}. Nou poko konnen kilè l ap rive. Si sa pa ka tann, tanpri rele lekòl la.',
    ),
    stranger: draft('Nimewo sa a se pou yon lekòl. Nou pa konnen nimewo ou. Tanpri rele oswa vizite biwo lekòl la.'),
    stop_done: draft('Ou pap resevwa mesaj nan men {district} ankò. Voye START pou resevwa yo ankò.'),
    start_done: draft('Ou pral resevwa mesaj nan men {district} ankò. Voye STOP pou pa resevwa yo.'),
    help: draft(
      'Se {school}. Ekri pwofesè a isit la nan lang ou. Pou jwenn èd, vizite biwo lekòl la. Voye STOP pou pa resevwa mesaj ankò.',
    ),
    not_translated: draft('Nou pa t ka tradui mesaj sa a. Orijinal la:'),
    translation_differs: draft('Yon chif, yon lè oswa yon non ka diferan nan tradiksyon an. Orijinal la:'),
    delayed: draft('Mesaj sa a an reta. Li te ekri {when}:'),
    closed: draft('Mesaj ou a ale nan biwo lekòl la. Y ap ede ou.'),
    unknown_to_staff: draft(
      'Mesaj ou a ({when}: "{excerpt}") gendwa pa rive. Reponn AGAIN pou voye li ankò oswa DISMISS pou kite sa.',
    ),
    unknown_to_family: draft('Mesaj ou a "{excerpt}" gendwa pa rive jwenn {staff}. Tanpri voye li ankò.'),
    opted_out_to_staff: draft('Fanmi sa a mande pou pa resevwa mesaj ankò. Tanpri kontakte yo yon lòt jan.'),
    no_original: draft('Pa gen orijinal pou voye ba ou: dènye mesaj la pa t tradui.'),
    original_is: draft('Orijinal la:'),
    media_not_passed: draft(
      'Nou pa t kapab pase foto oswa fichye ou a. Ou ka voye foto isit la, men pa lòt fichye. Tanpri ekri mesaj la oswa pote li nan lekòl la.',
    ),
    picture: draft('Yon foto pou ou.'),
    picture_stays: draft('Te gen yon bagay ki vini ak mesaj sa a ke telefòn ou pa ka resevwa. Tanpri mande lekòl la li.'),
    factor_reset: draft(
      '{name} reyajiste dezyèm etap koneksyon ou sou Homeline. Si se pa ou ki te mande sa, avèti lekòl la kounye a.',
    ),
    login_code: draft('Kòd pou ou konekte sou Homeline se {code}. Li bon pou dis minit. Pèsonn nan lekòl la p ap mande w li.'),
    pin: draft('Kòd ou pou {school} se {pin}. Avèk li ou ka tande mesaj ou yo sou nenpòt telefòn: rele nimewo sa a.'),
    not_reached: draft('Nou rele fanmi {family} twa fwa, yo pa reponn: "{excerpt}". Eseye ankò oswa voye papye.'),
    voice_message: draft('Mesaj vwa, {seconds} segond.'),
    voice_message_staff: draft('Mesaj vwa, {seconds} segond. Pou tande li, rele nimewo sa a.'),
  },
  fr: {
    introduction: draft(
      "Ces messages viennent de {school}. Vous pouvez répondre ici dans votre langue. Répondez AIDE pour de l'aide, STOP pour ne plus en recevoir.",
    ),
    held_for_staff: draft(
      "Nous gardons votre message. {staff} le recevra {when}. Si cela ne peut pas attendre, appelez l'école s'il vous plaît.",
    ),
    held_for_family: draft('Nous gardons votre message. La famille le recevra {when}.'),
    held_no_time: draft(
      "Nous gardons votre message pour {staff}. Nous ne savons pas encore quand il arrivera. Si cela ne peut pas attendre, appelez l'école s'il vous plaît.",
    ),
    stranger: draft(
      "Ce numéro est celui d'une école. Nous ne connaissons pas votre numéro. Veuillez appeler le bureau de l'école ou y passer.",
    ),
    stop_done: draft('Vous ne recevrez plus de messages de {district}. Envoyez START pour les recevoir à nouveau.'),
    start_done: draft('Vous recevrez à nouveau les messages de {district}. Envoyez STOP pour ne plus les recevoir.'),
    help: draft(
      "Ici {school}. Écrivez ici à l'enseignant dans votre langue. Pour de l'aide, passez au bureau de l'école. Envoyez STOP pour ne plus recevoir de messages.",
    ),
    not_translated: draft("Ce message n'a pas pu être traduit. L'original :"),
    translation_differs: draft("Un nombre, une heure ou un nom peut être différent dans la traduction. L'original :"),
    delayed: draft('Ce message arrive en retard. Il a été écrit {when} :'),
    closed: draft("Votre message a été transmis au bureau de l'école, qui va vous aider."),
    unknown_to_staff: draft(
      'Votre message ({when} : "{excerpt}") n\'est peut-être pas arrivé. Répondez AGAIN pour le renvoyer ou DISMISS pour le laisser.',
    ),
    unknown_to_family: draft('Votre message "{excerpt}" n\'est peut-être pas arrivé à {staff}. Veuillez l\'envoyer à nouveau.'),
    opted_out_to_staff: draft('Cette famille a demandé de ne plus recevoir de messages. Veuillez la joindre autrement.'),
    no_original: draft("Il n'y a pas d'original à vous envoyer : le dernier message n'a pas été traduit."),
    original_is: draft("L'original :"),
    media_not_passed: draft(
      "Votre image ou votre fichier n'a pas pu être transmis. On peut envoyer des photos ici, mais pas d'autres fichiers. Veuillez écrire le message ou l'apporter à l'école.",
    ),
    picture: draft('Une image pour vous.'),
    picture_stays: draft(
      "Ce message contient quelque chose que votre téléphone ne peut pas recevoir. Veuillez le demander à l'école.",
    ),
    factor_reset: draft(
      '{name} a réinitialisé la deuxième étape de votre connexion à Homeline. Si vous ne l’avez pas demandé, prévenez l’école.',
    ),
    login_code: draft(
      'Votre code de connexion à Homeline est {code}. Il est valable dix minutes. Personne à l’école ne vous le demandera.',
    ),
    pin: draft(
      'Votre code pour {school} est {pin}. Avec lui vous pouvez écouter vos messages depuis tout téléphone : appelez ce numéro.',
    ),
    not_reached: draft(
      'La famille de {family} a été appelée trois fois sans répondre : "{excerpt}". Réessayez ou envoyez un papier.',
    ),
    voice_message: draft('Message vocal, {seconds} s.'),
    voice_message_staff: draft('Message vocal, {seconds} s. Pour l’écouter, appelez ce numéro.'),
  },
}
