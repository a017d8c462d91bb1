// A GMS in miniature in front of somebody else's CometD server: `node front.js --channel cometd|faye [OPTION VALUE]…`.
//
//   --ack on|off        cometd: offer the acknowledgement extension
//   --sessions N        cometd: maxSessionsPerBrowser
//   --hold MS           how long a connect is held
//   --site FOLDER       files of the page
//   --csp on|off        let the page do no more than the widget needs: no workers, no inline code
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';

import { openChannel } from './channel.js';
import { control } from './control.js';
import { Gms } from './gms.js';
import { Pace } from './pace.js';
import { site } from './site.js';

const options = { channel: 'cometd', ack: 'on', sessions: '1', hold: '10000', csp: 'on' };
const words = process.argv.slice(2);
for (let at = 0; at < words.length; at += 2) options[words[at].replace('--', '')] = words[at + 1];

const channel = openChannel(options);
const gms = new Gms((chat, delivery) => channel.tell(chat.user, delivery));
const pace = new Pace(() => performance.now());
const sockets = new Set();
const cut = () => sockets.forEach((socket) => socket.destroy());

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://front');
  if (pathname.startsWith('/genesys/cometd')) {
    pace.watch(pathname, request, response);
    channel.handle(request, response);
  } else if (pathname.startsWith('/genesys/')) {
    gms.answer(pathname, request, response);
  } else if (pathname.startsWith('/control/')) {
    control({ gms, channel, pace, cut }, pathname, request, response);
  } else {
    site(options, pathname, response);
  }
});
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});
// A browser must not meet a connection that is just being closed.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
// Whoever started this ends it by closing its standard input, also when that one is killed.
process.stdin.on('end', () => process.exit()).resume();
