const path = require('node:path');

/**
 * Shows what stands last in a cell as what it is: a figure, a table, a model and so on, as `show` does. Anything else is printed.
 * @param {string} root
 * @param {unknown} value
 */
async function showLastValue(root, value) {
  const send = await render(root, value).catch(() => undefined); // Showing is no reason to fail.
  if (send) send();
  else console.log(value);
}

/**
 * Returns what sends the value to the notebook, undefined for one that says no more than its fields.
 * @param {string} root
 * @param {unknown} value
 * @returns {Promise<(() => void) | undefined>}
 */
async function render(root, value) {
  if (typeof value !== 'object') return undefined;
  // Loaded each time: they may have been edited.
  const { renderValue } = require(path.join(root, 'lib/notebook/render-value'));
  const { display } = require(path.join(root, 'lib/notebook/kernel'));
  const content = await renderValue(value);
  return content && (() => display(content));
}

module.exports = { showLastValue };
