import util from 'node:util';

// TensorFlow reads this when its library is loaded, so this module comes before the one that loads it.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';

// tfjs-node 4.22 calls these: Node 22 warns of both in the terminal, Node 23 and later have no `isNullOrUndefined`.
Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
