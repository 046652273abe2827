import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { renderToString } from 'katex';

const FORMULA = /<tex-(inline|block)>([^<]*)<\/tex-\1>/g;

/** Commands of LaTeX that KaTeX lacks: numbers of equations are not set in notebooks, and references to them stay names. */
const MACROS = { '\\label': '\\@firstoftwo{}{#1}', '\\ref': '\\text{#1}', '\\eqref': '(\\text{#1})' };

/**
 * A report's HTML with its formulas set: where jupyter_markdown.py left their TeX stand HTML for eyes and MathML for screen
 * readers. What a formula defines holds in those after it, as in JupyterLab. One that is wrong stands as its TeX, with the error.
 */
export function setFormulas(html: string): string {
  const macros: Record<string, string> = { ...MACROS };
  const set = html.replace(FORMULA, (_whole, kind: string, escaped: string) => {
    return setFormula(unescapeHtml(escaped), kind === 'block', macros);
  });
  return set === html ? html : set.replace('<style>', () => `<style>\n${readStyle()}\n`);
}

function setFormula(tex: string, displayMode: boolean, macros: Record<string, string>): string {
  const options = { displayMode, strict: 'ignore', globalGroup: true, macros } as const;
  try {
    return renderToString(tex, options);
  } catch (error) {
    // JupyterLab lets \newcommand define anew what is there, such as KaTeX's own \R.
    const name = /attempting to redefine (\\\w+);/.exec((error as Error).message)?.[1];
    const command = [`\\newcommand{${name}}`, `\\newcommand${name}`].find((form) => name !== undefined && tex.includes(form));
    if (command === undefined) return renderToString(tex, { ...options, throwOnError: false });
    return setFormula(
      tex.replace(command, () => command.replace('new', 'renew')),
      displayMode,
      macros,
    );
  }
}

function unescapeHtml(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|#34|#39|amp);/g, (_whole, name: string) => characters[name] as string);
}

/** KaTeX's style with its fonts inside, 0.4 MB: what a machine has in fonts leaves formulas hard to read. */
function readStyle(): string {
  const path = createRequire(__filename).resolve('katex/dist/katex.min.css');
  return readFileSync(path, 'utf8').replace(/src:url\((fonts\/[^)]+\.woff2)\)[^;}]*/g, (_whole, font: string) => {
    const bytes = readFileSync(join(dirname(path), font)).toString('base64');
    return `src:url(data:font/woff2;base64,${bytes}) format("woff2")`;
  });
}
