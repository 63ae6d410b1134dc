/**
 * Frequent short words per language, written by hand for this purpose: function words first, then what families and schools say and what
 * phones abbreviate. Two or three of them settle a text that is too short for letter statistics. Unaccented spellings are
 * derived, not listed (basic phones have no accents).
 */
export const WORDS: Readonly<Record<string, string>> = {
  en: `the be to of and a in that have i it for not on with he as you do at this but his by from they we say her she or an will my one all would there their
    what so up out if about who get which go me when make can like time no just him know take people into year your good some could them see other than then now
    look only come its over think also back after use two how our work first well way even new want because any these give day most us is are was were been has had
    did does am im i'm dont don't can't cant it's that's i'll i've he's she's you're isn't didn't doesn't won't let lets please pls plz thanks thank thx ty hi hello
    hey ok okay yes yeah yep u ur r n c y 2day tmrw tmr tomorrow today tonight yesterday asap btw lol omg idk msg txt w/ cuz bc gonna wanna gotta sry sorry
    late early sick home school bus class homework teacher mom dad kid kids child son daughter pick picked call called text need needs still here where why
    off left ride ill bring meeting ready much many very too more every having being may should must send sent got feel pain fever cough doctor b4 gr8 wat wen
    abt rn ttyl np nvm lmk fyi k kk thru tho cya later soon lunch test grade thats whats hes shes dnt didnt doesnt havent isnt wasnt ive youre theyre its im bday hw appt pic pics luv ppl prolly gotcha yup nope ya yall tht wut wanted whens wheres hows bout bcuz thnx tnx thanx tho altho def probs omw brb nite mins min sec hrs hr ur said says going went coming done did mr mrs ms miss between since during
    while before through under both each such own same few high most something anything nothing everyone week month morning night afternoon right`,
  es: `de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me
    hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro otras otra él tanto esa
    estos mucho quienes nada muchos cual poco ella estar estas algunas algo nosotros mi mis tú te ti tu tus está estoy están estamos soy eres somos son fue ser era
    tiene tengo tienen tienes tenemos tuve tenía hoy mañana ayer ahora hijo hija niño niña hijos niños escuela maestra maestro profesora profesor señora señor clase
    tarea gracias favor buenos buenas días tardes noches hola adiós bien mal enfermo enferma enfermos va voy vamos van puede puedo puedes pueden quiero quiere necesito
    necesita gusta hace hacer dice digo sé sabe saber ver vez llegar llega llego tarde temprano recoger casa autobús camión aquí allí así día semana mes año
    hora horas qué cómo cuándo dónde quién cuánto por q xq pq tmb tb k dolor fiebre tos  cabeza médico cita reunión permiso ok disculpe perdón usted ustedes
    había han ha he sido tener dos tres primero primera desde según aunque mientras cada mismo después siempre nunca solo parte tiempo vida gobierno país mundo`,
  pt: `de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só
    pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você vocês tinha foram essa num nem suas meu às minha têm numa pelos
    elas havia seja qual será nós tenho lhe deles essas esses pelas este fosse dele tu te meus minhas teu tua nosso nossa isto aquilo estou estamos são
    hoje amanhã ontem agora filho filha filhos criança crianças escola professora professor aula lição obrigada obrigado por favor bom boa dia tarde noite olá oi
    bem mal doente vai vou vamos vão pode posso podem quero quer preciso precisa faz fazer diz sei sabe ver vez chegar cedo buscar casa ônibus aqui ali assim semana
    mês ano hora horas como onde quem quanto vc vcs tb tbm pq blz dor febre tosse  cabeça médico consulta reunião desculpe senhora senhor então ainda
    sobre durante após contra desde cada outro outra outros dois três primeiro primeira não sim nunca sempre governo país mundo milhões segundo`,
  fr: `de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont mais comme ou si leur y dont elle deux même aux avec tout
    son nous sa fait être bien cette ces je vous on lui ont été aussi où sans peut mon ma mes ton ta tes notre votre nos vos leurs tu te me moi toi eux j'ai c'est
    n'est d'un d'une qu'il qu'elle l'école s'il j'avais n'ai n'a suis es sommes êtes ai as avons avez était avait fois quand quoi comment pourquoi parce car donc
    très trop peu rien jamais toujours aujourd'hui demain hier maintenant fils fille enfant enfants école professeur maîtresse maître classe devoirs merci bonjour bonsoir
    salut oui non malade va vais vas vont aller peux peuvent veux veut voudrais besoin faire dit sais sait voir jour semaine mois année heure heures
    chez maison bus ici là ainsi après avant entre pendant depuis contre chaque autre autres premier première monsieur madame douleur fièvre toux  tête médecin
    rendez-vous réunion désolé plaît encore alors cela ça celui ceux dernier sous vers pays monde gouvernement selon stp svp bcp pr ds mdr`,
  ht: `mwen m ou w li l nou n yo y pa ap pral te gen pou nan ak jodi jodia lekòl lekol pitit ki sa se yon la a an lan non wi mèsi mesi bonjou bonswa kijan kouman koman
    poukisa kote kilè kiyès konnen konn vle ka kapab dwe bezwen fè fe di ale vini vin rive soti tounen wè we pran bay ba bagay moun timoun fanmi manman papa
    frè sè pitit gason fi fanm gason ti gwo anpil tout kèk anyen pèsonn toujou janm deja ankò anko kounye kounya konsa tankou paske men epi osinon si lè le
    apre avan pandan depi jiska sou anba devan dèyè deyò andedan lakay kay otobis bis pwofesè pwofese metrès klas devwa malad maladi tèt vant tous lafyèv doulè dokte
    doktè lopital randevou reyinyon demen yè ye maten midi aswè semèn mwa ane jou lè tanpri souple padon eskize sante travay lajan manje dlo chèche
    jwenn mande repons ede èd ed kite kanpe chita dòmi leve kòmanse fini kontan renmen sonje bliye ekri voye mesaj telefòn telefon rele pale tande kreyòl ayiti
    ayisyen peyi mond gouvènman dwa lwa chak lòt lot premye dezyèm menm nouvo vre byen mal bon move sèl pwoblèm kesyon    
           pwogram jan fason kòm gras atravè swa anvan kont m'ap l'ap n'ap y'ap w'ap map lap nap yap wap mte lte tap
    anvil vil lavil lakanpay wout machin avyon bato pòt pòtoprens fenèt kabann chèz tab liv kaye kreyon plim bourik chen chat poul bèf kochon zwazo pwason
    dlo lapli solèy lalin zetwal syèl latè lanmè rivyè mòn pyebwa fèy flè fwi mango bannann diri pwa vyann lèt sik sèl lwil kafe te pen ze bwè manje boule kwit
    figi zorèy je dan lang kou zèpòl bra men dwèt lestomak do pye janm po zo san kè fwa ren poumon sèvo nè doulè blese blesi kase enfeksyon maladi medikaman grenn piki vaksen
    enfimyè klinik ijans laswenyay grip dyare vomi swe fyèv frison tansyon sik opresyon tousen etènye respire souf fatig feblès gangou
    edikasyon elèv etidyan direktè direktris lekti ekriti kalkil egzamen nòt kanè reyisi echwe aprann anseye klas elemantè segondè inivèsite diplòm konpòtman disiplin absan prezan
    pinisyon rekreyasyon kantin inifòm sekirite sekretè administrasyon prezidan minis majistra depite senatè eleksyon vòt pati politik jistis tribinal avoka jij prizon lapolis
    solda lagè lapè atak vyolans zam kriminèl viktim temwen prèv desizyon akò règ règleman sosyete piblik prive nasyonal entènasyonal etranje vwazen zanmi ennmi madanm
    mesye marye nosans lanmò mouri viv vivan fèt jou lendi madi mèkredi jedi vandredi samdi dimanch janvye fevriye mas avril me jen jiyè out septanm oktòb novanm desanm
    en de twa kat senk sis sèt uit nèf dis onz douz ven trant mil milyon pousan premye dènye prezans enpòtan nesesè posib enposib difisil fasil gran piti wo ba lou lejè cho frèt
    fwèt rich pòv bèl lèd pwòp sal vit dousman ansanm apa egzanp egal diferan pwochen pase lavni tradisyon kilti relijyon legliz lapriyè bondye kwayans
    enfòmasyon nouvèl jounal radyo televizyon entènèt òdinatè kominikasyon teknoloji machandiz biznis konpayi antrepriz komès mache achte vann peye depanse dèt
    pri lòn bank anplwaye travayè patwon chomaj salè pwodiksyon endistri agrikilti rekòt transpò konstriksyon pwojè devlopman ògànizasyon òganizasyon asosyasyon
    pwoteksyon libète egalite dwa moun nonm nasyon ayisyèn kontinye chanje amelyore ogmante diminye rete tounen ale janbe travèse louvri fèmen ranmase jete kenbe lage
    mete retire monte desann antre sòti mache kouri vole naje dòmi reveye abiye benyen lave netwaye gade koute santi panse reflechi deside chwazi eseye bliye padone
    kouraj pasyans lespwa lajwa tristès kòlè lanmou rèv verite manti sekrè bonè ta talè pita toutswit souvan raman kèkfwa detanzantan chak sèlman sitou prèske
    ase twòp mwens plis preske petèt sètènman natirèlman kanmenm malgre paske poutèt akòz grasa selon daprè kont pami kèlkeswa nenpòt okenn`,
  vi: `và của là có không cho được các một người những trong đã này với để khi tôi bạn anh chị em con cháu cô thầy ông bà mẹ bố ba má nó họ chúng mình ở đến
    đi về từ ra vào lên xuống thì mà nếu vì nên cũng như nhưng hay hoặc rất lắm quá nhiều ít hơn nhất đang sẽ vẫn còn chưa rồi nữa thôi đây đó kia nào gì ai
    đâu sao bao giờ hôm nay mai qua ngày tuần tháng năm sáng trưa chiều tối bệnh ốm đau sốt ho đầu bụng  bác sĩ trường học lớp bài tập xe buýt nhà
    đón trễ muộn sớm nghỉ xin chào cảm ơn cám dạ vâng phải biết muốn cần làm nói hỏi gọi nhắn tin xem giúp hiểu tiếng việt bị theo sau trước trên dưới
    giữa cùng nước nhà thành phố việc thời gian lúc ko k dc đc vs bn mn tks hai ba bốn tại do bằng đều chỉ lại`,
  so: `waa iyo in ka ku u ay oo uu ah la soo si ee wax loo laga ugu kale aan ayaa baa ma waxa waxaa waxay waxaan wuxuu aad haa maya leh lahaa yahay tahay ahay yihiin
    ahaa jiray jirta jira karaa kartaa karo doonaa rabaa rabta mahadsanid mahadsan tahay waad kuu salaan subax wanaagsan galab habeen fiican sidee tahay maxaa
    maxay halkee xaggee goorma yaa waayo sababtoo laakiin haddii markii marka kadib hadda maanta berri shalay toddobaad bil sanad wiilkayga gabadhayda
    ilmahayga canug carruur ilmo caruur dugsi iskuul iskuulka dugsiga macallin macalin macallinka fasal casharka guriga gurigu baska hooyo aabo walaal xanuun
    xanuunsan jiran bukaa qandho qufac dhakhtar ballan kulan fadlan raalli ahow saacad saacadda dadka dad badan yar weyn cusub hal labo saddex
    kasta wixii kuwa kan tan kaas taas halkan halkaas isku iska uga kaga waan way ayey ayuu inuu inay inaan inaad kaliya xitaa noqon tagi imanayaa
    imaan sheeg  neefta madax dhiig sababta dalka dowladda wuu yaan annaga adiga aniga isaga iyada iyaga idin noo ii i`,
  sw: `na ya wa kwa ni za katika la kuwa cha hii huo hiyo ili au kama lakini pia baada kabla wakati sasa leo kesho jana siku wiki mwezi mwaka asubuhi jioni usiku mchana mimi
    wewe yeye sisi nyinyi wao huyu hawa hao yule hapa hapo pale yangu yako yake yetu wangu wako wake wetu wao langu lako lake mtoto watoto mwanangu binti
    mama baba shule shuleni mwalimu walimu darasa kazi nyumbani nyumba basi gari mgonjwa anaumwa ugonjwa homa kikohozi kichwa tumbo  maumivu daktari hospitali
    asante sana tafadhali samahani habari jambo shikamoo nzuri ndiyo hapana je nini nani wapi lini kwanini gani vipi ngapi hakuna kuna yuko niko uko
    tuko ana nina una tuna wana alikuwa nilikuwa walikuwa atakuwa anaweza ninaweza unaweza kuja kwenda kufanya kusema kupata hawezi sijui najua nataka anataka
    kila moja mbili tatu zaidi sana tu bado tayari kwamba ambayo ambaye ambao kutoka hadi juu chini ndani nje kati mbele nyuma nchi serikali watu mtu vya
    vile hivyo hivi kuhusu dhidi yao kwenye`,
  tl: `ang ng sa na mga ay at ko mo niya ako ikaw ka siya kami tayo kayo sila namin natin ninyi nila akin iyo kanya amin atin inyo kanila ito iyan iyon dito diyan doon
    ni si sina nina kay kina hindi wala may mayroon meron po opo ho oo ba pa rin din lang lamang naman nga daw raw kasi dahil pero ngunit kung kapag pag para
    upang o kaya nang habang bago pagkatapos ngayon bukas kahapon kanina mamaya araw gabi umaga hapon linggo buwan taon oras anak bata ina ama nanay tatay
    guro titser eskwela paaralan eskwelahan klase takdang aralin bahay bus sakit masakit maysakit lagnat ubo ulo tiyan  doktor salamat magandang kumusta kamusta
    pasensya paumanhin pwede puwede maaari gusto kailangan alam sabi punta pumunta pupunta dumating susunduin sunduin tawag tawagan text ano sino saan kailan
    bakit paano ilan magkano lahat iba isa dalawa tatlo marami konti maliit malaki mabuti maganda talaga pala nasa mula hanggang tungkol bilang ayon
    naging nito niyan noon makakapasok papasok pumasok papasukin ma'am maam sir yung ung nya sya d2 lng nmn kc kse`,
  mww: `kuv koj nws peb nej lawv neb wb tus tsis yog muaj mus los nyob hauv rau thiab tab sis tiam los yog vim li cas dab tsi qhov twg leej thaum twg yuav tau tag lawm hnub
    no tag kis nag hmo hmo sawv ntxov tsaus ntuj lub cov ib ob peb plaub me nyuam menyuam mob zoo ua tsaug nyob niam txiv xib fwb xibfwb tsev kawm ntawv npav hais paub
    xav nug hu ntawm nrog ntau tsawg heev xwb thov tuaj lig hnoos ua npaws taub hau plab kws kho neeg noj haus pw tom ntej qab tim dej nqaij yam li zaum
    xyoo hli lis pab puas tsheb kom cia tseem ces ntxiv tej tsam es dhau tau txais cuag`,
  pl: `i w nie na się z do to że jest o jak za od po ale co tak czy przez dla ja ty on ona my wy oni mój moja moje twój jego jej ich ma mam masz mamy mają był była było
    były być będzie będę będą są jestem jesteś tylko już jeszcze bardzo też także więc kiedy gdzie kto dlaczego bo ponieważ jeśli gdy dziś dzisiaj jutro wczoraj teraz
    dzień dobry dziękuję dzięki proszę przepraszam cześć tak syn córka dziecko dzieci szkoła szkole szkoły nauczyciel nauczycielka pani pan klasa lekcje zadanie
    chory chora ból boli gorączka kaszel głowa brzuch lekarz dom autobus może mogę można chcę musi muszę trzeba wiem wie przyjdzie godzina godzinie tydzień
    rok roku który która które którzy ten ta te tego tej tym tych sobie mnie mi cię ci go mu nam was pod nad przed między ze we oraz lub albo niż`,
  it: `di e il la che è non per un una in sono mi ho ha lo si ma ti con le cosa come da io hai se ci i del della dei delle nel nella al alla dal dalla gli mio mia tuo sua suo
    anche più molto questo questa quello essere fare oggi domani ieri figlio figlia scuola grazie buongiorno buonasera ciao perché quando dove chi quanto bene male malato
    malata maestra posso può vuole sono siamo era stato tutti tutto ancora dopo prima sempre mai`,
  de: `der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem
    über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde ich du wir ihr mein meine mir mich heute morgen gestern sohn tochter kind
    kinder schule lehrerin lehrer danke bitte guten tag krank kann muss will ja nein warum wann wo wer`,
  nl: `de het een van en in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit naar ik je hij zij we jullie mijn jouw ons heeft heb hebben was waren wordt
    kan moet wil vandaag morgen gisteren zoon dochter kind kinderen school juf dank bedankt alsjeblieft goed ziek waarom wanneer waar wie wat hoe geen wel`,
  ro: `și de la în a cu nu o că pe un este mai din pentru să se sunt au ce am care ca ai fost lui ei el ea noi voi meu mea fi dar sau dacă când unde cine astăzi azi
    mâine ieri fiul fiica copil copilul copii școală școala doamna bună ziua mulțumesc vă rog bolnav bolnavă poate pot vreau trebuie foarte acum fără după până prin`,
  sq: `dhe në e të i një për nuk me është se që nga ka kam do po jam janë si por ky kjo unë ti ai ajo ne ju im ime sot nesër dje djali vajza fëmija shkolla
    shkollë mësuese mësuesi faleminderit mirë ditën sëmurë mund dua duhet shumë tani pse kur ku kush çfarë jo po më`,
  tr: `bir ve bu da de için ile çok ne ben sen o biz siz onlar var yok değil mi mı mu mü gibi daha en kadar ama sonra her şey bugün yarın dün şimdi oğlum kızım çocuk
    çocuğum okul okula öğretmen öğretmenim teşekkürler teşekkür ederim lütfen merhaba günaydın hasta evet hayır neden nerede kim nasıl olarak olan oldu benim gelmeyecek`,
  id: `yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada mereka sudah atau oleh bisa kami kita dia anda anak saya sekolah guru hari
    ini besok kemarin terima kasih tolong selamat pagi sakit ibu bapak rumah apa siapa kapan mana kenapa bagaimana tapi jika kalau seperti lebih sangat`,
  ca: `de la el que i a en un una per amb no és els les del al es més com però ho hi són meu meva avui demà ahir fill filla escola gràcies bon dia si us plau malalt malalta
    perquè quan on qui molt també aquest aquesta ha he té tinc`,
  rw: `na mu ku ni ya wa ba bya cya kandi ko cyangwa ariko uyu iyi ibi abana umwana ishuri mwarimu murakoze mwaramutse uyu munsi ejo ndashaka arwaye ntabwo
    yego oya njye wowe we twe bo umuhungu umukobwa wanjye kuri muri kubera nta`,
  om: `fi kan akka irra keessa hin jira kana ni ta'e haa garuu yoo har'a boru kaleessa mucaa ijoollee mana barumsaa barsiisaa galatoomi galatoomaa akkam dhukkubsate
    eeyyee lakki maal eenyu eessa yoom ani ati inni isheen nuti isin`,
  ha: `da na a ta ba ya ne ce shi ita mu ku su wannan wanda yau gobe jiya yaro yarinya makaranta malam malama nagode sannu ciwo lafiya ina yaya me wa saboda amma idan`,
  yo: `ni ti ó ń àti fún sí náà tí wọn a mo o ọmọ mi ilé ìwé olùkọ́ ẹ ṣé kò lónìí ọ̀la àná jọ̀wọ́ ẹ ṣeun ara rẹ̀`,
  ilo: `ti iti nga ket ken dagiti kadagiti awan adda saan isuna ida kami tayo ania apay no idi ita inton bigat agyamanak naimbag aldaw anak ko eskuela agsakit maestra`,
  ceb: `ang sa ug nga mga dili wala og kay siya ako ikaw kita kami sila ni si kini kana karon ugma gahapon anak eskwelahan maestra salamat maayong buntag adlaw sakit naa
    adto unsa kinsa asa kanus-a ngano pero kung usab lang`,
  sv: `och i att det som en på är av för med till den har de inte om ett han var jag du vi ni hon min mitt idag imorgon son dotter barn skola tack hej sjuk kan`,
  da: `og i at det er en på af til for med der den de ikke har jeg du vi som et han hun min mit i dag morgen søn datter barn skole tak hej syg kan`,
  hu: `a az és hogy nem is egy ez van de meg csak már mint volt én te ő mi ti ők fiam lányom gyerek iskola tanár köszönöm kérem jó napot beteg ma holnap tegnap`,
  cs: `a se na je že v to s z do o i jako za ale po by jsem jsou není můj moje syn dcera dítě škola učitelka děkuji prosím dobrý den nemocný dnes zítra včera`,
  hr: `je i u se na da su za od sa ne što kao bi ali ili sam nije koji danas sutra jučer moj moja sin kći dijete djeca škola škole učiteljica hvala molim dobar dan bolestan`,
  kmr: `û li ku ji bi de di ez tu ew em hûn wan min te wî wê me we jî ne ye in kurê keça zarok dibistan mamoste spas nexweş îro sibê çi kî çawa çima`,
  uz: `va bu bilan uchun ham u men siz biz ular bir emas bor yo'q o'g'lim qizim bola maktab o'qituvchi rahmat iltimos bugun ertaga kasal nima kim qachon`,
  ru: `и в не на я что тот быть с он а это как то этот по к но они мы она который из у за от же для вы так мой моя моё мои весь год о один ты все бы если нет да уже
    или ещё меня мне есть был была было были очень когда где кто почему потому сегодня завтра вчера сейчас сын дочь ребёнок дети школа школу школе учитель учительница
    спасибо пожалуйста здравствуйте привет добрый день болеет заболел заболела болит боль кашель температура врач домой может могу надо нужно хочу только чтобы
    вас вам вами нас нам его её их себя под при после до со во об между через без этого этой`,
  uk: `і й та в у не на я що бути з він а це як то цей по до але вони ми вона який яка яке із за від ж для ви так мій моя моє мої весь рік про один ти всі би якщо немає
    вже або ще мене мені є був була було були дуже коли де хто чому тому бо сьогодні завтра вчора зараз син дочка донька дитина діти школа школу школі вчитель вчителька
    дякую будь ласка добрий день привіт добре хворіє захворів захворіла болить біль кашель температура лікар додому може можу треба потрібно хочу тільки щоб
    вас вам нас нам його її їх себе під при після зі об між через без цього цієї ні`,
  bg: `и в на се не да за е от с са по че ще това като си до съм при има но още или аз ти той тя ние вие те мой моя днес утре вчера дете училище благодаря моля добър ден болен`,
  sr: `је и у се на да су за од са не што као би али или сам није који данас сутра јуче мој моја син ћерка дете деца школа хвала молим добар дан болестан`,
  ar: `في من على إلى أن ان لا ما هذا هذه التي الذي مع عن كان كانت هو هي أنا انا نحن أنت انت هم كل بعد قبل يوم اليوم غدا أمس الآن لم لن قد هل لماذا متى أين كيف ابني
    ابنتي بنتي ولدي طفلي المدرسة مدرسة المعلمة المعلم الأستاذة شكرا شكراً مرحبا السلام عليكم من فضلك لو سمحت مريض مريضة الصف الواجب نعم ليس لدي عندي لديك عند
    إذا اذا أو او ثم لكن أيضا بين حتى يمكن مش عايز اريد أريد صباح الخير سوف لقد بعض الى على`,
  fa: `و در به از که این را با است برای آن یک خود تا کرد بر هم نیز می شد شود ما من شما او آنها هر اما یا اگر چون چه کی کجا چرا چطور امروز فردا دیروز پسرم دخترم بچه ام
    فرزندم مدرسه مکتب معلم خانم آقای سلام ممنون متشکرم تشکر لطفا مریض بیمار درد تب سرفه  دارم دارد دارید دارند هستم هستید هست نیست بود بوده نمی خواهم
    تواند نمیتواند رفت آمد کند کنید کنم های ها باید شده است، خیلی بسیار`,
  ps: `د په او چې له دی ده دي کې ته یې نه هم سره دا هغه زه تاسو موږ ما زما ستاسو نن سبا پرون زوی لور ماشوم ښوونځی ښوونځي ښوونکی مننه سلام ناروغ ناروغه دی
    کوي کړي شي شو وي لپاره څه څوک چیرې ولې څنګه دغه هر خو که تر پر وو لري لرم`,
  ur: `کے میں کی ہے اور سے کا کو اس کہ نے یہ پر ہیں کر وہ تھا تھی بھی ایک جو ہو نہیں آپ میرا میری میرے ہم تو ان لیے آج کل ابھی بیٹا بیٹی بچہ بچے سکول اسکول استاد شکریہ
    مہربانی براہ کرم السلام علیکم بیمار درد بخار کھانسی کیا کب کہاں کون کیوں کیسے گا گی گے رہا رہی رہے ہوں تک بعد ہوا کیا گیا سر ڈاکٹر`,
  ckb: `و لە بە بۆ کە ئەم ئەو من تۆ ئێمە ئێوە لەگەڵ بوو دەکات نییە هەیە کوڕەکەم کچەکەم منداڵ قوتابخانە مامۆستا سوپاس نەخۆش ئەمڕۆ سبەی`,
  hi: `के में है की और से का को पर हैं यह कि एक नहीं मैं हम आप वह वे था थी थे हो कर ने भी तो जो इस उस मेरा मेरी मेरे आपका आपकी आपके आज कल अभी बेटा बेटी बच्चा
    बच्चे स्कूल विद्यालय अध्यापक शिक्षक धन्यवाद कृपया नमस्ते बीमार दर्द बुखार खांसी क्या कब कहाँ कौन क्यों कैसे गा गी गया गई रहा रही रहे हूँ लिए साथ बाद तक या अगर लेकिन बहुत`,
  ne: `छ र को मा हो पनि यो छन् छैन गर्न भएको लागि त्यो म हामी तपाईं तपाईँ तपाईंको मेरो मेरी हाम्रो उनी उनको ले लाई बाट सँग आज भोलि हिजो अहिले छोरा छोरी बच्चा स्कुल
    विद्यालय शिक्षक धन्यवाद कृपया नमस्ते बिरामी दुखाइ ज्वरो खोकी के कहिले कहाँ को किन कसरी भयो गरेको गर्नुहोस् थियो थिए हुन्छ हुन् सक्दैन आउन छु छौं तर वा यदि धेरै भने`,
  mr: `आहे आणि या नाही मी आम्ही तुम्ही तो ती ते होते होता होती माझा माझी माझे मुलगा मुलगी शाळा शाळेत शिक्षक धन्यवाद कृपया नमस्कार आजारी आज उद्या काल काय कधी कुठे कोण
    का कसे साठी ला चा ची चे ने मध्ये पण किंवा जर खूप आहेत`,
  am: `ነው እና ላይ ውስጥ ወደ ከ በ እኔ አንተ አንቺ እሱ እሷ እኛ እናንተ እነሱ ልጄ ትምህርት ቤት መምህር አመሰግናለሁ እባክዎ ሰላም ታሟል ዛሬ ነገ ትናንት ምን መቼ የት ማን ለምን እንዴት አለ የለም አለኝ ግን ወይም ይህ ያ ነበር ናቸው እንደ ስለ`,
  ti: `እዩ እያ ኣብ ናይ ናብ ካብ ምስ ኣሎ ኣላ የለን ኣነ ንስኻ ንስኺ ንሱ ንሳ ንሕና ወደይ ጓለይ ቆልዓ ቤት ትምህርቲ መምህር የቐንየለይ በጃኹም ሰላም ሓሚሙ ሎሚ ጽባሕ ትማሊ እንታይ መዓስ ኣበይ መን ስለምንታይ ከመይ እወ ግን ወይ እዚ እዩም ነይሩ ድማ እቲ`,
}

