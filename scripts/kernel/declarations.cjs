const { ts } = require('./typescript.cjs');

/**
 * What cells have declared until a cell failed: its own declarations, but for the values that it did not come to, which stay
 * what earlier cells declared under these names.
 * @param {string} before declarations before the cell, as the text of a `.d.ts` file
 * @param {string} after those that hold where the cell came to its end
 * @param {Set<string>} missed names of values in the cell that it did not come to
 */
function keepEvaluated(before, after, missed) {
  if (missed.size === 0) return after;
  return select(after, (name) => !missed.has(name)) + select(before, (name) => missed.has(name));
}

/**
 * @param {string} declarations
 * @param {(name: string) => boolean} isWanted
 */
function select(declarations, isWanted) {
  const file = ts.createSourceFile('declarations.d.ts', declarations, ts.ScriptTarget.Latest, true);
  const { factory } = ts;
  const names = (/** @type {any[]} */ nodes) => nodes.filter(({ name }) => isWanted(name.text));
  const pick = (/** @type {any} */ statement) => {
    if (ts.isVariableStatement(statement)) {
      const declarations = names(statement.declarationList.declarations);
      if (declarations.length === 0) return [];
      const list = factory.updateVariableDeclarationList(statement.declarationList, declarations);
      return [factory.updateVariableStatement(statement, statement.modifiers, list)];
    }
    if (ts.isImportDeclaration(statement) && statement.importClause) return pickImports(statement);
    return statement.name && isWanted(statement.name.text) ? [statement] : [];
  };
  const pickImports = (/** @type {any} */ statement) => {
    const { isTypeOnly, name, namedBindings } = statement.importClause;
    const keptName = name && isWanted(name.text) ? name : undefined;
    let bindings = namedBindings;
    if (bindings && ts.isNamespaceImport(bindings) && !isWanted(bindings.name.text)) bindings = undefined;
    if (bindings && ts.isNamedImports(bindings)) {
      const elements = names(bindings.elements);
      bindings = elements.length > 0 ? factory.updateNamedImports(bindings, elements) : undefined;
    }
    if (!keptName && !bindings) return [];
    const clause = factory.updateImportClause(statement.importClause, isTypeOnly, keptName, bindings);
    const { modifiers, moduleSpecifier, assertClause } = statement;
    return [factory.updateImportDeclaration(statement, modifiers, clause, moduleSpecifier, assertClause)];
  };
  return ts.createPrinter().printFile(factory.updateSourceFile(file, file.statements.flatMap(pick)));
}

module.exports = { keepEvaluated };
