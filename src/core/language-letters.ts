/** Which letters languages write, and which characters only one of the two Chinese forms has. */

/**
 * Letters beyond a-z that the language writes, then, behind a bar, letters of a-z that its native words do not use.
 * Source: the exemplar characters of the Unicode CLDR. Languages that are left out give no evidence by letters.
 */
export const LATIN_LETTERS: Readonly<Record<string, string>> = {
  en: '',
  es: 'áéíóúüñ|kw',
  pt: 'áâãàçéêíóôõú|kwy',
  fr: 'àâæçéèêëîïôœùûüÿ|',
  ht: 'èòà|qx',
  vi: 'àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ|fjwz',
  so: '|pvz',
  sw: '|qx',
  tl: 'ñ|cfjqvxz',
  mww: '|',
  hnj: '|',
  pl: 'ąćęłńóśźż|qvx',
  it: 'àèéìòù|jkwxy',
  de: 'äöüß|',
  nl: 'éëïè|q',
  ro: 'ăâîșțşţ|qwy',
  sq: 'çë|w',
  tr: 'çğıöşüâî|qwx',
  id: '|qx',
  ms: '|qx',
  ca: 'àçéèíïóòúü·|kw',
  rw: '|qx',
  rn: '|qx',
  om: '|',
  ha: 'ɓɗƙƴ|qvx',
  yo: 'áàéèẹíìóòọṣúùńǹḿ|cqvxz',
  ig: 'ịọụṅáàéèíìóòúùḿǹ|cqx',
  ilo: 'ñ|',
  ceb: 'ñ|cfjqvxz',
  sv: 'åäöé|qwz',
  da: 'åæøé|qwxz',
  no: 'åæøéòóô|qwxz',
  is: 'áðéíóúýþæö|cqwz',
  fi: 'äöå|qwxz',
  et: 'äöõüšž|cqwxy',
  hu: 'áéíóöőúüű|qwx',
  cs: 'áčďéěíňóřšťúůýž|qwx',
  sk: 'áäčďéíĺľňóôŕšťúýž|qwx',
  sl: 'čšž|qwxy',
  hr: 'čćđšž|qwxy',
  bs: 'čćđšž|qwxy',
  sr: 'čćđšž|qwxy',
  lt: 'ąčęėįšųūž|qwx',
  lv: 'āčēģīķļņšūž|qwxy',
  kmr: 'çêîşû|',
  uz: 'ʻʼ|w',
  az: 'əçğıöşü|w',
  mt: 'ċġħżàèìòù|cy',
  cy: 'âêîôûŵŷäëïöüáéíóúàèìòùẅ|kqvxz',
  ga: 'áéíóú|jkqvwxyz',
  af: 'áèéêëîïôöûü|qx',
  haw: 'āēīōūʻ|bcdfgjqrstvxyz',
  sm: 'āēīōūʻ|bcdhjkqrwxyz',
  mg: 'àâñô|cquwx',
  ny: 'ŵ|qx',
  sn: '|qx',
  zu: '|',
  xh: '|',
  ee: 'ɖɛƒɣŋɔʋãẽĩõũáàéèíìóòúù|cj',
  ln: 'ɛɔáâǎéêěíîǐóôǒúûǔ|jqx',
  tw: 'ɛɔ|cjqvxz',
  wo: 'àéëñŋó|hvz',
  bm: 'ɛɔɲŋáàéèíìóòúù|qvx',
  lg: 'ŋ|hqx',
  qu: 'ñ|',
}

