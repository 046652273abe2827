/**
 * What is wrong with this Node and how to get a right one, or `undefined` if it fits: 20.19+ or 22.12+.
 * Older ones cannot `require` arquero, an ES module; tfjs-node 4.22 calls functions that Node 23 removed.
 * @param {string} version such as `22.12.0`
 * @param {string} executable where this Node is
 */
export function describeWrongNode(version, executable) {
  const [major, minor] = version.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12)) return undefined;
  return [
    'Inkwell needs Node 20.19 or newer within 20, or 22.12 or newer within 22.',
    `This is Node ${version} (${executable}).`,
    'Cure: install Node 22 (https://nodejs.org), or with a version manager: nvm install 22 && nvm use 22.',
  ].join('\n');
}
