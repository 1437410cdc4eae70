// What every check needs: a Redis server of its own, the package under its name, our probe as a process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const IORedis = require('ioredis').default;

export const version = process.env.CRM_BULLMQ; // 'bullmq5' or 'bullmq6'
export const bullmq = require(version);
const probe = process.env.CRM_BULLMQ_PROBE;

export class Server {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'crm-merge-node-'));
    this.path = join(this.folder, 'redis.sock');
    this.url = `unix://${this.path}`;
    this.clients = [];
    this.closers = [];
    this.probes = [];
  }

  async start() {
    const settings = { port: 0, unixsocket: this.path, dir: this.folder, save: '', appendonly: 'yes', appendfsync: 'no', 'maxmemory-policy': 'noeviction' };
    this.process = spawn('redis-server', Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]), { stdio: 'ignore' });
    this.redis ??= this.connection();
    await this.redis.ping();
  }

  async kill() {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }

  connection() {
    const client = new IORedis({ path: this.path, maxRetriesPerRequest: null, retryStrategy: () => 20 });
    client.on('error', () => {});
    this.clients.push(client);
    return client;
  }

  /** A Queue, QueueEvents, Worker or FlowProducer that is closed at the end. */
  make(Class, ...words) {
    const options = words.at(-1) !== undefined && typeof words.at(-1) === 'object' ? words.pop() : {};
    const made = new Class(...words, { ...options, connection: this.connection() });
    made.on('error', () => {});
    this.closers.push(made);
    return made;
  }

  async queue(name) {
    const queue = this.make(bullmq.Queue, name);
    const events = this.make(bullmq.QueueEvents, name);
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    return { queue, events };
  }

  /** Our worker; `options` as the probe reads them. */
  async worker(name, options = {}) {
    const worker = new Probe(['work', this.url, name, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)]);
    this.probes.push(worker);
    await worker.saw((line) => line.ready);
    return worker;
  }

  async ask(...words) {
    const one = new Probe([words[0], this.url, ...words.slice(1)]);
    await one.ended;
    return words[0] === 'list' ? one.lines : one.lines[0];
  }

  async stop() {
    for (const one of this.probes) one.process.kill('SIGKILL');
    await Promise.allSettled(this.closers.map((one) => Promise.race([one.close(true), new Promise((resolve) => setTimeout(resolve, 500))])));
    for (const client of this.clients) client.disconnect();
    this.process?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Probe {
  constructor(words) {
    this.lines = [];
    this.waiting = [];
    this.process = spawn(probe, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = once(this.process, 'close');
    createInterface({ input: this.process.stdout }).on('line', (text) => {
      this.lines.push(JSON.parse(text));
      this.waiting = this.waiting.filter(({ check, resolve }) => !(check(this.lines.at(-1)) && (resolve(this.lines.at(-1)), true)));
    });
  }

  /** The first line, of those there or to come, that fits. */
  saw(check) {
    const there = this.lines.find(check);
    return there ? Promise.resolve(there) : new Promise((resolve) => this.waiting.push({ check, resolve }));
  }

  count(check) {
    return this.lines.filter(check).length;
  }

  async terminate() {
    this.process.kill('SIGTERM');
    await this.ended;
  }
}

export const until = async (check) => {
  for (;;) {
    const value = await check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
