import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { readWire, type SearchAnswer, searchAnswer } from './wire';

/** Of all inboxes: an answer to one that was left is never taken for one to another. */
let questions = 0;

/** A question of which the answer is waited for. */
export interface Question {
  readonly number: number;
  readonly answer: Promise<SearchAnswer>;
  /** No answer is waited for any more. */
  forget(): void;
}

/** Where the answers of a search to this machine come in. */
export class Inbox {
  readonly #redis: Redis;
  readonly #waiting = new Map<number, (answer: SearchAnswer) => void>();
  readonly #reading: Promise<void>;
  #closed = false;

  /** `redis`: a connection of its own, which `close` ends. */
  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#reading = this.#read(key);
  }

  ask(): Question {
    const number = questions++;
    const answer = new Promise<SearchAnswer>((resolve) => this.#waiting.set(number, resolve));
    return { number, answer, forget: () => this.#waiting.delete(number) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#redis.disconnect();
    await this.#reading;
  }

  async #read(key: string): Promise<void> {
    while (!this.#closed) {
      try {
        const [, text] = (await this.#redis.blpop(key, 5)) ?? [];
        const answer = text === undefined ? undefined : readWire(searchAnswer, text);
        if (answer) this.#waiting.get(answer.question)?.(answer);
      } catch {
        await sleep(100);
      }
    }
  }
}
