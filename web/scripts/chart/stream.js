// New samples as they come (server-sent events): one stream for all that a page shows, because
// browsers allow six connections to a server over HTTP/1.1. Only a visible tab holds it.
import { readSamples } from './samples.js';

export class Stream {
  constructor() {
    this.listeners = new Map(); // id of a signal → functions
    this.resyncs = [];
    this.pauses = new Set();
  }

  // `take(samples)` is called with what arrives of the signal; `resync` when something was missed.
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
    this.stream.addEventListener('samples', (event) => this.arrive(JSON.parse(event.data)));
    this.stream.addEventListener('resync', () => this.resync());
    this.stream.addEventListener('error', () => {
      // Closed for good (signed out, the server says no): the next page decides, not a loop.
      if (this.stream?.readyState === EventSource.CLOSED) this.stream = null;
    });
    if (!isFirst) this.resync();
  }

  hangUp() {
    this.stream?.close();
    this.stream = null;
  }

  resync() {
    this.resyncs.forEach((call) => call());
  }

  arrive(event) {
    const samples = readSamples(event);
    for (const take of this.listeners.get(event.id) ?? []) take(samples);
  }
}
