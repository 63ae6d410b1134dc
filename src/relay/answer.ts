/** A call at work: which script answers it. What a script says depends on nothing but its state, what came in and the facts. */

import { familyCall, messageCall, PIN_NODE, strangerCall } from '../core/call-family.ts'
import { interpretedCall } from '../core/call-interpreted.ts'
import { roomCall } from '../core/call-room.ts'
import type { CallFacts, CallInput, Turn } from '../core/call-script.ts'
import { staffCall, staffFirstCall } from '../core/call-staff.ts'
import { studioCall } from '../core/call-studio.ts'
import type { ScriptName, Scripts } from './answer-ports.ts'

type Script = (state: never, input: CallInput, facts: CallFacts) => Turn<unknown>

const SCRIPTS: Readonly<Record<ScriptName, Script>> = {
  message: messageCall,
  family: familyCall,
  stranger: strangerCall,
  staff: staffCall,
  staff_first: staffFirstCall,
  studio: studioCall,
  room: roomCall,
  interpreted: interpretedCall,
}

/** The scripts of all calls. */
export const scripts: Scripts = {
  play: (script, state, input, facts) => SCRIPTS[script](state as never, input, facts),
  asksForPin: (state) => typeof state === 'object' && state !== null && 'node' in state && state.node === PIN_NODE,
}
