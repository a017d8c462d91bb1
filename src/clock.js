// A clock for a page that cannot be seen: browsers may let its timers fire once a minute, and a worker's when they are
// due. The module in which this is bundled is the file of the worker too: no other has to be fetched, named or allowed.

/** So often, in milliseconds, it is looked what is due. */
const TICK = 1000;

/** Whether this page has no worker to lend. What was forbidden once is not tried again: each try may be reported. */
let isForbidden = false;

function forbid(why) {
  if (!isForbidden) console.info(`gms-chat: timers alone keep the time of a hidden page, without a worker: ${why}`);
  isForbidden = true;
}

/** Ticks where it is told to, and can. */
export class Clock {
  #tick;
  #worker = null;

  constructor(tick) {
    this.#tick = tick;
  }

  /** `isNeeded`: timers are late, and something may be due. */
  set(isNeeded) {
    if (isNeeded && !isForbidden) {
      this.#worker ??= this.#start();
      return;
    }
    this.#worker?.terminate();
    this.#worker = null;
  }

  #start() {
    try {
      const file = new URL(import.meta.url);
      // Of another origin, or of none: the browser would refuse it, and report that.
      if (file.origin !== location.origin) throw Error("the files lie on another origin");
      const worker = new Worker(file, { type: "module" });
      worker.onmessage = this.#tick;
      worker.onerror = (event) => {
        event.preventDefault();
        forbid("worker-src of the page's CSP, or a file that is not there");
        this.set(false);
      };
      return worker;
    } catch (error) {
      forbid(error.message);
      return null;
    }
  }
}

// In the worker.
if (globalThis.DedicatedWorkerGlobalScope) setInterval(() => postMessage(0), TICK);
