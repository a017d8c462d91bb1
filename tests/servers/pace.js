// How long the server waits for the next connect after it has answered one, by user.

export class Pace {
  #answered = new Map();
  gaps = new Map();
  held = 0;

  constructor(now) {
    this.now = now;
  }

  watch(path, request, response) {
    if (!path.endsWith('/connect')) return;
    const user = request.headers.gms_user;
    const before = this.#answered.get(user);
    if (before !== undefined) {
      if (!this.gaps.has(user)) this.gaps.set(user, []);
      this.gaps.get(user).push(this.now() - before);
    }
    this.held += 1;
    response.on('finish', () => this.#answered.set(user, this.now()));
    response.on('close', () => (this.held -= 1));
  }
}
