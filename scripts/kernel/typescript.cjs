const path = require('node:path');

/** Where the compiler lies that tslab brings, TypeScript 5.0.4. */
const compilerPath = require.resolve('@tslab/typescript-for-tslab', { paths: [path.dirname(require.resolve('tslab'))] });

/** @type {any} That compiler: its typings do not cover what tslab and this folder use. */
const ts = require(compilerPath);

module.exports = { ts, compilerPath };
