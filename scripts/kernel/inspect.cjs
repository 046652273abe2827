const { ts } = require('./typescript.cjs');

/**
 * Describes the call whose name or arguments the cursor stands in: its signature, what its docstring says, and what each options
 * object may hold, of which the compiler's own description says nothing.
 * @param {any} checker
 * @param {any} file
 * @param {number} position
 * @returns {string | undefined} undefined where the cursor stands in no call
 */
function describeCall(checker, file, position) {
  const call = findCall(file, position);
  const signature = call && checker.getResolvedSignature(call);
  if (!signature?.declaration) return undefined;
  const isNew = ts.isNewExpression(call);
  const name = call.expression.getText(file);
  const types = checker.signatureToString(signature, call, ts.TypeFormatFlags.NoTruncation);
  const lines = [`${isNew ? 'new ' : ''}${name}${types}`];
  const text = ts.displayPartsToString(documentation(checker, signature, isNew));
  if (text !== '') lines.push('', text);
  for (const parameter of signature.parameters) {
    const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, call));
    if (!isOptionsType(type)) continue;
    const options = new Map((type.types ?? [type]).flatMap(propertiesByName));
    lines.push('', `${parameter.name}:`);
    for (const option of options.values()) lines.push(describeOption(checker, option, call));
  }
  // Names of types stand with the files they come from.
  return lines.join('\n').replace(/import\("[^"]*"\)\./g, '');
}

/**
 * The innermost call or `new` in whose name or between whose brackets the position lies; a bracket may still be missing.
 * @param {any} file
 * @param {number} position
 */
function findCall(file, position) {
  /** @type {any} */
  let found;
  // What is not closed ends with its last word.
  position = file.text.slice(0, position).trimEnd().length;
  const visit = (/** @type {any} */ node) => {
    if (position < node.pos || position > node.end) return;
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.arguments) {
      const name = node.expression.name ?? node.expression;
      const isBehind = position === node.end && node.getLastToken(file)?.kind === ts.SyntaxKind.CloseParenToken;
      if (position >= name.getStart(file) && !isBehind) found = node;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** @param {any} type */
function propertiesByName(type) {
  return type.getProperties().map((/** @type {any} */ property) => [property.name, property]);
}

/**
 * A constructor's own docstring, or else its class's: users read that one.
 * @param {any} checker
 * @param {any} signature
 * @param {boolean} isNew
 */
function documentation(checker, signature, isNew) {
  const own = signature.getDocumentationComment(checker);
  if (own.length > 0 || !isNew) return own;
  return signature.getReturnType().symbol?.getDocumentationComment(checker) ?? [];
}

/**
 * Whether a type is an object of named settings, as its name says, or it has none.
 * @param {any} type
 */
function isOptionsType(type) {
  const name = (type.aliasSymbol ?? type.symbol)?.name ?? '';
  if (/(Options|Settings|Config)$/.test(name)) return true;
  if (type.isUnionOrIntersection()) return type.types.some(isOptionsType);
  return name === '__type' && type.getCallSignatures().length === 0;
}

/**
 * @param {any} checker
 * @param {any} option
 * @param {any} place
 */
function describeOption(checker, option, place) {
  const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(option, place));
  const mark = option.flags & ts.SymbolFlags.Optional ? '?' : '';
  const text = ts.displayPartsToString(option.getDocumentationComment(checker)).replace(/\s+/g, ' ');
  return `  ${option.name}${mark}: ${checker.typeToString(type)}${text === '' ? '' : `\n      ${text}`}`;
}

/**
 * What the editor shows at a position, as the compiler's function of this name does: a call with its options, or else what the
 * compiler knows of the name there.
 * @param {any} file
 * @param {any} checker
 * @param {any} token
 * @param {number} position
 */
function getQuickInfoAtPosition(file, checker, token, position) {
  const info = ts.getQuickInfoAtPosition(file, checker, token, position);
  const call = findCall(file, position);
  const name = call && (call.expression.name ?? call.expression);
  if (info && !(name && position <= name.end)) return info;
  const text = describeCall(checker, file, position);
  return text === undefined ? info : { ...info, displayParts: [{ kind: 'text', text }], documentation: [], tags: [] };
}

module.exports = { getQuickInfoAtPosition };
