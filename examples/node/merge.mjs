// Enqueues a merge and waits for it, showing its progress; Ctrl-C cancels it, on whichever machine it runs.
//
//   node merge.mjs ORIGINAL ENRICHED…        URIs that the worker's store knows, such as s3://bucket/crm.csv
//
// REDIS_URL (redis://127.0.0.1:6379) and QUEUE (crm-merge) say where the queue is: those of `crm-merge worker`.
import { Queue, QueueEvents } from 'bullmq';
import Redis from 'ioredis';
import { randomUUID } from 'node:crypto';

const [original, ...enriched] = process.argv.slice(2);
if (enriched.length === 0) {
  console.error('usage: node merge.mjs ORIGINAL ENRICHED…');
  process.exit(2);
}
const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const name = process.env.QUEUE ?? 'crm-merge';
const connect = () => new Redis(url, { maxRetriesPerRequest: null });
const redis = connect();
const queue = new Queue(name, { connection: connect() });
const events = new QueueEvents(name, { connection: connect() });

// QueueEvents reads from now on: it must be ready before the job is there.
await events.waitUntilReady();
// Known before the job is there: it may be done before add() has answered.
const jobId = `merge-${randomUUID()}`;
events.on('progress', ({ jobId: id, data }) => {
  if (id === jobId) console.log(`${data.percentage} % ${data.stage ?? ''} ${data.message ?? ''}`.trim());
});
const job = await queue.add(
  'merge',
  {
    original: { uri: original },
    enriched: enriched.map((uri) => ({ uri })),
    spec: { on: ['email', 'phone'], on_conflict: 'keep_original' },
    outputs: { merged: { format: 'csv' }, report: true },
  },
  {
    jobId,
    attempts: 3,
    backoff: { type: 'exponential', delay: 2000 },
    // Kept for an hour, so that whoever waits finds the result; `true` would remove it at once.
    removeOnComplete: { age: 3600 },
  },
);
process.once('SIGINT', async () => {
  // BullMQ has no cancel of its own. The key is for a job that waits, the message for one that runs.
  const channel = `crm-merge:cancel:${name}`;
  await redis.set(`${channel}:${job.id}`, '1', 'EX', 604800);
  await redis.publish(channel, job.id);
});

console.log(`queued ${job.id}`);

let status = 0;
try {
  console.log(JSON.stringify(await job.waitUntilFinished(events)));
} catch (error) {
  console.error(`failed: ${error.message}`);
  status = 1;
}
await Promise.all([queue.close(), events.close()]);
redis.disconnect();
process.exit(status);
