// Over the plain fields of the week's form: each day a bar on which windows are drawn and dragged, and whose ends the arrow keys move.

const DAY = 1440,
  STEP = 15
const two = (n) => String(n).padStart(2, '0')
const clock = (m) => `${Math.floor(m / 60) % 12 || 12}:${two(m % 60)} ${m % DAY < 720 ? 'AM' : 'PM'}`
const spoken = (m) => (m % DAY === 0 ? 'midnight' : clock(m))

/** `7`, `7:30`, `19:30`, `7 am`, `7:30 PM`, as the server reads them. */
const TIME = String.raw`(\d{1,2})(?::(\d\d))?\s*(?:([ap])\.?m\.?)?`
const WINDOW = new RegExp(`^\\s*${TIME}\\s*(?:[-–]|to)\\s*${TIME}\\s*$`, 'i')
const minutes = (hour, minute = '0', half = '') => {
  if (minute > 59 || (half && (hour < 1 || hour > 12))) return Number.NaN
  const h = half ? (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : Number(hour)
  return h * 60 + Number(minute)
}

/** The windows of a field as minutes; null where something in it is no window, which the server then says. */
const parse = (text) => {
  const spans = []
  for (const part of text.split(',')) {
    if (!part.trim()) continue
    const [, h1, m1, half1, h2, m2, half2] = WINDOW.exec(part) ?? []
    if (!h1 || !half1 !== !half2) return null
    const from = minutes(h1, m1, half1)
    const end = minutes(h2, m2, half2)
    const to = half2 && end === 0 ? DAY : end
    // Through the night, or nonsense: that stays for typing.
    if (!(from < to && to <= DAY)) return null
    spans.push({ from, to })
  }
  return spans
}

for (const input of document.querySelectorAll('.week input')) {
  const track = document.createElement('div')
  track.className = 'track'
  input.nextElementSibling.replaceWith(track)
  const name = input.getAttribute('aria-label')
  let spans = parse(input.value)

  const write = () => {
    input.value = [...spans]
      .sort((a, b) => a.from - b.from)
      .map(({ from, to }) => `${clock(from)} – ${clock(to)}`)
      .join(', ')
  }
  const place = (element, from, to = from) => {
    const at = `${(from / DAY) * 100}%`
    element.style.insetInlineStart = to > from ? at : `clamp(12px, ${at}, 100% - 12px)`
    if (to > from) element.style.width = `${((to - from) / DAY) * 100}%`
  }
  /** Draws anew; the handle that had the focus gets it back. */
  const draw = (focus) => {
    track.replaceChildren()
    track.classList.toggle('off', spans === null)
    for (const span of spans ?? []) {
      const block = document.createElement('div')
      block.className = 'span'
      block.span = span
      place(block, span.from, span.to)
      track.append(block)
      for (const end of ['from', 'to']) {
        const handle = document.createElement('span')
        handle.className = 'handle'
        handle.span = span
        handle.end = end
        handle.tabIndex = 0
        const said = {
          role: 'slider',
          'aria-label': `${name}, ${end === 'from' ? 'opens' : 'closes'}`,
          'aria-valuemin': 0,
          'aria-valuemax': DAY,
          'aria-valuenow': span[end],
          'aria-valuetext': spoken(span[end]),
        }
        for (const key in said) handle.setAttribute(key, said[key])
        place(handle, span[end])
        track.append(handle)
        if (focus && focus.span === span && focus.end === end) handle.focus()
      }
    }
  }
  /** Moves one end, never past the other, the day, or a neighbour. */
  const move = (span, end, to) => {
    const others = spans.filter((one) => one !== span)
    const least = end === 'from' ? Math.max(0, ...others.filter((o) => o.to <= span.from).map((o) => o.to)) : span.from + STEP
    const most = end === 'to' ? Math.min(DAY, ...others.filter((o) => o.from >= span.to).map((o) => o.from)) : span.to - STEP
    span[end] = Math.min(most, Math.max(least, to))
  }

  track.addEventListener('keydown', (event) => {
    const { span, end } = event.target
    if (!span || !end) return
    if (event.key === 'Delete' || event.key === 'Backspace') {
      spans.splice(spans.indexOf(span), 1)
      input.focus()
    } else {
      const by = {
        ArrowLeft: -STEP,
        ArrowDown: -STEP,
        ArrowRight: STEP,
        ArrowUp: STEP,
        PageDown: -60,
        PageUp: 60,
        Home: -DAY,
        End: DAY,
      }[event.key]
      if (by === undefined) return
      move(span, end, span[end] + by)
    }
    event.preventDefault()
    write()
    draw({ span, end })
  })

  track.addEventListener('pointerdown', (event) => {
    if (spans === null || event.button !== 0) return
    const box = track.getBoundingClientRect()
    const minute = (x) => Math.round(((x - box.left) / box.width) * (DAY / STEP)) * STEP
    const begun = minute(event.clientX)
    let { span, end } = event.target
    const was = span && { ...span }
    const drag = (moved) => {
      const now = Math.min(DAY, Math.max(0, minute(moved.clientX)))
      if (!span) {
        // A tap draws nothing: it may have been meant for scrolling.
        if (now === begun) return
        const from = Math.min(begun, DAY - STEP)
        if (spans.some((one) => one.from < from + STEP && from < one.to)) return
        span = { from, to: from + STEP }
        end = now > begun ? 'to' : 'from'
        spans.push(span)
      }
      if (end) move(span, end, now)
      else if (was) {
        const others = spans.filter((one) => one !== span)
        const from = Math.min(DAY - (was.to - was.from), Math.max(0, was.from + now - begun))
        const to = from + was.to - was.from
        if (!others.some((one) => one.from < to && from < one.to)) Object.assign(span, { from, to })
      }
      write()
      draw()
    }
    const done = () => {
      track.removeEventListener('pointermove', drag)
      if (span && end) draw({ span, end })
    }
    event.preventDefault()
    track.setPointerCapture(event.pointerId)
    track.addEventListener('pointermove', drag)
    track.addEventListener('lostpointercapture', done, { once: true })
  })

  input.addEventListener('input', () => {
    spans = parse(input.value)
    draw()
  })
  draw()
}

/* The first day for all days from Monday to Friday. */
const copies = document.createElement('div')
copies.className = 'actions'
document.querySelector('.week').after(copies)
for (const first of document.querySelectorAll('.week [name$="-mon"]')) {
  const [label] = first.getAttribute('aria-label').split(',')
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'quiet'
  button.textContent = `${label}: Monday for the whole school week`
  button.addEventListener('click', () => {
    for (const day of ['tue', 'wed', 'thu', 'fri']) {
      const field = document.querySelector(`[name="${first.name.replace('mon', day)}"]`)
      field.value = first.value
      field.dispatchEvent(new Event('input'))
    }
  })
  copies.append(button)
}

document
  .querySelector('#week-hint')
  .append(
    ' Or drag on a bar: its ends, the whole, or a new one where it is empty; the arrow keys move an end, Delete takes it away.',
  )
