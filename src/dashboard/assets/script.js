// What this adds to pages that work without it: they look again by themselves, drafts outlast a reload, and a preview comes while one writes.

const one = (selector, within = document) => within.querySelector(selector)
const all = (selector, within = document) => [...within.querySelectorAll(selector)]

/* Looking again: the page is fetched anew and what is marked data-live takes its place. */
let looking = null,
  again = false
function refresh() {
  again = looking !== null
  looking ??= look().finally(() => {
    looking = null
    if (again) refresh()
  })
  return looking
}
/** Whether the page came. */
async function look() {
  // Behind another window nobody reads: what came stays new until somebody looks.
  if (document.hidden) return false
  try {
    // The page may stand at the address of a form that it answers, where nothing is to be had.
    const answer = await fetch(one('[data-page]')?.dataset.page ?? location.href, { headers: { 'x-part': 'live' } })
    if (answer.redirected && new URL(answer.url).pathname.startsWith('/sign-in')) saySignedOut()
    if (answer.redirected || !answer.ok) return false
    one('#signed-out')?.remove()
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const below = innerHeight + scrollY > document.body.scrollHeight - 200
    for (const part of all('[data-live]')) {
      const fresh = next.getElementById(part.id)
      for (const open of all('details[id][open]', part)) fresh?.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute('open', '')
      if (fresh) part.toggleAttribute('data-progress', fresh.hasAttribute('data-progress'))
      // While somebody listens to a voice message, or has begun to type, that part waits.
      const busy = all('audio', part).some((a) => !a.paused) || all('[data-typed]', part).some((field) => field.value)
      if (!fresh || fresh.innerHTML === part.innerHTML || busy) continue
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute('data-key') : null
      part.innerHTML = fresh.innerHTML
      if (focused) one(`[data-key="${CSS.escape(focused)}"]`, part)?.focus()
    }
    const nav = one('.top nav ul'),
      freshNav = one('.top nav ul', next)
    if (nav && freshNav && !nav.contains(document.activeElement)) nav.innerHTML = freshNav.innerHTML
    if (below && one('#thread')) one('#end').scrollIntoView({ block: 'end' })
    document.title = next.title
    if (watched) watched.dataset.watch = one('[data-watch]', next)?.dataset.watch ?? watched.dataset.watch
    return true
  } catch {
    // No network just now.
    return false
  }
}
function saySignedOut() {
  if (one('#signed-out')) return
  const back = new URL(location.href)
  // What was done is not said a second time.
  back.searchParams.delete('said')
  const said = document.createElement('p'),
    link = document.createElement('a')
  said.id = 'signed-out'
  said.className = 'wrong'
  said.role = 'alert'
  link.href = `/sign-in?next=${encodeURIComponent(back.pathname + back.search)}`
  link.textContent = 'Sign in'
  said.append('You are signed out. ', link, ' to go on.')
  one('main').prepend(said)
}

/* The stream that says when to look: open while the page is seen, as a browser opens six connections to a server and no more. */
const watched = one('[data-watch]')
if (watched) {
  const SOON = 2000,
    AT_MOST = 60_000
  let stream = null,
    retry,
    wait = SOON
  const close = () => {
    clearTimeout(retry)
    stream?.close()
    stream = null
  }
  const open = () => {
    stream = new EventSource(watched.dataset.watch)
    stream.onopen = () => {
      wait = SOON
    }
    stream.onmessage = refresh
    // A browser comes again by itself after a lost connection, but never after another answer, such as the page to sign in on.
    stream.onerror = () => {
      if (stream?.readyState === EventSource.CLOSED) later()
    }
  }
  const later = () => {
    close()
    retry = setTimeout(comeBack, wait)
    wait = Math.min(2 * wait, AT_MOST)
  }
  const comeBack = async () => {
    close()
    const came = await refresh()
    if (document.hidden || stream) return
    if (came) open()
    else later()
  }
  const seenAgain = () => {
    wait = SOON
    if (document.hidden) close()
    else comeBack()
  }
  if (!document.hidden) open()
  document.addEventListener('visibilitychange', seenAgain)
  addEventListener('online', seenAgain)
  addEventListener('pagehide', close)
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload()
  })
}
/* What goes on is looked at again and again, the slower the longer nothing happens. */
const NEXT_LOOK = 1500
function follow(wait) {
  const part = one('[data-progress]')
  if (!part) return
  const was = part.innerHTML
  setTimeout(async () => {
    await refresh()
    follow(part.innerHTML === was ? Math.min(wait * 1.5, 15_000) : NEXT_LOOK)
  }, wait)
}
follow(NEXT_LOOK)