/** All letters of the languages that share the Cyrillic, Arabic or Ethiopic script. Source: the exemplar characters of the Unicode CLDR. */
export const OTHER_LETTERS: Readonly<Record<string, string>> = {
  ru: 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  uk: 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя',
  be: 'абвгдеёжзійклмнопрстуўфхцчшыьэюя',
  bg: 'абвгдежзийклмнопрстуфхцчшщъьюя',
  sr: 'абвгдђежзијклљмнњопрстћуфхцчџш',
  mk: 'абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ',
  mn: 'абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя',
  kk: 'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя',
  ky: 'абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя',
  tg: 'абвгғдеёжзиӣйкқлмнопрстуӯфхҳчҷшъэюя',
  ar: 'ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي',
  fa: 'ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیۀ',
  ps: 'ءآأؤئابپتټثجځچڅحخدډذرړزژږسشښصضطظعغفقکګلمنڼوهۀيېۍی',
  ur: 'ءآأؤئابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھۂۃیےۓ',
  ckb: 'ئابپتجچحخدرڕزژسشعغفڤقکگلڵمنوۆهھەیێ',
  ug: 'ئابپتجچخدرزژسشغفقكگڭلمنھەوۇۆۈۋېىي',
}

/**
 * Characters that stand only in Simplified or only in Traditional text, in pairs.
 * Source: the Unihan database (kSimplifiedVariant, kTraditionalVariant), the most frequent ones.
 */
export const CHINESE_PAIRS =
  '们們这這个個来來时時说說对對会會学學国國为為过過开開没沒还還样樣点點后後见見里裡发發经經话話现現问問间間长長给給头頭钱錢进進动動两兩孩孩师師课課业業觉覺谢謝请請让讓' +
  '应應该該认認识識语語谁誰读讀写寫书書车車门門买買卖賣东東飞飛马馬鸟鳥鱼魚龙龍风風电電视視脑腦网網号號机機场場医醫药藥病病疗療诊診检檢护護体體热熱烧燒头頭咳咳气氣痛痛严嚴' +
  '检檢测測员員关關闭閉闻聞听聽声聲总總统統选選举舉权權义義党黨农農产產厂廠广廣庆慶应應庄莊归歸录錄当當岁歲岛島张張强強弹彈录錄态態怀懷恶惡惊驚惯慣愿願户戶执執扩擴扫掃' +
  '报報担擔据據损損换換摄攝数數断斷无無旧舊显顯晓曉暂暫术術杂雜条條极極构構标標栏欄树樹梦夢档檔桥橋欢歡残殘毕畢汇匯汉漢汤湯沟溝泪淚泽澤洁潔浅淺济濟涛濤润潤涨漲渐漸湾灣' +
  '湿濕满滿灭滅灯燈灵靈灾災炉爐烂爛烦煩爱愛爷爺状狀犹猶独獨狮獅猎獵猫貓环環玛瑪画畫畅暢疯瘋盐鹽监監盖蓋盘盤着著矿礦码碼础礎确確碍礙礼禮祸禍离離种種积積称稱稳穩穷窮' +
  '竞競笔筆签簽简簡类類粮糧紧緊红紅约約级級纪紀纯純纸紙线線练練组組细細终終绍紹结結绕繞绝絕绩績续續维維绿綠缓緩编編缘緣缺缺罗羅职職联聯聪聰肃肅肠腸肤膚肿腫胀脹胆膽胜勝' +
  '脏臟脚腳脸臉腊臘艺藝节節芦蘆苏蘇药藥荐薦获獲营營蓝藍虑慮虽雖蛋蛋补補衬襯袭襲装裝规規觉覺览覽触觸计計订訂讨討训訓议議记記讲講许許论論设設访訪证證评評词詞译譯试試诗詩' +
  '详詳误誤调調谈談负負责責败敗货貨质質费費资資赛賽赵趙赶趕跃躍践踐转轉轮輪软軟轻輕较較输輸边邊达達迁遷运運近近远遠连連迟遲适適遗遺邮郵邻鄰郑鄭释釋针針钟鐘铁鐵银銀' +
  '错錯键鍵镇鎮闹鬧队隊阳陽阴陰阶階际際陆陸险險随隨难難雾霧静靜项項顺順须須顾顧预預领領频頻题題额額颜顏饭飯饮飲饱飽馆館验驗骑騎骗騙鲜鮮鸡雞麦麥齐齊齿齒'
