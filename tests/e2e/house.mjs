// A server of one's own, on an empty database: for what the demo has behind it already (the first
// run) and for what others should not suffer from (a database that goes away). Between server and
// database stands a relay, which can be cut.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bin } from './support.mjs';

const SOCKET = '.s.PGSQL.5432'; // as libpq names it

// Stands in a folder as a PostgreSQL's socket and hands on to another one.
class Relay {
  static async open(target) {
    const relay = new Relay();
    relay.target = join(target, SOCKET);
    relay.folder = mkdtempSync(join(tmpdir(), 'optria-relay-'));
    relay.pairs = new Set();
    await relay.mend();
    return relay;
  }

  async mend() {
    this.server = createServer((client) => this.#join(client));
    this.server.listen(join(this.folder, SOCKET));
    await once(this.server, 'listening');
  }

  #join(client) {
    const backend = createConnection(this.target);
    const pair = [client, backend];
    this.pairs.add(pair);
    for (const [from, to] of [[client, backend], [backend, client]]) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
      from.pipe(to);
    }
  }

  // Ends what is open and takes no more: the database is away.
  async cut() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const pair of this.pairs) pair.forEach((socket) => socket.destroy());
    await closed;
  }

  async close() {
    await this.cut();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class House {
  static async open() {
    const house = new House();
    try {
      await house.#start();
    } catch (error) {
      await house.close();
      throw error;
    }
    return house;
  }

  async #start() {
    this.log = '';
    // The cluster lives until its command ends, and that ends with its standard input.
    const say = 'printf "%s\\n" "$OPTRIA_DB_URL" "$OPTRIA_DB_OWNER_URL" "$OPTRIA_TEST_URL"; exec cat >/dev/null';
    this.cluster = spawn(bin, ['cluster', 'run', '--temporary', '--', 'sh', '-c', say],
      { stdio: ['pipe', 'pipe', 'ignore'] });
    const [url, ownerUrl, adminUrl] = await this.#lines(this.cluster, 3);
    this.adminUrl = adminUrl.replace('@/postgres?', '@/optria?');
    this.database = await Relay.open(/host=([^&]+)/.exec(url)[1]);
    this.env = {
      ...process.env,
      OPTRIA_DB_URL: url.replace(/host=[^&]+/, `host=${this.database.folder}`),
      OPTRIA_DB_OWNER_URL: ownerUrl,
      OPTRIA_HTTP_PORT: '0',
      OPTRIA_MASTER_KEY: randomBytes(24).toString('hex'),
      JWT_SECRET_KEY: randomBytes(24).toString('hex'),
    };
    await this.run('migrate');
    this.serve = spawn(bin, ['serve'], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.serve.stderr.on('data', (bytes) => (this.log += bytes));
    const [ready] = await this.#lines(this.serve, 1);
    this.url = ready.replace('ready ', '');
  }

  async #lines(child, count) {
    const lines = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === count) return lines;
    }
    throw new Error(`${child.spawnargs.join(' ')} ended early\n${this.log}`);
  }

  // A command of the program; gives what it printed.
  run(...words) {
    return this.#command(bin, words);
  }

  // A statement as the database's superuser.
  async sql(text) {
    await this.#command('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', this.adminUrl, '-c', text]);
  }

  async #command(program, words) {
    const child = spawn(program, words, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes) => (out += bytes));
    child.stderr.on('data', (bytes) => (err += bytes));
    const [status] = await once(child, 'close');
    if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${status}\n${err}`);
    return out;
  }

  async close() {
    for (const [child, stop] of [[this.serve, () => this.serve.kill('SIGTERM')],
      [this.cluster, () => this.cluster.stdin.end()]]) {
      if (!child || child.exitCode !== null) continue;
      const ended = once(child, 'exit');
      stop();
      await ended;
      if (child === this.serve) await this.database.close();
    }
  }
}
