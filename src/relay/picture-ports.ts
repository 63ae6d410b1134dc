/** What the fetching of pictures asks of the store and the carrier: types only, as in `ports.ts`. */

import type { OtherKind, PictureType } from '../core/picture.ts'

/** Something that came with a text, as the carrier names it. `type`: its MIME type, by the carrier's word. */
export type Medium = { readonly sid: string; readonly type: string | null }

/** `not_yet`: the carrier knows it and the file lags; `gone`: there is none for good. */
export type MediumFile =
  | { readonly kind: 'file'; readonly bytes: Buffer }
  | { readonly kind: 'not_yet' | 'unavailable' | 'gone' | 'too_large' }

/** What the carrier keeps of what came with texts. Every call ends within 30 s. */
export type MediaCarrier = {
  /** In the order in which the webhook names them; null: the carrier cannot be asked now. */
  readonly mediaOf: (messageSid: string) => Promise<readonly Medium[] | null>
  readonly fetchMedium: (messageSid: string, mediumSid: string) => Promise<MediumFile>
  /** `done` too when it was not there any more. */
  readonly deleteMedium: (messageSid: string, mediumSid: string) => Promise<'done' | 'unavailable'>
}

/** Which of an exchange's pictures, from 1. */
export type PictureKey = { readonly exchangeId: string; readonly n: number }

/** A picture on its way from the carrier to us. `settled`: what it is is known, and the carrier's copy is still to be deleted. */
export type DuePicture = PictureKey & {
  readonly messageSid: string
  /** Null: the text was found in the carrier's list, which does not name them. */
  readonly mediumSid: string | null
  readonly saidType: string | null
  readonly settled: boolean
}

/** A picture as it is kept; width and height in pixels. */
export type KeptPicture = {
  readonly bytes: Uint8Array
  readonly type: PictureType
  readonly width: number
  readonly height: number
}

/** A picture in its file, before or after an exchange has it. `size` in bytes. */
export type StoredPicture = {
  readonly fileId: string
  readonly type: PictureType
  readonly size: number
  readonly width: number
  readonly height: number
  /** Of the bytes, keyed: who has the picture and not the key cannot look for it in the log. */
  readonly digest: Buffer
}

/** Why something that came is not shown. */
export type Unseen = OtherKind | 'damaged' | 'too_large' | 'lost'

/** The store as the fetching of pictures sees it. */
export type PictureStore = {
  /** Pictures that are due for the next step, each leased for a minute. */
  readonly due: (districtId: string, limit: number) => Promise<readonly DuePicture[]>
  /**
   * Gives all pictures of the message that have no sid the next ones of the carrier's list (`media`, in its order): what was fetched of it is not in the
   * list any more. False: the list has none for this one.
   */
  readonly name: (districtId: string, key: PictureKey, media: readonly Medium[]) => Promise<boolean>
  readonly keep: (districtId: string, key: PictureKey, picture: KeptPicture) => Promise<void>
  /** It is not shown to anybody; who sent it is told. */
  readonly refuse: (districtId: string, key: PictureKey, why: Unseen) => Promise<void>
  /** The carrier's copy is deleted. */
  readonly done: (districtId: string, key: PictureKey) => Promise<void>
  /** Tried again later; after many tries it is lost. */
  readonly later: (districtId: string, key: PictureKey) => Promise<void>
}
