import { SingleBar } from 'cli-progress'

/** A bar on standard error, drawn only for a person at a terminal. */
export function progressBar(label: string): { readonly to: (done: number, total: number) => void; readonly end: () => void } {
  if (!process.stderr.isTTY) return { to: () => {}, end: () => {} }
  const bar = new SingleBar({
    format: `${label} [{bar}] {percentage}%`,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  let started = false
  return {
    to: (done, total) => {
      if (!started) bar.start(total, 0)
      started = true
      bar.setTotal(total)
      bar.update(done)
    },
    end: () => {
      if (started) bar.stop()
    },
  }
}
