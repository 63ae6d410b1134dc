/** One person as an administrator sees them: how they are reached and why not, and for staff what they can sign in with. No number is shown. */

import { html } from 'hono/html'
import { LANGUAGE_NAMES } from '../core/language-names.ts'
import type { LoginRow } from '../store/logins.ts'
import type { PersonView, Reached } from '../store/person-view.ts'
import type { TokenRow } from '../store/tokens.ts'
import { browserName, WAYS } from './account.ts'
import { writeForm } from './families.ts'
import type { Html } from './page.ts'
import { briefly, languageWords, namesInWords, timeTag } from './words.ts'

/** Everything that the page shows. */
export type PersonShown = {
  readonly person: PersonView
  readonly logins: readonly LoginRow[]
  readonly tokens: readonly TokenRow[]
  readonly now: Temporal.Instant
  /** The time that a visitor of the demo's moved clock saw; elsewhere the same. */
  readonly asSeen: (at: Temporal.Instant) => Temporal.Instant
  readonly zone: string
  /** Whether the viewer may end this person's logins and tokens. */
  readonly mayEndSignIn: boolean
  readonly mayResetFactor: boolean
  /** The school among whose people this one was found; empty: none. */
  readonly of: string
  /** What was wrong with a form, said once. */
  readonly problem: string | null
  /** What was chosen in the form of what the school decides, where it could not be taken. */
  readonly chosen: Preferred | null
}

/** How somebody is to be written, spoken to and reached. */
export type Preferred = Pick<PersonView, 'language' | 'spokenLanguage' | 'contactBy'>

/** The page. */
export function personPage(shown: PersonShown): Html {
  const { person, problem } = shown
  const at = `/people/${encodeURIComponent(person.id)}`
  const row = (name: string, what: Html | string) => html`<tr><th scope="row">${name}</th><td>${what}</td></tr>`
  const languages =
    person.language === null
      ? 'none on file'
      : `${languageWords(person.language)}${person.spokenLanguage === null ? '' : `; spoken: ${languageWords(person.spokenLanguage)}`}`
  const links = <One extends PersonView['relatives'][number]>(people: readonly One[], more: (one: One) => Html | '' = () => '') =>
    html`${people.map((one, i) => html`${i === 0 ? '' : ', '}<a href="/people/${encodeURIComponent(one.id)}"><bdi>${one.name}</bdi></a>${more(one)}`)}`
  const kin = person.kind === 'student' ? 'Guardians' : 'Students'
  const back = new URLSearchParams({ of: shown.of || (person.schools[0]?.id ?? ''), role: person.active ? '' : 'left' })
  const onTheList = () =>
    html`${row(
      person.schools.length === 1 ? 'School' : 'Schools',
      person.schools.length === 0 ? 'the district' : html`<bdi>${namesInWords(person.schools.map(({ name }) => name))}</bdi>`,
    )}${person.classes.length === 0 ? '' : row('Classes', html`<bdi>${namesInWords(person.classes)}</bdi>`)}${
      person.kind === 'student' ? '' : row('Language', `${languages}${person.decided.language ? ', as the school decided' : ''}`)
    }${person.kind === 'student' ? '' : row('Reached', reachedWords(person))}${
      person.desks.length === 0 ? '' : row('Desks', html`<bdi>${namesInWords(person.desks)}</bdi>`)
    }`
  return html`<p class="crumb"><a href="/people?${back}">People</a></p><div class="bar"><h1><bdi>${person.name}</bdi></h1><div class="row"><a class="button" href="/oversight?${new URLSearchParams({ [person.kind === 'staff' ? 'staff' : 'family']: person.id })}">Their messages</a>${
    person.active && person.kind === 'guardian' && person.reached !== null ? writeForm(person.id, '', html`Write`) : ''
  }</div></div>
${problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`}${
  person.active ? '' : html`<p class="note">No longer on the school’s list. What was said with them stays.</p>`
}<table class="facts"><tbody>${row('Role', person.role)}${
    person.relatives.length > 0
      ? row(kin, links(person.relatives))
      : person.active && person.kind === 'student'
        ? row(kin, html`<b class="bad">none on the list</b>, so nothing can be sent`)
        : ''
  }${
    person.formerly.length === 0
      ? ''
      : row(
          `${kin} before`,
          links(person.formerly, ({ until }) => {
            const at = shown.asSeen(Temporal.Instant.from(until))
            return html` until ${timeTag(at, briefly(at, shown.now, shown.zone))}`
          }),
        )
  }${person.active ? onTheList() : ''}</tbody></table>
