// The tabs of a site share one chat: whoever has the lock runs it, and what one tab posts all others hear. What they
// say to each other is decided in the wasm.

/** So long, in milliseconds, after a tab has got the lock it has heard what the one before has said. */
const SETTLING = 100;

/** A tab among others. */
export class Tabs {
  #key;
  #hear;
  #lead;
  #channel = null;
  #waiting = null;
  #release = null;

  /** `hear(what)` gets what others post; `lead()` is called when the lock has come to this tab after a wait. */
  constructor(key, hear, lead) {
    this.#key = key;
    this.#hear = hear;
    this.#lead = lead;
  }

  /** Whether this tab takes part. */
  get isIn() {
    return this.#channel !== null;
  }

  /** Whether this tab has the lock. */
  get leads() {
    return this.#release !== null;
  }

  /** Takes part; resolves to whether this tab has the lock at once. Otherwise it waits for it. */
  async join() {
    this.#channel ??= new BroadcastChannel(this.#key);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    return new Promise((resolve) => {
      const taken = (lock) => {
        const isMine = Boolean(lock);
        resolve(isMine);
        if (isMine) return this.#hold();
        this.#wait();
      };
      // A page without an origin of its own may have no locks: then it is alone.
      navigator.locks.request(this.#key, { ifAvailable: true }, taken).catch(() => resolve(true));
    });
  }

  post(what) {
    this.#channel?.postMessage(what);
  }

  /** Gives the lock back, or waits for it no more. Who `yields` waits for it again, behind all others. */
  part(yields) {
    this.#waiting?.abort();
    this.#release?.();
    this.#waiting = this.#release = null;
    if (yields) return this.#wait();
    this.#channel?.close();
    this.#channel = null;
  }

  #hold() {
    // It may have parted meanwhile.
    return this.isIn && new Promise((resolve) => (this.#release = resolve));
  }

  #wait() {
    if (!this.isIn) return;
    const { signal } = (this.#waiting = new AbortController());
    const taken = () => {
      setTimeout(() => signal.aborted || this.#lead(), SETTLING);
      return this.#hold();
    };
    // What is refused is the wish that was taken back.
    navigator.locks.request(this.#key, { signal }, taken).catch(() => {});
  }
}