/**
 * Words that are understood whatever the language of a conversation, with the languages that they speak for; none where they speak for no
 * one. A text of nothing else never changes a household's language.
 */
export const NEUTRAL_WORDS: Readonly<Record<string, readonly string[]>> = {
  ok: [],
  okay: [],
  oki: [],
  okey: [],
  okej: [],
  k: [],
  kk: [],
  no: [],
  y: [],
  n: [],
  x: [],
  a: [],
  o: [],
  da: [],
  bye: [],
  hm: [],
  hmm: [],
  ha: [],
  haha: [],
  hahaha: [],
  lol: [],
  wow: [],
  ah: [],
  oh: [],
  am: [],
  pm: [],
  stop: [],
  start: [],
  help: [],
  menu: [],
  original: [],
  si: ['es', 'it'],
  sí: ['es'],
  yes: ['en'],
  yep: ['en'],
  yeah: ['en'],
  thx: ['en'],
  ty: ['en'],
  thanks: ['en'],
  hi: ['en'],
  hello: ['en'],
  gracias: ['es'],
  hola: ['es'],
  jaja: ['es'],
  merci: ['fr'],
  oui: ['fr'],
  sim: ['pt'],
  obrigada: ['pt'],
  obrigado: ['pt'],
  wi: ['ht'],
  mèsi: ['ht'],
  mesi: ['ht'],
  да: ['ru'],
  нет: ['ru'],
  спасибо: ['ru'],
  так: ['uk'],
  ні: ['uk'],
  дякую: ['uk'],
  добре: ['uk'],
  نعم: ['ar'],
  لا: ['ar'],
  شكرا: ['ar'],
}
