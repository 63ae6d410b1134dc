/** What the runner and the carrier's process say to each other, and the lines of the carrier's record. */

import type { Faults } from '../../src/simulator/world.ts'

/** Moments that only the carrier sees, each with what it means. */
export const CARRIER_POINTS = {
  'create arrived': 'a hand-over has reached the carrier and is not taken',
  'create taken': 'the carrier has taken the text and not answered yet',
  'create answered': 'the answer to a hand-over has just left the carrier',
  'webhook open': 'a webhook has been sent and waits for its answer',
  'webhook answered': 'the answer to a webhook has just arrived',
} as const

/** One of `CARRIER_POINTS`. */
export type CarrierPoint = keyof typeof CARRIER_POINTS

/** What the runner says. */
export type ToCarrier =
  | { readonly kind: 'servers'; readonly up: readonly number[] }
  | { readonly kind: 'arm'; readonly slot: number; readonly pid: number; readonly point: CarrierPoint }
  | { readonly kind: 'disarm' }
  | { readonly kind: 'text'; readonly from: string; readonly to: string; readonly body: string }
  | { readonly kind: 'faults'; readonly faults: Partial<Faults> }
  | { readonly kind: 'settle' }

/** What the carrier says. */
export type FromCarrier =
  | { readonly kind: 'ready'; readonly urls: readonly string[] }
  | { readonly kind: 'killed'; readonly slot: number; readonly point: CarrierPoint }
  | { readonly kind: 'shown'; readonly phone: string; readonly from: string; readonly body: string }
  | { readonly kind: 'settled' }

/** A line of the record; times in microseconds since 1970. */
export type RecordLine =
  | {
      readonly kind: 'taken'
      readonly sid: string
      readonly from: string
      readonly to: string
      readonly body: string
      readonly validitySeconds: number
      readonly callback: string
      readonly slot: number
      readonly issued: number
      readonly at: number
    }
  | {
      readonly kind: 'sent'
      readonly sid: string
      readonly from: string
      readonly to: string
      readonly body: string
      readonly at: number
    }
  | { readonly kind: 'acknowledged'; readonly sid: string; readonly at: number }
  | {
      readonly kind: 'shown'
      readonly phone: string
      readonly from: string
      readonly body: string
      readonly sid: string | null
      readonly at: number
    }

/** What the process is started with. */
export type CarrierOptions = {
  readonly account: { readonly sid: string; readonly authToken: string; readonly numbers: readonly string[] }
  readonly publicUrl: string
  /** A door for each server, and where the load balancer reaches each. */
  readonly serverPorts: readonly number[]
  readonly folder: string
  /** How a number's texts are brought: the fragment of its webhook's address. */
  readonly retries: string
}
