// The bell: its list comes from GET /api/notifications when it is opened, and news by server-sent
// events. Only a visible tab holds a stream: browsers allow six connections to a server over
// HTTP/1.1, and a row of forgotten tabs would use them all up.
import { locale, say } from './say.js';
import { chime } from './chime.js';
import { toast } from './toast.js';

const EVENTS = '/api/live';
const LIST = '/api/notifications?limit=10';
const COUNT = '/api/notifications/count';
const READ_ALL = '/api/notifications/read-all';
const COUNT_MAX = 99;

const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

async function getJson(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// The server replays a little more than was missed, so that nothing falls between two pages. What
// this tab has shown already is remembered across its pages and not announced again.
class Seen {
  static KEY = 'optria.seen';
  static MAX = 60;

  constructor() {
    try {
      this.ids = JSON.parse(sessionStorage.getItem(Seen.KEY)) ?? [];
    } catch {
      this.ids = [];
    }
  }

  // True the first time.
  add(id) {
    if (this.ids.includes(id)) return false;
    this.ids = [...this.ids, id].slice(-Seen.MAX);
    try {
      sessionStorage.setItem(Seen.KEY, JSON.stringify(this.ids));
    } catch {
      // Storage may be switched off; then a toast can appear twice.
    }
    return true;
  }
}

// "3 minutes ago" in the page's language.
export function ago(at, now, lang) {
  const steps = [
    ['day', 86400],
    ['hour', 3600],
    ['minute', 60],
  ];
  const seconds = (at - now) / 1000;
  const format = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(Math.trunc(seconds), 'second');
}

// What parts of this page wait for (refresh.js): they share the one stream.
const namesToFollow = () => new Set(
  [...document.querySelectorAll('[data-refresh-on]')].map((part) => part.dataset.refreshOn));

class Bell {
  constructor(root) {
    this.root = root;
    this.menu = document.getElementById('bell-menu');
    this.list = this.menu.querySelector('[data-bell-list]');
    this.counter = root.querySelector('.count');
    this.lastId = root.dataset.since ?? '';
    this.seen = new Seen();
    this.stream = null;
  }

  start() {
    this.menu.addEventListener('toggle', (event) => {
      if (event.newState === 'open') this.load();
    });
    this.menu.querySelector('[data-bell-read-all]')?.addEventListener('click', () => this.readAll());
    document.addEventListener('visibilitychange', () => this.follow());
    addEventListener('pagehide', () => this.hangUp());
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.count();
      this.follow();
    });
    this.follow();
  }

  // --- the stream ----------------------------------------------------------------------------
  follow() {
    if (document.visibilityState === 'hidden') {
      this.hangUp();
      return;
    }
    if (this.stream) return;
    const query = this.lastId === '' ? '' : `?last_event_id=${encodeURIComponent(this.lastId)}`;
    this.stream = new EventSource(EVENTS + query);
    this.stream.addEventListener('notification', (event) => this.arrive(event));
    this.stream.addEventListener('resync', () => this.count());
    for (const name of namesToFollow()) {
      const tell = (event) => document.dispatchEvent(
        new CustomEvent(`live:${name}`, { detail: event.data ?? '' }));
      this.stream.addEventListener(name, tell);
      this.stream.addEventListener('resync', () => tell({}));
    }
    this.stream.addEventListener('error', () => {
      // Closed for good (signed out, the server says no): the next page decides, not a loop.
      if (this.stream?.readyState === EventSource.CLOSED) this.stream = null;
    });
  }

  hangUp() {
    this.stream?.close();
    this.stream = null;
  }

  arrive(event) {
    if (event.lastEventId !== '') this.lastId = event.lastEventId;
    const note = JSON.parse(event.data);
    if (!this.seen.add(note.id)) return;
    toast('info', note[`title_${document.documentElement.lang}`] ?? note.title, this.href(note));
    chime();
    this.count();
    if (this.menu.matches(':popover-open')) this.load();
  }

  // --- the number ----------------------------------------------------------------------------
  show(unread) {
    this.counter.hidden = unread === 0;
    this.counter.textContent = unread > COUNT_MAX ? `${COUNT_MAX}+` : String(unread);
  }

  async count() {
    try {
      this.show((await getJson(COUNT)).unread);
    } catch {
      // The number is a courtesy; the list says when something is wrong.
    }
  }

  // --- the list ------------------------------------------------------------------------------
  async load() {
    this.list.setAttribute('aria-busy', 'true');
    try {
      const page = await getJson(LIST);
      this.fill(page.items);
      this.show(page.unread);
    } catch {
      this.message(say('notificationsFailed'));
    } finally {
      this.list.removeAttribute('aria-busy');
    }
  }

  message(text) {
    const line = document.createElement('p');
    line.className = 'empty';
    line.textContent = text;
    this.list.replaceChildren(line);
  }

  fill(notes) {
    if (notes.length === 0) {
      this.message(say('notificationsNone'));
      return;
    }
    this.list.replaceChildren(...notes.map((note) => this.item(note)));
  }

  // This address marks it as read and leads on to what it is about.
  href(note) {
    return `/notifications/${encodeURIComponent(note.id)}`;
  }

  item(note) {
    const item = document.getElementById('bell-model').content.firstElementChild.cloneNode(true);
    item.href = this.href(note);
    item.classList.toggle('is-unread', !note.is_read);
    item.querySelector('.bell-title').textContent = note.title;
    item.querySelector('.bell-body').textContent = note.body ?? '';
    item.querySelector('.bell-time').textContent =
      ago(new Date(note.created_at), new Date(), locale());
    return item;
  }

  async readAll() {
    try {
      const answer = await fetch(READ_ALL, {
        method: 'POST',
        headers: { 'X-CSRF-Token': csrfToken() },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show(0);
      this.list.querySelectorAll('.is-unread').forEach((item) => item.classList.remove('is-unread'));
    } catch {
      toast('error', say('notificationsFailed'));
    }
  }
}

export function startNotifications() {
  const root = document.querySelector('[data-bell]');
  if (root) new Bell(root).start();
}
