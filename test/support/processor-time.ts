/**
 * Milliseconds of processor time that some work in this process takes, the best of three: how busy the machine is does not count, but what
 * the compiler and the collector do beside it does.
 */
export async function processorTime(work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let tries = 0; tries < 3; tries++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  return Math.min(...times)
}
