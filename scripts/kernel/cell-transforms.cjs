const fs = require('node:fs');
const { ts } = require('./typescript.cjs');

/**
 * Makes each `await` and `for await` interruptible, also those in functions that a cell declares, and has the cell wait at its
 * end for the promises that its statements leave: `fit(model, train);`.
 * @param {() => void} onTopLevelAwait called where one stands outside of all functions
 */
function makeAwaitsInterruptible(onTopLevelAwait) {
  return (/** @type {any} */ context) => {
    const { factory } = context;
    let functions = 0;
    const call = (/** @type {string} */ name, /** @type {any} */ expression) => {
      const callee = factory.createPropertyAccessExpression(factory.createIdentifier('__tslab__'), name);
      return factory.createCallExpression(callee, undefined, [ts.visitNode(expression, visit)]);
    };
    const wrap = (/** @type {string} */ name, /** @type {any} */ expression) => {
      if (functions === 0) onTopLevelAwait();
      return call(name, expression);
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
      if (ts.isExpressionStatement(node) && functions === 0 && ts.isCallExpression(node.expression)) {
        return factory.updateExpressionStatement(node, call('waitAtEnd', node.expression));
      }
      if (isLastExpression(node) && ts.isCallExpression(node.initializer)) {
        const value = call('waitAtEnd', node.initializer);
        return factory.updateVariableDeclaration(node, node.name, node.exclamationToken, node.type, value);
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
 * Whether this is the variable that tslab makes of the expression that stands last in a cell. Nothing else has `export` before it.
 * @param {any} node
 */
function isLastExpression(node) {
  return ts.isVariableDeclaration(node) && node.initializer && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export;
}

/**
 * Makes a statement of each declaration, and has the functions first, which are there from the beginning: what
 * `const model = build(), { history } = await fit(model);` declares is handed to later cells statement by statement, and the model
 * shall not be lost where the training fails.
 */
function separateDeclarations(/** @type {any} */ context) {
  const { factory } = context;
  const separate = (/** @type {any} */ statement) => {
    if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length < 2) return [statement];
    const { declarations, flags } = statement.declarationList;
    return declarations.map((/** @type {any} */ declaration) => {
      const list = factory.createVariableDeclarationList([declaration], flags);
      return ts.setTextRange(factory.createVariableStatement(statement.modifiers, list), declaration);
    });
  };
  return (/** @type {any} */ file) => {
    const functions = file.statements.filter(ts.isFunctionDeclaration);
    const others = file.statements.filter((/** @type {any} */ statement) => !ts.isFunctionDeclaration(statement));
    return factory.updateSourceFile(file, [...functions, ...others.flatMap(separate)]);
  };
}

/**
 * Leaves out `exports.model = exports.history = void 0;`, with which the compiler begins a module: what a cell declares anew
 * keeps its former value until the declaration is evaluated.
 */
function keepFormerValues(/** @type {any} */ context) {
  const isReset = (/** @type {any} */ statement) => {
    let value = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (!value || !ts.isBinaryExpression(value)) return false;
    while (ts.isBinaryExpression(value)) value = value.right;
    // What the compiler itself adds has no place in the cell.
    return ts.isVoidExpression(value) && ts.getOriginalNode(statement).pos < 0;
  };
  return (/** @type {any} */ file) =>
    context.factory.updateSourceFile(
      file,
      file.statements.filter((/** @type {any} */ statement) => !isReset(statement)),
    );
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

module.exports = { keepFormerValues, makeAwaitsInterruptible, separateDeclarations, spellOutShorthands };
