/** The pages of signing in. */

import { html, raw } from 'hono/html'
import { renderSVG } from 'uqr'
import { type Html, plainPage } from './page.ts'
import type { DemoPerson } from './sign-in.ts'

const problem = (wrong: string | null): Html | '' => (wrong === null ? '' : html`<p class="wrong" role="alert">${wrong}</p>`)
const hidden = (next: string): Html => html`<input type="hidden" name="next" value="${next}">`

/** The first page. `wrong`: what was wrong with the last try. */
export function signInPage(view: {
  readonly byProvider: boolean
  readonly demo: readonly DemoPerson[]
  readonly next: string
  readonly wrong: string | null
}): Html {
  return plainPage(
    'Sign in',
    html`${problem(view.wrong)}${
      view.demo.length > 0
        ? html`<p>This is the demo: the sample school, with nothing real in it. Come in as one of its people.</p>
<form method="post" action="/sign-in/demo" class="people">${hidden(view.next)}${view.demo.map(
            (one) => html`<button name="person" value="${one.id}"><b>${one.name}</b><small>${one.does}</small></button>`,
          )}</form><h2>As a school does it</h2><p class="hint">The code goes to the phone as a text. The phones of the demo’s page show the talk with a family alone, so here it is seen by nobody.</p>`
        : ''
    }${
      view.byProvider
        ? html`<p><a class="button" href="/sign-in/provider?next=${encodeURIComponent(view.next)}">Sign in with your school account</a></p>`
        : html`<form method="post" action="/sign-in" class="stack">${hidden(view.next)}
<label for="phone">Your mobile number</label><p class="hint" id="phone-hint">The one that the school has of you. We text you a code.</p>
<input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" required aria-describedby="phone-hint">
<button class="main">Text me a code</button></form>`
    }`,
  )
}

/** Where the code is typed. `tried`: the wrong one, to be looked at again. */
export function codePage(next: string, tried: string | null): Html {
  return plainPage(
    'Type the code',
    html`${problem(
      tried === null ? null : 'That code is not right, or no longer. Look again at the newest text, or ask for another code.',
    )}<p>If the number is one that the school has of you, a text with six digits is on its way. It works for ten minutes, in this browser.</p>
<form method="post" action="/sign-in/code" class="stack">${hidden(next)}<label for="code">Six digits</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required value="${tried ?? ''}"${
      tried === null ? '' : html` aria-invalid="true"`
    }><button class="main">Sign in</button></form>
<p><a href="/sign-in?next=${encodeURIComponent(next)}">No text? Ask for another code</a></p>
<p class="hint">Nothing comes when the number is not in the school’s list, when it texted STOP, or after five codes in an hour. The school’s office can look.</p>`,
  )
}

/** The second factor: to be set up (`fresh`) or to be shown. */
export function secondFactorPage(view: {
  readonly fresh: { readonly uri: string; readonly secret: string } | null
  readonly next: string
  readonly wrong: string | null
}): Html {
  const form = html`<form method="post" action="/sign-in/second" class="stack">${hidden(view.next)}<label for="code">Six digits from the app</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required><button class="main">Go on</button></form>
<form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>`
  if (view.fresh === null)
    return plainPage(
      'One more step',
      html`${problem(view.wrong)}<p>You see what others wrote, so we ask for the code of your authenticator app too.</p>${form}
<p class="hint">Is the phone with the app gone? Another administrator can let you set it up again.</p>`,
    )
  return plainPage(
    'Set up a second step',
    html`${problem(view.wrong)}<p>You see what others wrote, so signing in takes a second step from now on.</p>
<ol class="steps"><li>Open an authenticator app on your phone, such as the one of Google, Microsoft or Apple.</li>
<li>Let it read this picture.${qr(view.fresh.uri)}<details><summary>Or type it by hand</summary><p><code>${view.fresh.secret.replace(/(.{4})/g, '$1 ').trim()}</code></p></details></li>
<li>Type the six digits that it shows.</li></ol>${form}`,
  )
}

/** For somebody whom the identity provider knows and the roster does not. */
export function strangerPage(): Html {
  return plainPage(
    'The school’s list does not have you',
    html`<p>You are signed in at your school, but nobody in the list of staff has your address. Ask the office to add it to the student information system; it comes over here with the next import.</p>
<p><a href="/sign-in">Sign in as somebody else</a></p>`,
  )
}

/** The picture is made of the link alone by a library, which writes nothing but squares. */
function qr(uri: string): Html {
  return html`<figure class="qr">${raw(renderSVG(uri, { border: 2 }))}<figcaption class="aside">The same code as a picture</figcaption></figure>`
}
