/** The gateway's own texts in Spanish, Portuguese, French and Haitian Creole: not yet reviewed by a speaker. */

import { draft, type Texts } from './texts-slots.ts'

export const spanish: Texts = {
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
  login_code: draft('Su código para entrar en Homeline es {code}. Sirve durante diez minutos. Nadie de la escuela se lo pedirá.'),
  pin: draft(
    'Su clave para {school} es {pin}. Con ella puede escuchar sus mensajes desde cualquier teléfono: llame a este número.',
  ),
  not_reached: draft('Se llamó tres veces a {family} y no contestó: "{excerpt}". Intente de nuevo o envíe papel.'),
  voice_message: draft('Mensaje de voz, {seconds} s.'),
  voice_message_staff: draft('Mensaje de voz, {seconds} s. Para escucharlo, llame a este número.'),
}

export const portuguese: Texts = {
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
}

export const french: Texts = {
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
}

export const haitian: Texts = {
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
}
