/**
 * The page's only script, served as a file: sends forms without a reload, and on a hint from the server fetches the page again and takes over
 * what changed. New texts are added one by one and the hint is reworded in place (so that a screen reader says just that), other live parts are replaced whole.
 * A draft that somebody has touched is left alone. Without this script the same forms work by reload.
 */
export const sceneScript = `'use strict'
let refreshing = null, again = false, said = new Set()

const aloud = document.getElementById('aloud')
if (aloud && window.speechSynthesis) aloud.hidden = false
aloud?.addEventListener('click', () => {
  const on = aloud.getAttribute('aria-pressed') !== 'true'
  aloud.setAttribute('aria-pressed', on)
  if (!on) speechSynthesis.cancel()
})
function speakNew(calls) {
  for (const item of calls.querySelectorAll('.said')) {
    const key = calls.id + item.textContent
    if (said.has(key)) continue
    said.add(key)
    if (aloud?.getAttribute('aria-pressed') !== 'true') continue
    const words = new SpeechSynthesisUtterance(item.lastChild.textContent)
    words.lang = item.lang
    speechSynthesis.speak(words)
  }
}

function take(text) {
  const next = new DOMParser().parseFromString(text, 'text/html')
  document.body.className = next.body.className
  for (const part of document.querySelectorAll('[data-live]')) {
    const fresh = next.getElementById(part.id)
    if (!fresh || fresh.outerHTML === part.outerHTML) continue
    if (part.classList.contains('call')) speakNew(fresh)
    const name = document.activeElement?.value
    const inside = part.contains(document.activeElement)
    const fields = (one) => [...one.querySelectorAll('input:not([type=hidden])')]
    const typed = fields(part).map((field) => field.value)
    const at = fields(part).indexOf(document.activeElement)
    part.replaceWith(fresh)
    fields(fresh).forEach((field, index) => { field.value = typed[index] ?? '' })
    if (at >= 0) { fields(fresh)[at]?.focus(); continue }
    const buttons = [...fresh.querySelectorAll('button')]
    if (inside) (buttons.find((button) => button.value === name) ?? buttons[0])?.focus()
  }
  const hint = document.getElementById('hint')
  const said = next.getElementById('hint').textContent
  if (hint.textContent !== said) hint.textContent = said
  for (const list of document.querySelectorAll('.texts ol')) {
    for (const item of next.querySelectorAll('#' + list.id + ' > li')) {
      const shown = document.getElementById(item.id)
      if (shown?.innerHTML === item.innerHTML) continue
      if (shown) { shown.innerHTML = item.innerHTML; continue }
      item.classList.add('new')
      list.append(item)
    }
    list.parentElement.scrollTop = 0
  }
  for (const area of document.querySelectorAll('textarea')) {
    const fresh = next.getElementById(area.id)
    if (area.value !== area.defaultValue || area.defaultValue === fresh.defaultValue) continue
    area.defaultValue = fresh.defaultValue
    area.value = fresh.defaultValue
  }
  for (const time of document.querySelectorAll('.bar .time')) time.textContent = next.querySelector('.bar .time').textContent
  const sends = next.querySelectorAll('.send')
  document.querySelectorAll('.send').forEach((button, index) => { button.className = sends[index].className })
}

async function refresh() {
  if (refreshing) { again = true; return }
  refreshing = fetch(location.pathname + location.search).then((page) => page.text()).then(take).catch(() => {})
  await refreshing
  refreshing = null
  if (again) { again = false; refresh() }
}

document.addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const area = form.querySelector('textarea')
  const body = new URLSearchParams(new FormData(form, event.submitter))
  if (area) { area.defaultValue = area.value = ''; }
  try { await fetch(form.getAttribute('action'), { method: 'POST', body, redirect: 'manual' }) } catch { if (area) area.value = body.get('body') }
  refresh()
})

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-fill]')
  if (!link) return
  event.preventDefault()
  const area = document.getElementById(link.dataset.fill)
  area.value = link.textContent
  area.focus()
})

new EventSource('/simulator/events').onmessage = refresh
`
