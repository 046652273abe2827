import { describe, expect, it } from 'vitest';
import { setFormulas } from '../../../scripts/notebook/formulas';

const page = (body: string) => `<html><head><style>\nbody {}\n</style></head><body>${body}</body></html>`;

describe('setFormulas', () => {
  it('sets a formula for eyes and for screen readers, with the fonts inside the page', () => {
    const html = setFormulas(page('<p><tex-inline>a &lt; \\frac{1}{2}</tex-inline></p><tex-block>x^2</tex-block>'));
    expect(html).toContain('<mfrac><mn>1</mn><mn>2</mn></mfrac>');
    expect(html).toContain('<mo>&lt;</mo>');
    expect(html.match(/class="katex-display"/g)).toHaveLength(1);
    expect(html).toMatch(/src:url\(data:font\/woff2;base64,\w+/);
    expect(html).not.toMatch(/url\(fonts\/|<tex-/);
  });

  it('keeps a wrong formula as it was written, and sets the others', () => {
    const html = setFormulas(page('<tex-inline>\\frac{1}</tex-inline><tex-inline>y</tex-inline>'));
    expect(html).toContain('katex-error');
    expect(html).toContain('\\frac{1}');
    expect(html).toContain('<mi>y</mi>');
  });

  it('knows what earlier formulas defined, and takes labels for no text', () => {
    const html = setFormulas(
      page('<tex-inline>\\newcommand{\\R}{\\mathbb{R}}</tex-inline><tex-block>\\R \\label{eq:1}</tex-block>'),
    );
    expect(html).not.toContain('katex-error');
    expect(html).toMatch(/ℝ|double-struck/);
    expect(html.replace(/<annotation[\s\S]*?<\/annotation>/g, '')).not.toContain('eq:1');
  });

  it('leaves a page without formulas as it is, and without the fonts', () => {
    expect(setFormulas(page('$5'))).toBe(page('$5'));
  });
});
