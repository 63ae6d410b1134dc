/** The frame of every page: head, navigation, footer. Everything that is filled in is escaped by `html`. */

import type { FastifyReply } from 'fastify'
import { html } from 'hono/html'
import { assetPath } from './assets.ts'

/** A piece of a page. */
export type Html = ReturnType<typeof html>

/** A part of the dashboard that the navigation leads to. */
export type Place = 'inbox' | 'classes' | 'attendance' | 'tasks' | 'oversight' | 'reach' | 'school' | 'account'

/** What the frame of a signed-in page shows. */
export type Frame = {
  readonly title: string
  /** Who is signed in, by name. */
  readonly who: string
  /** And by sourcedId: drafts that a browser keeps are this person's alone. */
  readonly whoId: string
  /** The places that this person has, in their order. */
  readonly places: readonly Place[]
  readonly here: Place
  /** The number beside a place, unread conversations in the inbox, open tasks; 0 or absent shows none. */
  readonly counts: Readonly<Partial<Record<Place, number>>>
  /** Said once at the top, after something was done. */
  readonly said: Html | null
  readonly body: Html
  /** Whether something goes on that the page tells of: without the script it looks again every few seconds. */
  readonly goesOn: boolean
}

/** Beside a place stands no larger number. */
export const MOST_COUNTED = 99

/** `counted`: what the number beside it counts, for who hears the page. */
const PLACES: Readonly<Record<Place, { readonly path: string; readonly name: string; readonly counted?: string }>> = {
  inbox: { path: '/inbox', name: 'Inbox', counted: 'new' },
  classes: { path: '/classes', name: 'Classes' },
  attendance: { path: '/attendance', name: 'Attendance' },
  tasks: { path: '/tasks', name: 'Tasks', counted: 'to do' },
  oversight: { path: '/oversight', name: 'Oversight' },
  reach: { path: '/reach', name: 'Reach' },
  school: { path: '/school', name: 'School' },
  account: { path: '/account', name: 'Account' },
}

function head(title: string, goesOn: boolean): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · Homeline</title><link rel="icon" href="data:,"><link rel="stylesheet" href="${assetPath('style.css')}"><script src="${assetPath('script.js')}" defer></script>${goesOn ? html`<noscript><meta http-equiv="refresh" content="3"></noscript>` : ''}</head>`
}

/** A signed-in page. */
export function framedPage(frame: Frame): Html {
  const link = (place: Place) => {
    const count = frame.counts[place] ?? 0
    return html`<li><a href="${PLACES[place].path}"${place === frame.here ? html` aria-current="page"` : ''}>${PLACES[place].name}${
      count > 0
        ? html` <b class="count" data-count="${place}">${count > MOST_COUNTED ? `${MOST_COUNTED}+` : count}<span class="aside"> ${PLACES[place].counted}</span></b>`
        : ''
    }</a></li>`
  }
  return html`${head(frame.title, frame.goesOn)}
<body data-who="${frame.whoId}"><a class="skip" href="#main">Skip to the page</a>
<header class="top"><a class="brand" href="/inbox">Homeline</a><nav aria-label="Main"><ul>${frame.places.map(link)}</ul></nav>
<div class="me"><a href="/account"${frame.here === 'account' ? html` aria-current="page"` : ''}><bdi>${frame.who}</bdi></a></div></header>
<main id="main">${frame.said === null ? '' : html`<div class="said" role="status">${frame.said}</div>`}${frame.body}</main></body></html>`
}

/** A page of its own, for signing in and for what went wrong. */
export function plainPage(title: string, body: Html): Html {
  return html`${head(title, false)}
<body class="plain"><main id="main"><p class="brand">Homeline</p><h1>${title}</h1>${body}</main></body></html>`
}

/** Sends a page. */
export async function sendPage(reply: FastifyReply, page: Html): Promise<FastifyReply> {
  return reply.type('text/html; charset=utf-8').send(String(await page))
}
