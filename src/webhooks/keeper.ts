/** Requests that wait at the same moment share one statement and one commit. */

/** Statements under way at once; more gain nothing and fewer leave the database idle. */
const IN_FLIGHT = 2
const MOST_IN_ONE = 500

/**
 * Makes a function that resolves when its item is durably kept and rejects when it is not. Items that come while statements are under way go
 * together into the next one; when a shared statement fails, each of its items is tried alone, so that a bad one fails by itself.
 */
export function createKeeper<T>(write: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  type Waiting = { readonly item: T; readonly kept: () => void; readonly failed: (error: unknown) => void }
  const waiting: Waiting[] = []
  let inFlight = 0
  const alone = (w: Waiting) => write([w.item]).then(w.kept, w.failed)
  const next = () => {
    while (inFlight < IN_FLIGHT && waiting.length > 0) {
      const batch = waiting.splice(0, MOST_IN_ONE)
      inFlight++
      void write(batch.map((w) => w.item))
        .then(
          () => {
            for (const w of batch) w.kept()
          },
          async (error) => {
            if (batch.length === 1) batch[0]?.failed(error)
            // One after the other: a family's texts keep the order in which they came.
            else for (const w of batch) await alone(w)
          },
        )
        .finally(() => {
          inFlight--
          next()
        })
    }
  }
  return (item) =>
    new Promise((kept, failed) => {
      // What arrives in the same turn of the event loop goes together.
      if (waiting.push({ item, kept, failed }) === 1) setImmediate(next)
    })
}
