// Newest values as they come (server-sent events): one stream for all that a page shows, because
// browsers allow six connections to a server over HTTP/1.1. Only a visible tab holds it.
export class Stream {
  constructor() {
    this.listeners = new Map(); // id of a signal → functions
    this.resyncs = [];
  }

  // `take({time, value, quality})` is called with each newest value of the signal, first with the
  // one that is there; what is given to onResync when something may have been missed.
  listen(id, take) {
    this.listeners.set(id, [...(this.listeners.get(id) ?? []), take]);
  }

  onResync(call) {
    this.resyncs.push(call);
  }

  start() {
    if (this.listeners.size === 0) return;
    document.addEventListener('visibilitychange', () => this.follow());
    addEventListener('pagehide', () => this.hangUp());
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.follow();
    });
    this.follow();
  }

  follow() {
    if (document.visibilityState === 'hidden') {
      this.hangUp();
      return;
    }
    if (this.stream) return;
    const isFirst = !this.wasOpen;
    this.wasOpen = true;
    this.stream = new EventSource(`/api/series/live?ids=${[...this.listeners.keys()].join(',')}`);
    this.stream.addEventListener('values', (event) => this.arrive(JSON.parse(event.data)));
    this.stream.addEventListener('error', () => {
      // Closed for good (signed out, the server says no): the next page decides, not a loop.
      if (this.stream?.readyState === EventSource.CLOSED) this.stream = null;
    });
    if (!isFirst) this.resyncs.forEach((call) => call());
  }

  hangUp() {
    this.stream?.close();
    this.stream = null;
  }

  arrive({ items }) {
    for (const { id, time, value, quality } of items) {
      if (time === null) continue;
      const sample = { time: Date.parse(time), value, quality };
      for (const take of this.listeners.get(id) ?? []) take(sample);
    }
  }
}
