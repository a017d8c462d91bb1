// The page's part of `cargo xtask bench delivery`: from a REST send to the text in the DOM, for the widget and for the
// official client. Both stand on one page, meet one server, and are watched by the same kind of observer.
import { AckExtension, CometD } from '../node_modules/cometd/cometd.js';

const USER = 'official';

async function post(path, fields) {
  const headers = { gms_user: USER };
  const reply = await fetch(`/genesys/1/service/${path}`, { method: 'POST', headers, body: new URLSearchParams(fields) });
  return reply.json();
}

/** The official client, with acknowledgements and otherwise as it comes; it appends a text node for each message. */
async function official() {
  const list = document.body.appendChild(document.createElement('div'));
  const client = new CometD();
  client.configure({ url: `${location.origin}/genesys/cometd`, requestHeaders: { gms_user: USER }, logLevel: 'warn' });
  client.unregisterTransport('websocket');
  client.registerExtension('ack', new AckExtension());
  await new Promise((done) => client.handshake(done));
  const show = ({ data }) => {
    if (!data.tag.endsWith(service)) return;
    for (const [type, , text] of data.message.transcriptToShow) {
      if (type === 'Message.Text') list.append(document.createTextNode(text));
    }
  };
  let service;
  await new Promise((done) => client.subscribe('/_genesys', show, done));
  service = (await post('request-chat', {}))._id;
  await post(`${service}/ixn/chat`, { subject: 'Bench', notify_by: 'comet' });
  return list;
}

/** Resolves with the moment at which the text stands below the node. */
function appears(node, text) {
  return new Promise((done) => {
    const observer = new MutationObserver((records) => {
      const at = performance.now();
      if (!records.some(({ addedNodes }) => [...addedNodes].some((added) => added.textContent.includes(text)))) return;
      observer.disconnect();
      done(at);
    });
    observer.observe(node, { childList: true, subtree: true });
  });
}

const rest = (ms) => new Promise((done) => setTimeout(done, ms));
let number = 0;

/** Milliseconds from send to sight, `count` times, with a rest of `pause` milliseconds before each. */
async function round(side, count, pause) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    if (pause) await rest(pause);
    number += 1;
    const text = `Line ${number}.`;
    const seen = appears(side.node, text);
    const begin = performance.now();
    fetch('/control/say', { method: 'POST', body: JSON.stringify({ chat: side.chat, text }) });
    times.push((await seen) - begin);
  }
  return times;
}

const widget = document.querySelector('gms-chat').shadowRoot.querySelector('[role=log]');
const sides = { ours: { node: widget, chat: 0 }, official: { node: await official(), chat: 1 } };
globalThis.bench = (side, count, pause) => round(sides[side], count, pause);
