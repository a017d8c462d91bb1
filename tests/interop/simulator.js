// Our simulator as a child process, and the REST half of a chat with it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

const PROGRAM = process.env.GMS_CHAT_SIMULATOR ?? '../../target/debug/gms-chat-simulator';
const START = 20_000;

/** Starts a simulator on a free port; `base` is the GMS address up to `/genesys`. */
export async function startSimulator(...options) {
  const child = spawn(PROGRAM, ['--port', '0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const late = setTimeout(() => child.kill(), START);
  let origin;
  for await (const line of lines) {
    origin = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
    if (origin) break;
  }
  clearTimeout(late);
  if (!origin) throw new Error('the simulator ended before it said its address');
  return {
    base: `${origin}/genesys`,
    async stop() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

/** A chat in push mode for this user. */
export class Chat {
  static async begin(base, user) {
    const chat = new Chat(base, user);
    const service = await chat.post('1/service/request-chat', {});
    chat.id = service._id;
    const created = await chat.post(`1/service/${chat.id}/ixn/chat`, { subject: 'Interop', notify_by: 'comet' });
    chat.channel = created.comet_channel;
    return chat;
  }

  constructor(base, user) {
    Object.assign(this, { base, user });
  }

  say(message) {
    return this.post(`1/service/${this.id}/ixn/chat/send`, { message });
  }

  end() {
    return this.post(`1/service/${this.id}/ixn/chat/disconnect`, {});
  }

  async post(path, fields) {
    const reply = await fetch(`${this.base}/${path}`, {
      method: 'POST',
      headers: { gms_user: this.user },
      body: new URLSearchParams(fields),
    });
    if (!reply.ok) throw new Error(`${path} was answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  }
}
