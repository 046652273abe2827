import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { Presence } from './presence';

// What a session has in Redis, which is one run of a search in one process. All of it but the queue vanishes by itself.

/** How long what is on its way is kept, in milliseconds. */
export const TRANSIT_MS = 600_000;

/** Set of the searches that run, by the id of their session. */
export const SEARCHES = 'inkwell:searches';
/** BullMQ's name for the queue of a session. */
export const queueName = (session: string): string => `inkwell-${session}`;
/** Set of the machines that know of a session. */
export const machinesKey = (session: string): string => `inkwell:${session}:machines`;
/** List of the answers to a machine. */
export const inboxKey = (session: string, machine: string): string => `inkwell:${session}:inbox:${machine}`;
/** The checkpoint of an epoch on its way to the search. */
export const checkpointKey = (session: string, job: string, attempt: number, epoch: number): string =>
  `inkwell:${session}:checkpoint:${job}:${attempt}:${epoch}`;
/** The checkpoint that an attempt goes on from, on its way to the machine. */
export const resumeKey = (session: string, job: string, attempt: number): string => `inkwell:${session}:resume:${job}:${attempt}`;

/** Removes what a session left in Redis, which takes its machines to their next search. */
export async function forgetSearch(redis: Redis, session: string): Promise<void> {
  await new Presence(redis, SEARCHES).remove(session);
  const machines = new Presence(redis, machinesKey(session));
  for (const machine of (await machines.list()).keys()) await machines.remove(machine);
  await redis.del(machinesKey(session));
  // Without its own settings, which it would write and leave behind.
  const queue = new Queue(queueName(session), { connection: redis, skipMetasUpdate: true }).on('error', () => {});
  await queue.obliterate({ force: true });
  await queue.close();
}