${person.officePhone === null ? '' : officePhone(at, shown)}${person.kind === 'student' || !person.active ? '' : preferences(at, person, shown.chosen ?? person)}${shown.mayEndSignIn ? signIn(at, shown) : ''}`
}

function reachedWords({ kind, reached, contactBy, decided }: PersonView): Html {
  if (reached === null)
    return kind === 'staff'
      ? html`in the browser only: no phone for texts is on the list`
      : html`<b class="bad">not at all: no phone is on the list.</b> Send paper, or ask for a number`
  const shared = reached.shared.length === 0 ? '' : html`, on a phone shared with <bdi>${namesInWords(reached.shared)}</bdi>`
  if (reached.optedOut)
    return html`<b class="bad">not at all: this phone asked for no more messages.</b> It comes back by texting START${shared}`
  if (reached.channel === 'none')
    return html`<b class="bad">not at all: the line takes no texts, and the family wants no calls</b>${shared}`
  return html`${reached.channel === 'text' ? 'by text' : `by a call${callWhy(reached, contactBy, decided.contact)}`}${reached.refusesCalls ? '; wants no calls' : ''}${shared}`
}

function callWhy(reached: Reached, contactBy: 'sms' | 'voice', decided: boolean): string {
  if (contactBy === 'voice') return decided ? ', as the school decided' : ', as the list says'
  return reached.landline ? ': the line takes no texts' : ''
}

function officePhone(at: string, { person, now, asSeen, zone }: PersonShown): Html {
  const word = person.officePhone
  return word === null
    ? html``
    : html`<div class="note bar"><span>The phone is not the list’s: <bdi>${word.by}</bdi> was told it, ${timeTag(word.at, briefly(asSeen(word.at), now, zone))}. Imports keep it.</span><form method="post" action="${at}/listed-phone"><button>Use the list’s phone</button></form></div>`
}

function preferences(at: string, person: PersonView, chosen: Preferred): Html {
  const options = (chosen: string | null) =>
    LANGUAGE_NAMES.map(([tag, english]) => html`<option value="${tag}"${tag === chosen ? ' selected' : ''}>${english}</option>`)
  const contact = (value: 'sms' | 'voice', words: string) =>
    html`<label class="tick"><input type="radio" name="contact" value="${value}"${chosen.contactBy === value ? ' checked' : ''}> ${words}</label>`
  return html`<h2>What the school decides</h2><form method="post" action="${at}/preferences" class="composer"><p class="hint">It holds from the next message on, and imports leave it alone.</p>
<label for="language">Written language</label><select id="language" name="language"><option value="">Choose</option>${options(chosen.language)}</select>
${person.kind === 'guardian' ? html`<label for="spoken">Spoken language</label><select id="spoken" name="spoken"><option value="">The same</option>${options(chosen.spokenLanguage)}</select><fieldset><legend>Messages come</legend>${contact('sms', 'as texts, where the phone takes them')}${contact('voice', 'as calls')}</fieldset>` : ''}
<div class="row">${
    person.decided.language || person.decided.contact
      ? html`<button class="quiet" name="what" value="list">Leave it to the list again</button>`
      : ''
  }<button class="main">Save</button></div></form>`
}

function signIn(at: string, { person, logins, tokens, now, asSeen, zone, mayResetFactor }: PersonShown): Html {
  const when = (time: Temporal.Instant) => timeTag(time, briefly(asSeen(time), now, zone))
  return html`<h2>Signed in</h2>${
    logins.length === 0
      ? html`<p class="hint">Nowhere just now.</p>`
      : html`<ul class="rows">${logins.map((one) => html`<li><div><b>${browserName(one.browser)}</b><p class="hint">Since ${when(one.madeAt)}, ${WAYS[one.how]} · last used ${when(one.seenAt)}</p></div></li>`)}</ul>
<form method="post" action="${at}/logins/end"><p class="more"><button>Sign them out everywhere</button></p></form>`
  }<h2>Tokens for programs</h2>${
    tokens.length === 0
      ? html`<p class="hint">None.</p>`
      : html`<ul class="rows">${tokens.map((one) => html`<li><div>Made ${when(one.madeAt)}</div><form method="post" action="${at}/tokens/${one.id}/revoke"><button class="quiet">Revoke it</button></form></li>`)}</ul>`
  }${person.secondFactor ? html`<h2>Second factor</h2>${mayResetFactor ? resetForm(at) : html`<p class="hint">It is set up. Only another administrator can reset it.</p>`}` : ''}`
}

function resetForm(at: string): Html {
  return html`<form method="post" action="${at}/second-factor/reset" class="composer"><p class="hint">For a lost or new phone. Be sure that it is really they who ask. Every browser of theirs is signed out, they are told by text, and at the next sign-in they set up another one.</p>
<label for="reason">Why it is reset</label><input id="reason" name="reason" maxlength="300" required><button>Reset it</button></form>`
}
