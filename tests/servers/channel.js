// The two CometD servers, each as it comes from npm, behind the same three calls: handle, tell, forget.
import cometd from 'cometd-nodejs-server';
import acknowledge from 'cometd-nodejs-server/ack-extension.js';
import faye from 'faye';

const CHANNEL = '/_genesys';

export function openChannel(options) {
  return options.channel === 'faye' ? new Faye(options) : new Cometd(options);
}

/** cometd-nodejs-server: events go to the session of the chat's user, as GMS does it. */
class Cometd {
  constructor(options) {
    this.options = options;
    this.#open();
  }

  #open() {
    /** The sessions that listen, by `gms_user`; the latest one counts. */
    this.listening = new Map();
    const server = cometd.createCometDServer({
      timeout: Number(this.options.hold),
      maxSessionsPerBrowser: Number(this.options.sessions),
    });
    if (this.options.ack === 'on') server.addExtension(acknowledge);
    server.policy = {
      canSubscribe: (session, message, channel, callback) => {
        this.listening.set(server.context.request.headers.gms_user, session);
        callback(undefined, true);
      },
    };
    this.server = server;
  }

  handle(request, response) {
    this.server.handle(request, response);
  }

  tell(user, delivery) {
    this.listening.get(user)?.deliver(null, CHANNEL, delivery);
  }

  /** Every session is lost, as in a restart. */
  forget() {
    this.server.close();
    this.#open();
  }
}

/** faye: events go to everybody on the channel; the widget tells its own by their tag. */
class Faye {
  constructor(options) {
    this.options = options;
    this.#open();
  }

  #open() {
    this.server = new faye.NodeAdapter({ mount: '/genesys/cometd', timeout: Number(this.options.hold) / 1000 });
    this.client = this.server.getClient();
  }

  handle(request, response) {
    this.server.handle(request, response);
  }

  tell(user, delivery) {
    this.client.publish(CHANNEL, delivery);
  }

  forget() {
    this.server.close();
    this.#open();
  }
}
