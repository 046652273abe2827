const fs = require('node:fs');
const { ts } = require('./typescript.cjs');

/**
 * Makes each `await` and `for await` interruptible, also those in functions that a cell declares.
 * @param {() => void} onTopLevelAwait called where one stands outside of all functions
 */
function makeAwaitsInterruptible(onTopLevelAwait) {
  return (/** @type {any} */ context) => {
    const { factory } = context;
    let functions = 0;
    const wrap = (/** @type {string} */ name, /** @type {any} */ expression) => {
      if (functions === 0) onTopLevelAwait();
      const callee = factory.createPropertyAccessExpression(factory.createIdentifier('__tslab__'), name);
      return factory.createCallExpression(callee, undefined, [ts.visitNode(expression, visit)]);
    };
    const visit = (/** @type {any} */ node) => {
      if (ts.isAwaitExpression(node)) {
        return factory.updateAwaitExpression(node, wrap('interruptible', node.expression));
      }
      if (ts.isForOfStatement(node) && node.awaitModifier) {
        const items = wrap('interruptibleIterable', node.expression);
        const body = ts.visitNode(node.statement, visit);
        return factory.updateForOfStatement(node, node.awaitModifier, node.initializer, items, body);
      }
      if (!ts.isFunctionLike(node)) return ts.visitEachChild(node, visit, context);
      functions++;
      const result = ts.visitEachChild(node, visit, context);
      functions--;
      return result;
    };
    return (/** @type {any} */ file) => ts.visitEachChild(file, visit, context);
  };
}

/**
 * `{ seed }` becomes `{ seed: exports.seed }` where an earlier cell declared `seed`: tslab finds the names of earlier cells,
 * all but these.
 * @param {any} checker
 * @param {any} cell
 */
function spellOutShorthands(checker, cell) {
  return (/** @type {any} */ context) => {
    const { factory } = context;
    const visit = (/** @type {any} */ node) => {
      if (!ts.isShorthandPropertyAssignment(node)) return ts.visitEachChild(node, visit, context);
      const declarations = checker.getShorthandAssignmentValueSymbol(node)?.declarations ?? [];
      const earlier = declarations.some((/** @type {any} */ declaration) => {
        const file = declaration.getSourceFile();
        return file !== cell && !fs.existsSync(file.fileName);
      });
      if (!earlier) return node;
      const variable = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), node.name.text);
      return factory.createPropertyAssignment(node.name.text, variable);
    };
    return (/** @type {any} */ file) => ts.visitEachChild(file, visit, context);
  };
}

module.exports = { makeAwaitsInterruptible, spellOutShorthands };
