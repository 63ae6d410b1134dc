/** Tells open pages of this server that something may have changed, a little later and once for many changes. */

const SOON_MS = 60

/** Between the jobs, which say that they did something, and the pages that look then. */
export type Looks = {
  readonly changed: () => void
  /** Gives the function that ends it. */
  readonly subscribe: (look: () => void) => () => void
  readonly close: () => void
}

/** A fresh one, with nobody looking. */
export function createLooks(): Looks {
  const watching = new Set<() => void>()
  let soon: NodeJS.Timeout | null = null
  return {
    changed: () => {
      if (watching.size === 0) return
      soon ??= setTimeout(() => {
        soon = null
        for (const look of watching) look()
      }, SOON_MS)
    },
    subscribe: (look) => {
      watching.add(look)
      return () => void watching.delete(look)
    },
    close: () => {
      if (soon !== null) clearTimeout(soon)
      watching.clear()
    },
  }
}