/* Drafts: kept in this browser, for who is signed in, until the message is sent. */
const DONE = ['sent', 'held', 'scheduled', 'announced', 'announced_later', 'asked']
const draftName = (form) => `draft ${document.body.dataset.who} ${form.dataset.draft}`
const kept = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {}
  } catch {
    return {}
  }
}
// The page that says so may be another one than that of the form.
if ((DONE.includes(new URLSearchParams(location.search).get('said')) || one('[data-done]')) && sessionStorage.sending) {
  localStorage.removeItem(sessionStorage.sending)
  sessionStorage.removeItem('sending')
}
for (const form of all('form[data-draft]')) {
  const text = one('textarea', form),
    name = draftName(form),
    typed = all('textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])', form)
  const put = (draft) => {
    // A day that has passed meanwhile is no wish any more.
    if (draft.date < one('[name=date]', form)?.min) draft = { ...draft, date: '', time: '' }
    for (const field of typed) {
      field.value = draft[field.name] ?? field.value
      // What is in force is seen.
      if (field.value && field.closest('details')) field.closest('details').open = true
    }
  }
  const draft = kept(name)
  if (!text.value) put(draft)
  else if (draft[text.name] && draft[text.name] !== text.value) {
    // Another text takes the place, such as a held one that is edited: the draft can come back.
    const back = document.createElement('button')
    back.type = 'button'
    back.className = 'quiet'
    back.textContent = 'Put back what you were writing'
    back.onclick = () => {
      put(draft)
      back.remove()
      text.focus()
      form.dispatchEvent(new Event('input'))
    }
    text.after(back)
  }
  form.addEventListener('input', () => {
    const now = Object.fromEntries(typed.filter(({ value }) => value).map((field) => [field.name, field.value]))
    if (Object.keys(now).length) localStorage.setItem(name, JSON.stringify(now))
    else localStorage.removeItem(name)
  })
  for (const link of all('[data-phrase]', form))
    link.addEventListener('click', (event) => {
      event.preventDefault()
      const words = one('span', link).textContent
      text.value = text.value.trim() ? `${text.value.trim()} ${words}` : words
      link.closest('details').open = false
      text.focus()
      const slot = /\{[a-z][a-z0-9_ ]*\}/.exec(text.value)
      if (slot) text.setSelectionRange(slot.index, slot.index + slot[0].length)
      text.dispatchEvent(new Event('input', { bubbles: true }))
    })
}

/* The preview while one writes, a moment after the last key. */
for (const form of all('form[data-preview]')) {
  const text = one('textarea', form),
    place = one('#preview', form)
  let timer,
    asked = 0
  const show = async (back) => {
    const mine = ++asked
    const fields = new FormData(form)
    // The picture itself goes with the message alone: here it counts that there is one.
    const chosen = fields.get('picture')?.size > 0
    fields.delete('picture')
    const body = new URLSearchParams(fields)
    if (chosen) body.set('picture', 'yes')
    if (back) body.set('back', 'yes')
    const answer = await fetch(form.dataset.preview, { method: 'POST', body, headers: { 'x-part': 'preview' } }).catch(() => null)
    if (answer?.ok && mine === asked) place.innerHTML = await answer.text()
  }
  form.addEventListener('input', () => {
    // What was wrong with it was said of other words; the preview says what is wrong with these.
    for (const wrong of all('main > .wrong:not(#signed-out), #write > .wrong')) wrong.remove()
    clearTimeout(timer)
    timer = setTimeout(show, 900, false)
  })
  if (text.value && !one('.preview', place)) show(false)
  place.addEventListener('click', (event) => {
    if (event.target.name !== 'back') return
    event.preventDefault()
    show(true)
  })
  one('.row > button[formaction]', form)?.remove()
}

/* A form is sent once; when the school's server cannot be reached nothing is lost: the page stays. */
const reachable = () =>
  fetch(one('script').src, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    () => false,
  )
document.addEventListener('submit', async (event) => {
  const { target, submitter } = event
  if (target.method !== 'post') return
  if (target.dataset.sent) {
    event.preventDefault()
    return
  }
  target.dataset.sent = 'yes'
  if (target.dataset.draft && !target.dataset.reached) {
    event.preventDefault()
    one('[data-away]', target)?.remove()
    const reached = await reachable()
    delete target.dataset.sent
    if (reached) {
      target.dataset.reached = 'yes'
      target.requestSubmit(submitter)
      return
    }
    const away = document.createElement('p')
    away.className = 'wrong'
    away.role = 'alert'
    away.dataset.away = ''
    away.textContent =
      'There is no connection just now. Nothing was sent, and your message stays here: send it again when the connection is back.'
    target.prepend(away)
    return
  }
  delete target.dataset.reached
  if (target.dataset.draft && (submitter?.className ?? 'main') === 'main') sessionStorage.sending = draftName(target)
  // On a shared computer nothing is left behind.
  if (target.action.endsWith('/sign-out')) localStorage.clear()
  const lock = (locked) => {
    for (const button of all('button', target)) button.disabled = locked
  }
  // After the browser has read the form: a button that is off would not be sent.
  setTimeout(lock, 0, true)
  setTimeout(() => {
    delete target.dataset.sent
    lock(false)
  }, 8000)
  if (submitter?.dataset.busy) submitter.textContent = submitter.dataset.busy
})
addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
    event.target.form?.requestSubmit(one('button.main', event.target.form))
})
if (location.hash === '#end' || (one('#thread') && !location.hash)) one('#end')?.scrollIntoView({ block: 'end' })
