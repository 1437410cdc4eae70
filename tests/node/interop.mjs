// The npm package on one side of the queue, crm-merge on the other. `node interop.mjs` runs all checks, each on a Redis of its
// own, and prints a line of JSON for each; `node interop.mjs CHECK…` some of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { bullmq, Server, until, version } from './support.mjs';

const { FlowProducer, Worker } = bullmq;
const name = 'merge';
const kWait = 20_000;

const checks = {
  async node_hears_all_of_a_job_that_we_ran(server) {
    const { queue, events } = await server.queue(name);
    const heard = [];
    for (const event of ['added', 'waiting', 'active', 'progress', 'completed']) events.on(event, ({ jobId }) => heard.push(`${event} ${jobId}`));
    const worker = await server.worker(name, { name: 'machine-1' });
    const job = await queue.add('merge', { ms: 600, progress: 2, result: { rows: 3, list: [], none: null } });
    assert.deepEqual(await job.waitUntilFinished(events, kWait), { rows: 3, list: [], none: null });
    const done = await queue.getJob(job.id);
    assert.equal(await done.getState(), 'completed');
    assert.equal(done.processedBy, 'machine-1');
    assert.equal(done.attemptsMade, 1);
    assert.equal(done.attemptsStarted, 1);
    assert.deepEqual(done.progress, { percentage: 100 });
    assert.ok(done.finishedOn >= done.processedOn && done.processedOn >= done.timestamp);
    assert.deepEqual((await queue.getJobLogs(job.id)).logs, ['working']);
    assert.deepEqual(heard, ['added', 'waiting', 'active', 'progress', 'progress', 'completed'].map((event) => `${event} ${job.id}`));
    assert.deepEqual(await queue.getJobCounts('wait', 'active', 'completed', 'failed'), { wait: 0, active: 0, completed: 1, failed: 0 });
    assert.equal((await queue.getWorkers()).length, 1);
    assert.equal(worker.count((line) => line.error), 0);
  },

  async node_runs_what_we_added(server) {
    const { queue } = await server.queue(name);
    const order = [];
    const first = await server.ask('add', name, 'later', '{"n":1}', 'delay=300', 'attempts=2', 'backoff=10');
    const low = await server.ask('add', name, 'low', '{"n":2}', 'priority=7');
    const high = await server.ask('add', name, 'high', '{"n":3}', 'priority=2');
    const plain = await server.ask('add', name, 'plain', '{"big":"123456789012345678"}', 'by=ops');
    server.make(Worker, name, async (job) => {
      order.push(job.name);
      if (job.name === 'later' && job.attemptsMade === 0) throw new Error('once more');
      return { ran: job.data };
    }, {});
    await until(async () => (await queue.getCompletedCount()) === 4);
    assert.deepEqual(order.filter((one) => one !== 'later'), ['plain', 'high', 'low']);
    assert.equal(order.length, 5, 'the failed attempt too');
    const seen = await server.ask('get', name, plain.id);
    assert.deepEqual(JSON.parse(seen.result), { ran: { big: '123456789012345678' } });
    assert.equal(seen.by, 'ops');
    assert.equal((await server.ask('get', name, first.id)).made, 2);
    assert.deepEqual((await server.ask('list', name)).map((job) => job.id), [plain.id, high.id, low.id, first.id]);
  },

  async one_idempotency_key_is_one_job_for_both_sides(server) {
    const { queue } = await server.queue(name);
    await queue.add('merge', { a: 1 }, { jobId: 'order-7' });
    assert.deepEqual(await server.ask('add', name, 'merge', '{"a":1}', 'key=order-7'), { id: 'order-7', existed: true });
    assert.match((await server.ask('add', name, 'merge', '{"a":2}', 'key=order-7')).error, /belongs to another job/);
    assert.equal((await server.ask('add', name, 'merge', '{"a":2}', 'key=order-8')).id, 'order-8');
    await queue.add('merge', { other: true }, { jobId: 'order-8' });
    assert.deepEqual((await queue.getJob('order-8')).data, { a: 2 });
    assert.equal(await queue.getWaitingCount(), 2);
  },

  async failures_are_retried_as_the_job_says(server) {
    const { queue, events } = await server.queue(name);
    const exhausted = [];
    events.on('retries-exhausted', ({ jobId }) => exhausted.push(jobId));
    await server.worker(name, { concurrency: 4 });
    const [twice, always, fatal, custom] = await Promise.all([
      queue.add('merge', { fail: 2 }, { attempts: 3, backoff: { type: 'exponential', delay: 100 } }),
      queue.add('merge', { fail: 9, reason: 'unavailable: no store' }, { attempts: 2, backoff: 50 }),
      queue.add('merge', { fail: 9, fatal: true, reason: 'invalid_input: no column' }, { attempts: 5 }),
      queue.add('merge', { fail: 9 }, { attempts: 5, backoff: { type: 'moon' } }),
    ]);
    await twice.waitUntilFinished(events, kWait);
    await until(async () => (await queue.getFailedCount()) === 3);
    const made = async (job) => (await queue.getJob(job.id)).attemptsMade;
    assert.deepEqual(await Promise.all([twice, always, fatal, custom].map(made)), [3, 2, 1, 1]);
    const done = await queue.getJob(twice.id);
    assert.ok(done.finishedOn - done.timestamp >= 300, 'backoff of 100 and 200 ms');
    const failed = await queue.getJob(always.id);
    assert.equal(failed.failedReason, 'unavailable: no store');
    assert.equal(failed.stacktrace.length, 2);
    assert.equal((await queue.getJob(fatal.id)).failedReason, 'invalid_input: no column');
    await until(() => exhausted.includes(always.id));
    await failed.retry();
    await until(async () => (await queue.getJob(always.id)).attemptsMade > 2);
  },

  async lines_priorities_and_delays_are_kept(server) {
    const { queue, events } = await server.queue(name);
    const order = [];
    events.on('active', ({ jobId }) => order.push(jobId));
    const add = (jobId, options = {}) => queue.add('merge', {}, { jobId, ...options });
    await add('p5', { priority: 5 });
    await add('a');
    await add('p1', { priority: 1 });
    await add('b');
    await add('p5b', { priority: 5 });
    await add('first', { lifo: true });
    const late = await add('late', { delay: 700 });
    const worker = await server.worker(name);
    await until(async () => (await queue.getCompletedCount()) === 7);
    assert.deepEqual(order.filter((one) => one !== 'late'), ['first', 'a', 'b', 'p1', 'p5', 'p5b']);
    const started = (await queue.getJob('late')).processedOn - late.timestamp;
    assert.ok(started >= 700 && started < 4500, `after ${started} ms`);
    assert.equal(worker.count((line) => line.error), 0);
  },

  async the_limiter_is_shared_by_workers(server) {
    const { queue } = await server.queue(name);
    await queue.addBulk(Array.from({ length: 25 }, (_, n) => ({ name: 'merge', data: {}, opts: { jobId: `j${n}` } })));
    const how = { concurrency: 3, max: 10, per: 700 };
    await Promise.all([server.worker(name, how), server.worker(name, how)]);
    await until(async () => (await queue.getCompletedCount()) === 25);
    const starts = (await queue.getCompleted()).map((job) => job.processedOn).sort((a, b) => a - b);
    assert.ok(starts[10] - starts[0] >= 650 && starts[20] - starts[0] >= 1350, `${starts[10] - starts[0]}, ${starts[20] - starts[0]} ms`);
    assert.ok(starts[24] - starts[0] < 20_000);
  },

  async a_job_of_a_dead_worker_is_taken_up_and_one_that_kills_them_fails(server) {
    const { queue, events } = await server.queue(name);
    const stalled = [];
    events.on('stalled', ({ jobId }) => stalled.push(jobId));
    const how = { lock: 400, stalled: 150, max_stalled: 2 };
    const job = await queue.add('merge', { ms: 700 });
    const dying = await server.worker(name, how);
    await dying.saw((line) => line.started === job.id);
    dying.process.kill('SIGKILL');
    const next = await server.worker(name, how);
    await job.waitUntilFinished(events, kWait);
    assert.deepEqual(stalled, [job.id]);
    const done = await queue.getJob(job.id);
    assert.equal(done.attemptsMade, 1);
    assert.equal(done.stalledCounter, 1);
    await next.terminate();
    const deadly = await queue.add('merge', { crash: true }, { attempts: 3 });
    for (let workers = 0; !(await deadly.isFailed()); ++workers) {
      assert.ok(workers < 8, 'it kills workers for ever');
      const worker = await server.worker(name, how);
      await Promise.race([worker.ended, until(() => deadly.isFailed())]);
    }
    assert.match((await queue.getJob(deadly.id)).failedReason, /stalled more than allowable limit/);
  },

  async a_lost_lock_stops_the_work_and_nothing_is_published(server) {
    const { queue } = await server.queue(name);
    const worker = await server.worker(name, { lock: 600, stalled: 60_000, concurrency: 3 });
    const [stolen, expired, gone] = await Promise.all(['stolen', 'expired', 'gone'].map((jobId) => queue.add('merge', { ms: 20_000 }, { jobId })));
    await Promise.all([stolen, expired, gone].map((job) => worker.saw((line) => line.started === job.id)));
    await server.redis.set(`bull:${name}:stolen:lock`, 'somebody else', 'PX', 60_000);
    await server.redis.del(`bull:${name}:expired:lock`);
    await server.redis.del(`bull:${name}:gone`, `bull:${name}:gone:lock`);
    for (const job of [stolen, expired, gone]) assert.equal((await worker.saw((line) => line.ended === job.id)).how, 'lost');
    assert.equal(await stolen.getState(), 'active');
    assert.deepEqual(await queue.getJobCounts('completed', 'failed'), { completed: 0, failed: 0 });
  },

  async flows_work_with_our_children_and_our_parents(server) {
    const { queue } = await server.queue(name);
    await server.queue('parents');
    await server.worker(name, { concurrency: 2 });
    const values = new Promise((resolve) => {
      server.make(Worker, 'parents', async (job) => resolve(await job.getChildrenValues()), {});
    });
    const flows = server.make(FlowProducer, {});
    const children = [1, 2].map((n) => ({ name: 'merge', queueName: name, data: { result: { rows: n } } }));
    await flows.add({ name: 'sum', queueName: 'parents', children });
    assert.deepEqual(Object.values(await values).map(({ rows }) => rows).sort(), [1, 2]);
    const ours = await flows.add({ name: 'merge', queueName: name, data: { result: { parent: true } }, children });
    await until(() => ours.job.isCompleted());
    const failing = { name: 'merge', queueName: name, data: { fail: 9, reason: 'invalid_input: x' }, opts: { failParentOnFailure: true } };
    const doomed = await flows.add({ name: 'merge', queueName: name, data: {}, children: [failing] });
    await until(() => doomed.job.isFailed());
    assert.match((await queue.getJob(doomed.job.id)).failedReason, /child .* failed/);
  },

  async node_cancels_in_three_lines(server) {
    const { queue, events } = await server.queue(name);
    const cancel = async (jobId) => {
      await server.redis.set(`crm-merge:cancel:${name}:${jobId}`, '1', 'EX', 604800);
      await server.redis.publish(`crm-merge:cancel:${name}`, jobId);
    };
    const worker = await server.worker(name);
    const running = await queue.add('merge', { ms: 20_000 }, { attempts: 5 });
    const waiting = await queue.add('merge', {}, { attempts: 5 });
    await worker.saw((line) => line.started === running.id);
    await cancel(waiting.id);
    const began = Date.now();
    await cancel(running.id);
    await assert.rejects(running.waitUntilFinished(events, kWait), /cancelled/);
    const took = Date.now() - began;
    assert.ok(took < 1000, `after ${took} ms`);
    await until(() => waiting.isFailed());
    assert.equal((await queue.getJob(running.id)).attemptsMade, 1);
    assert.equal(worker.count((line) => line.started === waiting.id), 0);
    const ours = await queue.add('merge', { ms: 20_000 });
    await worker.saw((line) => line.started === ours.id);
    await server.ask('cancel', name, ours.id);
    await until(() => ours.isFailed());
    assert.equal((await server.ask('get', name, ours.id)).state, 'cancelled');
  },

  async a_worker_that_is_stopped_hands_its_job_back(server) {
    const { queue } = await server.queue(name);
    const worker = await server.worker(name, { stalled: 60_000 });
    const job = await queue.add('merge', { ms: 20_000 });
    await queue.add('merge', {});
    await worker.saw((line) => line.started === job.id);
    const began = Date.now();
    await worker.terminate();
    assert.ok(Date.now() - began < 5000);
    assert.deepEqual((await queue.getJobs(['wait'], 0, -1, true)).map((one) => one.id)[0], job.id);
    const back = await queue.getJob(job.id);
    assert.equal(back.attemptsMade, 0);
    assert.equal(back.stalledCounter, 0);
    assert.equal(await server.redis.exists(`bull:${name}:${job.id}:lock`), 0);
  },

  async cut_connections_and_lost_scripts_are_survived_in_mid_job(server) {
    const { queue, events } = await server.queue(name);
    const worker = await server.worker(name, { lock: 4000, stalled: 500 });
    await server.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const job = await queue.add('merge', { ms: 1200, progress: 6, result: 7 });
    await worker.saw((line) => line.started === job.id);
    for (let n = 0; n < 5; ++n) {
      await server.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await server.redis.client('KILL', 'TYPE', 'pubsub');
      await server.redis.script('FLUSH');
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await until(() => job.isCompleted());
    const done = await queue.getJob(job.id);
    assert.equal(done.returnvalue, 7);
    assert.equal(done.attemptsStarted, 1);
    assert.equal(done.stalledCounter, 0);
  },

  async a_killed_redis_is_survived_in_mid_job(server) {
    const { queue } = await server.queue(name);
    const worker = await server.worker(name, { lock: 8000, stalled: 500, concurrency: 2 });
    const job = await queue.add('merge', { ms: 1500, result: 7 });
    await worker.saw((line) => line.started === job.id);
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await server.start();
    await until(() => job.isCompleted());
    const done = await queue.getJob(job.id);
    assert.equal(done.attemptsStarted, 1);
    assert.equal(done.stalledCounter, 0);
    const after = await queue.add('merge', {});
    await until(() => after.isCompleted());
  },

  async a_global_concurrency_is_kept_without_waiting(server) {
    const { queue } = await server.queue(name);
    await queue.setGlobalConcurrency(1);
    await Promise.all([server.worker(name, { concurrency: 2 }), server.worker(name)]);
    const began = Date.now();
    await queue.addBulk(Array.from({ length: 4 }, () => ({ name: 'merge', data: { ms: 200 } })));
    await until(async () => (await queue.getCompletedCount()) === 4);
    const took = Date.now() - began;
    assert.ok(took >= 800 && took < 10_000, `${took} ms`);
    const jobs = (await queue.getCompleted()).sort((a, b) => a.processedOn - b.processedOn);
    for (let n = 1; n < jobs.length; ++n) assert.ok(jobs[n].processedOn >= jobs[n - 1].finishedOn);
  },

  async what_a_job_says_of_its_keeping_is_done(server) {
    const { queue } = await server.queue(name);
    await server.worker(name);
    const never = await queue.add('merge', {}, { removeOnComplete: true });
    await until(async () => (await never.getState()) === 'unknown');
    for (let n = 0; n < 3; ++n) await queue.add('merge', {}, { removeOnComplete: { count: 1 }, jobId: `k${n}` });
    await until(async () => (await queue.getJob('k2'))?.isCompleted());
    assert.deepEqual((await queue.getCompleted()).map((job) => job.id), ['k2']);
    const failing = await queue.add('merge', { fail: 9 }, { removeOnFail: 1, attempts: 1 });
    await until(() => failing.isFailed());
    assert.deepEqual((await server.ask('list', name)).map((job) => job.id), [failing.id, 'k2']);
  },

  async a_paused_queue_rests_and_loses_nothing(server) {
    const { queue } = await server.queue(name);
    const worker = await server.worker(name);
    await queue.pause();
    const node = await queue.add('merge', {});
    const ours = await server.ask('add', name, 'merge', '{}');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(worker.count((line) => line.started), 0);
    await queue.resume();
    await until(async () => (await queue.getCompletedCount()) === 2);
    assert.ok(await node.isCompleted());
    assert.equal((await server.ask('get', name, ours.id)).state, 'completed');
  },

  async a_scheduled_job_is_refused_with_a_reason(server) {
    const { queue } = await server.queue(name);
    const worker = await server.worker(name);
    await queue.upsertJobScheduler('nightly', { every: 60_000 }, { name: 'merge', data: {} });
    await until(async () => (await queue.getFailedCount()) === 1);
    assert.match((await queue.getFailed())[0].failedReason, /^invalid_config: the job comes from a job scheduler/);
    assert.equal(worker.count((line) => line.started), 0);
  },

  async workers_of_both_kinds_share_a_queue(server) {
    const { queue } = await server.queue(name);
    const runs = new Map();
    server.make(Worker, name, async (job) => void runs.set(job.id, (runs.get(job.id) ?? 0) + 1), { concurrency: 2 });
    const ours = await server.worker(name, { concurrency: 2 });
    await queue.addBulk(Array.from({ length: 60 }, () => ({ name: 'merge', data: { ms: 5 } })));
    await until(async () => (await queue.getCompletedCount()) === 60);
    const started = ours.count((line) => line.started);
    assert.equal(runs.size + started, 60);
    assert.ok(runs.size > 0 && started > 0, `${runs.size} and ${started}`);
  },

  async installed_scripts_are_used_when_they_are_named(server) {
    const folder = dirname(createRequire(import.meta.url).resolve(`${version}/package.json`));
    const { queue, events } = await server.queue(name);
    await server.worker(name, { bullmq: folder });
    const job = await queue.add('merge', { fail: 1, result: 7 }, { attempts: 2, backoff: 20 });
    assert.equal(await job.waitUntilFinished(events, kWait), 7);
    assert.match((await server.ask('add', name, 'merge', '{}', 'bullmq=/nonexistent')).error, /cannot read/);
    const kept = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '../../third_party/bullmq', bullmqVersion(folder));
    const script = (where) => readFileSync(join(where, 'moveToFinished-14.js'), 'utf8');
    assert.equal(script(kept), script(join(folder, 'dist/esm/scripts')));
  },
};

const bullmqVersion = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

const kAtOnce = 4;
const kLongest = 60_000;

const run = async (check) => {
  const server = new Server();
  const began = Date.now();
  let error;
  try {
    await server.start();
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`not done after ${kLongest} ms`)), kLongest).unref());
    await Promise.race([checks[check](server), late]);
  } catch (caught) {
    error = caught.stack ?? String(caught);
  }
  await server.stop();
  console.log(JSON.stringify({ check, ms: Date.now() - began, error }));
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
await Promise.all(
  Array.from({ length: kAtOnce }, async () => {
    while (names.length > 0) await run(names.shift());
  }),
);
process.exit();
