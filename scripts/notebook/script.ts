import ts from 'typescript';
import { type Notebook, sourceOf } from './notebook-file';

/**
 * A notebook as one TypeScript file that runs from the project's folder: its text as comments, its imports merged at the top, its
 * code below. Cells may declare a name again; in the script such names are `var`, which may be declared twice.
 */
export function toScript({ cells }: Notebook, name: string): string {
  const codes = cells.map((cell) => (cell.cell_type === 'code' ? parse(sourceOf(cell)) : undefined));
  const declared = codes.flatMap((code) => [...new Set(code?.statements.flatMap(declaredNames))]);
  const again = new Set(declared.filter((each, i) => declared.indexOf(each) !== i));
  const imports = new Map<string, Set<string>>();
  const parts = cells.map((cell, i) => {
    const code = codes[i];
    if (code === undefined) return sourceOf(cell).replace(/^/gm, '// ').replace(/ +$/gm, '');
    let text = '';
    let end = 0;
    for (const statement of code.statements) {
      const source = code.text.slice(statement.getFullStart(), statement.end);
      if (ts.isImportDeclaration(statement)) {
        addImport(imports, statement);
      } else if (ts.isVariableStatement(statement) && declaredNames(statement).some((each) => again.has(each))) {
        text += source.replace(/^(\s*(?:(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*)(?:const|let)\b/, '$1var');
      } else {
        text += source;
      }
      end = statement.end;
    }
    return (text + code.text.slice(end)).trim();
  });
  const head = `// ${name}, exported from a notebook. Save it in the project's folder and run it there: npx tsx ${name}.mts`;
  return `${[head, [...imports].map(writeImport).join('\n'), ...parts].filter((part) => part !== '').join('\n\n')}\n`;
}

const parse = (source: string) => ts.createSourceFile('cell.mts', source, ts.ScriptTarget.Latest, true);

/** The names that a statement declares at the top of its cell. */
function declaredNames(statement: ts.Statement): string[] {
  if (!ts.isVariableStatement(statement)) return [];
  const names = (name: ts.BindingName): string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((element) => (ts.isBindingElement(element) ? names(element.name) : []));
  return statement.declarationList.declarations.flatMap(({ name }) => names(name));
}

/** Notes what a statement imports, by what stands around the names: cells may import the same. */
function addImport(imports: Map<string, Set<string>>, { importClause: clause, moduleSpecifier }: ts.ImportDeclaration): void {
  const add = (frame: string, names: readonly string[]) => imports.set(frame, new Set([...(imports.get(frame) ?? []), ...names]));
  const from = moduleSpecifier.getText();
  if (clause === undefined) add(`import ${from};`, []);
  const type = clause?.isTypeOnly ? 'type ' : '';
  if (clause?.name !== undefined) add(`import ${type}${clause.name.text} from ${from};`, []);
  const bindings = clause?.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) add(`import ${type}${bindings.getText()} from ${from};`, []);
  else
    add(
      `import ${type}{ ${NAMES} } from ${from};`,
      bindings.elements.map((element) => element.getText()),
    );
}

const NAMES = '…';

const writeImport = ([frame, names]: readonly [string, ReadonlySet<string>]) => frame.replace(NAMES, [...names].join(', '));
