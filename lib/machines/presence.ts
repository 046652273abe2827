import type { Redis } from 'ioredis';

/**
 * Who is there: a set of ids, and for each a key with a text about it that vanishes unless it is renewed. Times are the server's,
 * so clocks of machines do not matter.
 */
export class Presence {
  readonly #redis: Redis;
  readonly #set: string;
  readonly #said = new Map<string, string>();

  constructor(redis: Redis, set: string) {
    this.#redis = redis;
    this.#set = set;
  }

  /** Says that `id` is there for another `ms`. */
  async renew(id: string, text: string, ms: number): Promise<void> {
    // A full server still prolongs what it has, while it refuses to set it.
    const isSame = this.#said.get(id) === text;
    const prolonged = isSame && (await this.#redis.pexpire(this.#key(id), ms)) === 1;
    if (!prolonged) await this.#redis.set(this.#key(id), text, 'PX', ms);
    // Also where its key is not new: whoever found the key gone a moment ago removes it from the set.
    await this.#redis.sadd(this.#set, id);
    this.#said.set(id, text);
  }

  /** Those who are there, with their texts. */
  async list(): Promise<Map<string, string>> {
    const ids = await this.#redis.smembers(this.#set);
    if (ids.length === 0) return new Map();
    const texts = await this.#redis.mget(ids.map((id) => this.#key(id)));
    const there = new Map<string, string>();
    for (const [i, text] of texts.entries()) if (text !== null) there.set(ids[i], text);
    return there;
  }

  /** Those who have gone without a word. */
  async listLost(): Promise<string[]> {
    const [ids, there] = [await this.#redis.smembers(this.#set), await this.list()];
    return ids.filter((id) => !there.has(id));
  }

  async has(id: string): Promise<boolean> {
    return (await this.#redis.exists(this.#key(id))) === 1;
  }

  async remove(id: string): Promise<void> {
    await this.#redis.multi().del(this.#key(id)).srem(this.#set, id).exec();
  }

  #key(id: string): string {
    return `${this.#set}:${id}`;
  }
}
