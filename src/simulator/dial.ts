/** Putting a leg of the simulated telephone through to others. */

import { secondsOf } from './call-callbacks.ts'
import { falls, join, talks } from './conference.ts'
import { HungUp, isOver, type Leg, move, openLeg } from './legs.ts'
import { absolute, NEXT, type Play, type Step, stillOn } from './play.ts'
import type { Element } from './voice-twiml.ts'
import type { Fields } from './webhook.ts'

/**
 * Dials. The action is asked for even when the caller hung up meanwhile; not when another document took the caller away. Source: Twilio, `<Dial>`,
 * `<Number>`.
 */
export async function dial(play: Play, verb: Element, base: string): Promise<Step> {
  const { action, method = 'POST', hangupOnStar } = verb.attributes
  const { leg } = play
  const [noun] = verb.children
  const fields = noun?.name === 'Conference' ? await join(play, noun, hangupOnStar === 'true') : await connect(play, verb, base)
  leg.ahead.length = 0
  if (!isOver(leg)) stillOn(play)
  return action === undefined ? NEXT : { kind: 'goto', url: absolute(action, base), method, fields }
}

/** Rings one number or several at once; the first to pick up hears its own document, then talks to the caller. */
async function connect(play: Play, verb: Element, base: string): Promise<Fields> {
  const { exchange } = play.player
  const { world } = exchange
  const from = callerIdOf(play, verb.attributes['callerId'])
  if (from === null) {
    world.alert(13214, base, 'a caller id that is not ours')
    return { DialCallStatus: 'failed' }
  }
  const nouns = verb.children.length > 0 ? verb.children : [verb]
  if (nouns.some((noun) => !/^\+[1-9]\d{6,14}$/.test(noun.text.trim()))) {
    world.alert(13223, base, 'no phone number to dial')
    return { DialCallStatus: 'failed' }
  }
  const children = nouns.map((noun) => ring(play, noun, from, base, Number(verb.attributes['timeout'] ?? 30)))
  const picked = await firstToAnswer(play, children)
  for (const { child } of children)
    if (child !== picked?.child) move(exchange, child, picked || play.isCut() ? 'canceled' : 'no-answer')
  if (picked === null) {
    const { record } = (children[0] as Rung).child
    return { DialCallStatus: play.isCut() ? 'canceled' : record.status, DialCallSid: record.sid }
  }

  const { child } = picked
  const { cut } = child
  const screen = picked.noun.attributes['url']
  const through = screen === undefined || (await screened(play, child, absolute(screen, base), picked.noun.attributes['method']))
  const bridged = through && !isOver(child) && child.cut === cut && !play.isCut()
  if (bridged) await bridge(play, child, verb)
  if (child.cut === cut) move(exchange, child, 'completed')
  return {
    DialCallStatus: 'completed',
    DialCallSid: child.record.sid,
    DialCallDuration: String(secondsOf(child.record)),
    DialBridged: String(bridged),
  }
}

/** Without callerId the callee sees the caller's own number. Another one must be the account's, the caller's or the called one; null: it is none. */
function callerIdOf({ player, leg }: Play, callerId: string | undefined): string | null {
  const { accountSid, from, to } = leg.record
  const shows = callerId ?? from
  const ours = player.exchange.world.numberOf(shows)?.accountSid === accountSid
  return ours || shows === from || shows === to ? shows : null
}

type Rung = { readonly child: Leg; readonly noun: Element }

function ring({ player, leg }: Play, noun: Element, from: string, base: string, seconds: number): Rung {
  const { statusCallback, statusCallbackMethod = 'POST', statusCallbackEvent = 'completed' } = noun.attributes
  const to = noun.text.trim()
  const child = openLeg(player.exchange, {
    accountSid: leg.record.accountSid,
    parentSid: leg.record.sid,
    direction: 'outbound-dial',
    from,
    to,
    phone: to,
    other: from,
    told: {
      url: statusCallback === undefined ? '' : absolute(statusCallback, base),
      method: statusCallbackMethod,
      events: statusCallbackEvent.split(' '),
    },
  })
  player.ring(child, seconds)
  return { child, noun }
}

async function firstToAnswer(play: Play, children: readonly Rung[]): Promise<Rung | null> {
  const answers = children.map(async (rung) => {
    if ((await rung.child.answered.promise) !== 'answered') throw new HungUp()
    return rung
  })
  const any = Promise.any(answers).catch(() => null)
  return Promise.race([any, play.cut.then(() => null)])
}

/** Plays the callee's own document; false: it hung up, or something in it could not be played. */
async function screened(play: Play, child: Leg, url: string, method = 'POST'): Promise<boolean> {
  try {
    return (await play.player.play(child, { url, method, fallbackUrl: '', fallbackMethod: 'POST' })) === 'through'
  } catch (error) {
    if (error instanceof HungUp) return false
    throw error
  }
}

async function bridge(play: Play, child: Leg, verb: Element): Promise<void> {
  const { player, leg } = play
  const { world, pace } = player.exchange
  const { hangupOnStar, timeLimit = '14400' } = verb.attributes
  if (leg.record.status === 'ringing') move(player.exchange, leg, 'in-progress')
  const late = Promise.withResolvers<void>()
  const cancel = pace > 0 ? world.later(Number(timeLimit) * 1000, late.resolve) : () => {}
  const star = talks(player, leg, hangupOnStar === 'true')
  void talks(player, child, false)
  await Promise.race([play.cut, child.cut.promise, star, late.promise])
  cancel()
  falls(leg)
  falls(child)
}
