// What a test does behind the scenes: the agent's lines, restarts, and a look at the truth.
import { answer, read } from './http.js';

const AGENT = 'Kristi Sippola';

export async function control({ gms, channel, pace, cut }, path, request, response) {
  const body = await read(request);
  const wish = body ? JSON.parse(body) : {};
  const chat = gms.chats.at(wish.chat ?? -1);
  switch (path) {
    // The agent says `count` lines in one go, "text 1" to "text N"; without a count the text as it is.
    case '/control/say':
      if (!chat) return answer(response, 409);
      if (wish.count) {
        for (let n = 1; n <= wish.count; n += 1) gms.happen(chat, 'Message.Text', AGENT, `${wish.text} ${n}`, 'AGENT');
      } else {
        gms.happen(chat, 'Message.Text', AGENT, wish.text, 'AGENT');
      }
      return answer(response, 200, { position: chat.position });
    case '/control/join':
      if (!chat) return answer(response, 409);
      gms.happen(chat, 'Notice.Joined', AGENT, 'has joined the session', 'AGENT');
      return answer(response, 200, {});
    // Every session is forgotten and every connection cut; chats live on another server.
    case '/control/restart':
      channel.forget();
      answer(response, 200, {});
      response.on('close', cut);
      return;
    case '/control/state':
      return answer(response, 200, {
        chats: gms.chats.map(({ events, state, push }) => ({ events, state, push })),
        held: pace.held,
        gaps: Object.fromEntries(pace.gaps),
      });
    default:
      return answer(response, 404);
  }
}
