// The official CometD client, wrapped in promises and in a diary of what it was told.
import { AckExtension, CometD } from 'cometd';
import { adapt } from 'cometd-nodejs-client';

const PATIENCE = 20_000;

export class OfficialClient {
  /** The transcript events that came on the channel, in order. */
  events = [];
  /** Every client id that the server gave. */
  sessions = [];
  /** Errors that replies to /meta/connect carried. */
  refusals = [];
  #watchers = new Set();

  constructor(base, user, { ack, appendType }) {
    // Each client gets a cookie store of its own, as a browser would.
    adapt();
    this.cometd = new CometD();
    this.cometd.configure({
      url: `${base}/cometd`,
      appendMessageTypeToURL: appendType,
      requestHeaders: { gms_user: user },
      logLevel: 'warn',
    });
    this.cometd.unregisterTransport('websocket');
    if (ack) this.cometd.registerExtension('ack', new AckExtension());
    this.cometd.addListener('/meta/handshake', (reply) => {
      if (reply.successful) this.sessions.push(reply.clientId);
      this.#look();
    });
    this.cometd.addListener('/meta/connect', (reply) => {
      if (!reply.successful) this.refusals.push(reply.error ?? reply.failure);
      this.#look();
    });
  }

  handshake() {
    return new Promise((done) => this.cometd.handshake(done));
  }

  /** Subscribes, now and after each further handshake. `subscriptions` counts the server's consents. */
  subscribe(channel) {
    this.subscriptions = 0;
    const subscribe = () =>
      this.cometd.subscribe(
        channel,
        ({ data }) => {
          for (const event of data.message.transcriptToShow) this.events.push(event);
          this.#look();
        },
        (reply) => {
          if (reply.successful) this.subscriptions += 1;
          this.#look();
        },
      );
    this.cometd.addListener('/meta/handshake', (reply) => reply.successful && subscribe());
    subscribe();
    return this.until('the subscription', () => this.subscriptions === 1);
  }

  disconnect() {
    return new Promise((done) => this.cometd.disconnect(done));
  }

  /** Texts of the messages that agents wrote. */
  texts() {
    return this.events.filter(([type, , , , party]) => type === 'Message.Text' && party === 'AGENT').map(([, , text]) => text);
  }

  /** Waits until `seen` is true, which is asked after everything that arrives. */
  until(what, seen) {
    return new Promise((done, fail) => {
      const late = setTimeout(() => {
        this.#watchers.delete(watcher);
        fail(new Error(`waited ${PATIENCE} ms for ${what}; ${this.events.length} events so far`));
      }, PATIENCE);
      const watcher = () => {
        if (!seen()) return;
        clearTimeout(late);
        this.#watchers.delete(watcher);
        done();
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  #look() {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
