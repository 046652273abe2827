/**
 * Seeded random numbers: one seed drives every draw of a run.
 *
 * A stream is named, not shared: `random(seed, 'fold', 2)` gives the same numbers whatever else was drawn before.
 */
export interface Random {
  /** Uniform in [0, 1), 32 random bits. */
  next(): number;
  /** Uniform integer in [0, bound), bound from 1 to 2^32. */
  integer(bound: number): number;
  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<T extends Uint32Array | unknown[]>(items: T): T;
}

/** FNV-1a over the words' text, 32 bits: turns a stream's name into a seed. */
function hash(words: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const char of words.map((word) => `${typeof word}:${word}`).join('\u0000')) {
    h = Math.imul(h ^ (char.codePointAt(0) as number), 0x01000193);
  }
  return h >>> 0;
}

/** Derives a 32-bit seed, 0 to 2^32 - 1, from a seed and a name, for code that takes a number as its seed. */
export function deriveSeed(seed: number, ...stream: (string | number)[]): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed must be a whole number from 0 to 2^53 - 1, but got ${seed}.`);
  }
  return hash([seed, ...stream]);
}

/** A stream of random numbers: sfc32 (Doty-Humphrey, PractRand), seeded by splitmix of the hashed name. */
export function random(seed: number, ...stream: (string | number)[]): Random {
  let state = deriveSeed(seed, ...stream);
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    let t = state ^ (state >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) | 0;
  };
  let a = word();
  let b = word();
  let c = word();
  let counter = 1;
  const bits = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  const next = () => bits() / 2 ** 32;
  const integer = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    integer,
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const swapped = items[i];
        items[i] = items[j];
        items[j] = swapped;
      }
      return items;
    },
  };
}
