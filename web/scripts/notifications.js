// The bell: its list comes from GET /api/notifications when it is opened, and news by server-sent
// events. Only a visible tab holds a stream: browsers allow six connections to a server over
// HTTP/1.1, and a row of forgotten tabs would use them all up.
import { locale, say } from './say.js';
import { toast } from './toast.js';

const EVENTS = '/api/events';
const LIST = '/api/notifications?limit=10';
const COUNT_MAX = 99;

const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

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

class Bell {
  constructor(root) {
    this.root = root;
    this.menu = document.getElementById('bell-menu');
    this.list = this.menu.querySelector('[data-bell-list]');
    this.counter = root.querySelector('.count');
    this.unread = Number(root.dataset.unread) || 0;
    this.lastId = '';
    this.stream = null;
  }

  start() {
    this.menu.addEventListener('toggle', (event) => {
      if (event.newState === 'open') this.load();
    });
    this.list.addEventListener('click', (event) => {
      const item = event.target.closest('.bell-item.is-unread');
      if (item) this.markRead(item.dataset.id);
    });
    this.menu.querySelector('[data-bell-read-all]')?.addEventListener('click', () => this.readAll());
    document.addEventListener('visibilitychange', () => this.follow());
    addEventListener('pagehide', () => this.hangUp());
    addEventListener('pageshow', () => this.follow());
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
    this.stream.addEventListener('job', (event) => this.pass(event));
    this.stream.addEventListener('error', () => {
      // Closed for good (signed out, server says no): a reload decides, not a loop.
      if (this.stream?.readyState === EventSource.CLOSED) this.stream = null;
    });
  }

  hangUp() {
    this.stream?.close();
    this.stream = null;
  }

  // Pages that follow something live listen for "optria:<event>" on the document.
  pass(event) {
    if (event.lastEventId !== '') this.lastId = event.lastEventId;
    let detail = null;
    try {
      detail = JSON.parse(event.data);
    } catch {
      return null;
    }
    document.dispatchEvent(new CustomEvent(`optria:${event.type}`, { detail }));
    return detail;
  }

  arrive(event) {
    const note = this.pass(event);
    if (!note) return;
    this.show(this.unread + 1);
    toast('info', note.title, note.href);
    if (this.menu.matches(':popover-open')) this.load();
  }

  // --- the list ------------------------------------------------------------------------------
  show(unread) {
    this.unread = Math.max(0, unread);
    this.counter.hidden = this.unread === 0;
    this.counter.textContent = this.unread > COUNT_MAX ? `${COUNT_MAX}+` : String(this.unread);
  }

  async load() {
    this.list.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(LIST, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = await answer.json();
      this.fill(page.items);
      if (Number.isInteger(page.unread)) this.show(page.unread);
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

  item(note) {
    const item = document.getElementById('bell-model').content.firstElementChild.cloneNode(true);
    item.dataset.id = note.id;
    item.href = note.href ?? '/notifications';
    item.classList.toggle('is-unread', !note.is_read);
    item.querySelector('.bell-title').textContent = note.title;
    item.querySelector('.bell-body').textContent = note.body ?? '';
    item.querySelector('.bell-time').textContent =
      ago(new Date(note.created_at), new Date(), locale());
    return item;
  }

  post(path) {
    return fetch(path, {
      method: 'POST',
      headers: { 'X-CSRF-Token': csrfToken() },
      keepalive: true, // the click also leads to another page
    });
  }

  markRead(id) {
    this.show(this.unread - 1);
    this.post(`/api/notifications/${encodeURIComponent(id)}/read`).catch(() => {});
  }

  async readAll() {
    const answer = await this.post('/api/notifications/read-all').catch(() => null);
    if (!answer?.ok) {
      toast('error', say('notificationsFailed'));
      return;
    }
    this.show(0);
    this.list.querySelectorAll('.is-unread').forEach((item) => item.classList.remove('is-unread'));
  }
}

export function startNotifications() {
  const root = document.querySelector('[data-bell]');
  if (root) new Bell(root).start();
}
