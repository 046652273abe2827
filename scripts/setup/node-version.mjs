/**
 * What is wrong with this Node and how to get a right one, or `undefined` if it fits: 20.19+, 22.12+ or 24+.
 * Older ones cannot `require` arquero, an ES module; vitest does not support 21 and 23.
 * @param {string} version such as `22.12.0`
 * @param {string} executable where this Node is
 */
export function describeWrongNode(version, executable) {
  const [major, minor] = version.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24) return undefined;
  return [
    'Inkwell needs Node 20.19 or newer within 20, 22.12 or newer within 22, or 24 and newer.',
    `This is Node ${version} (${executable}).`,
    'Cure: install Node 24 (https://nodejs.org), or with a version manager: nvm install 24 && nvm use 24.',
  ].join('\n');
}
