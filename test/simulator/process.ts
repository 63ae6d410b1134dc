import fastify from 'fastify'
import { createSimulator, type SimulatorOptions } from '../../src/simulator/carrier.ts'
import { simulatorControl } from '../../src/simulator/control.ts'
import { simulatorRest } from '../../src/simulator/rest.ts'

/**
 * The simulator as a process of its own, for tests that kill or outlive the server: `node test/simulator/process.ts OPTIONS`, OPTIONS being
 * `{"accounts": [...], "journalPath"?, "stepMilliseconds"?, "port"?}` as JSON. Prints its address; SIGTERM ends it.
 */
const { port = 0, ...options }: SimulatorOptions & { port?: number } = JSON.parse(process.argv[2] ?? '{}')
const simulator = createSimulator(options)
const app = fastify()
app.register(simulatorRest, { simulator })
app.register(simulatorControl, { simulator })
process.once('SIGTERM', async () => {
  await app.close()
  simulator.close()
})
console.log(await app.listen({ port, host: '127.0.0.1' }))
