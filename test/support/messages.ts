import type { NewMessage } from '../../src/store/exchanges.ts'

/** What Rosa of `logSchool` writes to her teacher, as it comes in; `but` says what is otherwise. */
export function newMessage(but: Partial<NewMessage> & Pick<NewMessage, 'id' | 'conversationId'>): NewMessage {
  return {
    deskId: null,
    direction: 'to_staff',
    authorId: 'rosa',
    guardianId: 'rosa',
    text: 'Hola',
    urgent: false,
    urgentReason: null,
    status: 'received',
    sendAfter: null,
    hold: null,
    toPrepare: true,
    carrierSid: null,
    phoneId: null,
    proxyNumberId: null,
    keyword: null,
    pictures: false,
    detour: null,
    ...but,
  }
}
