/** What `receive` asks of the store: types only. */

import type { Known } from '../core/conversation.ts'
import type { Direction } from '../core/exchange.ts'
import type { E164 } from '../core/phone-number.ts'
import type { TaskKind } from '../core/task-due.ts'
import type { Wordings } from '../core/wordings.ts'
import type { CallStatus, InboundCallStatus, RecordingStatus } from './call-ports.ts'
import type { InboundText, Moment, StatusCallback } from './ports.ts'

/** One of our numbers, as a text reached it. */
export type DialledNumber = { readonly districtId: string; readonly proxyNumberId: string }

/** A text with everything that routing asks of the store. */
export type KnownText = {
  readonly text: InboundText & { readonly from: E164 }
  readonly proxyNumberId: string
  readonly phoneId: string
  /** Whose block it is: the carrier's, which answers a START itself, or only ours. */
  readonly optedOut: 'carrier' | 'ours' | null
  readonly known: Known
}

/** What a notice to a phone is written with. `languages`: what is recorded for the family, empty when nothing is. */
export type Addressing = {
  readonly languages: readonly string[]
  readonly schoolName: string
  readonly districtName: string
  /** The district's own wordings of the fixed texts; absent: none. */
  readonly wordings?: Wordings | undefined
}

/** A row of the inbox, decrypted and read; null when it cannot be read. */
export type InboxItem = {
  readonly id: number
  readonly form: InboundText | StatusCallback | CallStatus | InboundCallStatus | RecordingStatus | null
}

/** A message that came in and where it goes, or that it only is kept. */
export type RoutedText = {
  readonly exchangeId: string
  readonly from: KnownText
  readonly place:
    | { readonly kind: 'conversation'; readonly conversationId: string }
    | { readonly kind: 'office'; readonly householdId: string; readonly schoolId: string }
    | { readonly kind: 'desk' }
  readonly direction: Direction
  readonly authorId: string | null
  readonly guardianId: string | null
  /** False: it is for the record only (a keyword, a stranger's text) and is not passed on. */
  readonly passOn: boolean
  readonly keyword: string | null
}

/** A gateway notice to the sender of a text, over the number that the text came to. */
export type Answer = {
  readonly to: KnownText
  readonly answers: string
  readonly conversationId: string | null
  readonly direction: Direction
  readonly notice: string
  readonly key: string | null
  readonly text: string
  readonly language: string
}

/** What a phone's keyword does to the phone. */
export type PhoneChange = {
  readonly phoneId: string
  readonly optedOut: boolean
  readonly how: string
  readonly exchangeId: string
}

/** One district's part of a batch of the inbox, inside the batch's transaction. */
export type ReceivingDistrict = {
  readonly moment: Moment
  readonly newId: () => string
  /** Texts that the log has already are left out. */
  readonly know: (
    texts: readonly { readonly text: InboundText & { readonly from: E164 }; readonly proxyNumberId: string }[],
  ) => Promise<KnownText[]>
  readonly addressing: (text: KnownText) => Promise<Addressing>
  readonly keepTexts: (routed: readonly RoutedText[]) => Promise<void>
  readonly answer: (answers: readonly Answer[]) => Promise<void>
  /** Keeps texts whose sender is no phone (withheld, a short code): for the record only. */
  readonly keepSenderless: (texts: readonly { readonly text: InboundText; readonly proxyNumberId: string }[]) => Promise<void>
  /** Settles the newest unknown send of a staff side in a conversation; gives whether there was one. */
  readonly settleUnknown: (conversationId: string, staffId: string, action: 'again' | 'dismiss') => Promise<boolean>
  readonly changePhone: (change: PhoneChange) => Promise<void>
  /** The original of the last text that a conversation handed to the family; null when that was not translated or there is none. */
  readonly lastOriginal: (conversationId: string) => Promise<string | null>
  readonly task: (
    kind: TaskKind,
    key: string,
    what: { readonly exchangeId?: string; readonly phoneId?: string; readonly personId?: string },
  ) => Promise<void>
  /** Asks the office that a text of an unknown phone reached whose it is: one question an office and phone. */
  readonly askOffice: (phoneId: string, exchangeId: string) => Promise<void>
  /** Applies callbacks by rank; one for an attempt that nobody knows is dropped. */
  readonly settle: (callbacks: readonly StatusCallback[]) => Promise<void>
  /** Takes in what the carrier tells of a call or of its recording; of one that nobody knows nothing. */
  readonly hearOfCall: (told: CallStatus | InboundCallStatus | RecordingStatus) => Promise<void>
}

/** A batch of the inbox in one transaction: its rows are taken exactly when everything made of them is there. */
export type InboxBatch = {
  readonly items: readonly InboxItem[]
  /** Leaves a row for later, with the reason; the others go on. */
  readonly putOff: (id: number, problem: string) => void
  readonly dialled: (numbers: readonly E164[]) => Promise<Map<E164, DialledNumber>>
  readonly inDistrict: (districtId: string, work: (district: ReceivingDistrict) => Promise<void>) => Promise<void>
}

/** The inbox as `receive` sees it. */
export type InboxStore = {
  /**
   * Takes up to `limit` rows in the order they came, one taker at a time over all processes. When `handle` throws, each row is tried alone, and one
   * that still fails waits longer each time and does not hold up the others. Gives how many rows were taken.
   */
  readonly take: (limit: number, handle: (batch: InboxBatch) => Promise<void>) => Promise<number>
}
