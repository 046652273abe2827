// The first thing every npm command runs. This file and the one it imports keep to syntax that Node 14 reads,
// so that a Node of the wrong version still says so.
import { dirname, resolve } from 'node:path';
import { describeWrongNode } from './setup/node-version.mjs';

const problem = describeWrongNode(process.versions.node, process.execPath);
if (problem) {
  console.error(problem);
  process.exitCode = 1;
} else {
  import('./setup/set-up.mjs')
    .then((module) => module.setUp(resolve(dirname(process.argv[1]), '..')))
    .then((succeeded) => {
      process.exitCode = succeeded ? 0 : 1;
    });
}
