// Services, chats and their transcripts, by REST. Written from the API page; shares nothing with the simulator.
import { randomUUID } from 'node:crypto';

import { answer, read } from './http.js';

/** Events stand in the transcript from position 2: creating a chat is position 1. */
class Chat {
  events = [];
  state = 'CONNECTED';
  startedAt = Date.now();

  constructor(id, user, name, push) {
    Object.assign(this, { id, user, name, push, session: randomUUID().slice(0, 16) });
  }

  get position() {
    return this.events.length + 1;
  }

  add(type, who, text, party) {
    const seconds = Math.floor((Date.now() - this.startedAt) / 1000);
    this.events.push([type, who, text, String(seconds), party]);
  }

  /** The chat object, with the events behind `after` where they are wanted. */
  object(after) {
    const object = {
      chatIxnState: this.state,
      chatSessionId: this.session,
      transcriptPosition: String(this.position),
      chatServiceMessage: 'Chat service is available',
      startedAt: new Date(this.startedAt).toISOString(),
    };
    if (after !== undefined) object.transcriptToShow = this.events.slice(Math.max(after, 1) - 1);
    return object;
  }
}

export class Gms {
  services = new Map();
  /** Chats in the order of their creation. */
  chats = [];

  /** `publish(chat, delivery)` is called for each event of a chat in push mode. */
  constructor(publish) {
    this.publish = publish;
  }

  /** Somebody says or does something; everybody hears of it. */
  happen(chat, type, who, text, party) {
    chat.add(type, who, text, party);
    if (chat.push) this.deliver(chat, 1);
  }

  /** Hands the last events to the channel. */
  deliver(chat, count) {
    const message = chat.object(chat.position - count);
    this.publish(chat, { id: randomUUID(), message, tag: `service.chat.refresh.${chat.id}` });
  }

  async answer(path, request, response) {
    const words = path.split('/').slice(2);
    const fields = new URLSearchParams(await read(request));
    if (request.method !== 'POST' || words[0] !== '1' || words[1] !== 'service') return answer(response, 404);
    if (words.length === 3) return this.#createService(response);
    if (!this.services.has(words[2]) || words[3] !== 'ixn' || words[4] !== 'chat') return answer(response, 404);
    if (words.length === 5) return this.#createChat(words[2], request.headers.gms_user, fields, response);
    const chat = this.services.get(words[2]);
    if (!chat) return answer(response, 404);
    return this.#act(chat, words[5], fields, response);
  }

  #createService(response) {
    const id = randomUUID();
    this.services.set(id, undefined);
    answer(response, 200, { _id: id });
  }

  #createChat(id, user, fields, response) {
    if (!fields.get('subject')) return answer(response, 415, { exception: 'MissingParameter', message: 'subject' });
    const chat = new Chat(id, user, fields.get('firstName') ?? 'Visitor', fields.get('notify_by') === 'comet');
    this.services.set(id, chat);
    this.chats.push(chat);
    const object = chat.object();
    if (chat.push) object.comet_channel = '/_genesys';
    chat.state = 'TRANSCRIPT';
    answer(response, 200, object);
  }

  #act(chat, operation, fields, response) {
    const message = fields.get('message');
    const open = chat.state !== 'DISCONNECTED';
    switch (operation) {
      case 'send':
      case 'refresh':
        if (message !== null && open) this.happen(chat, 'Message.Text', chat.name, message, 'CLIENT');
        break;
      case 'startTyping':
        if (open) this.happen(chat, 'Notice.TypingStarted', chat.name, 'is typing', 'CLIENT');
        break;
      case 'stopTyping':
        if (open) this.happen(chat, 'Notice.TypingStopped', chat.name, 'stopped typing', 'CLIENT');
        break;
      case 'disconnect':
        if (open) this.happen(chat, 'Notice.Left', chat.name, 'has left the session', 'CLIENT');
        chat.state = 'DISCONNECTED';
        break;
      default:
        return answer(response, 404);
    }
    const asked = fields.get('transcriptPosition');
    answer(response, 200, chat.object(chat.push && asked === null ? undefined : Number(asked ?? chat.position)));
  }
}
