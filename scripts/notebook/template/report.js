// @ts-nocheck Runs in the reader's browser; the project's types are those of Node.
// Draws the figures, folds the code, and sets the page for paper.
(() => {
  const MM = 96 / 25.4;
  /** Width of the text on paper, in CSS pixels. */
  const UPRIGHT = 166 * MM;
  /** Height of the text on a page, and what of it may stay empty. */
  const PAGE = 255 * MM;
  const LEAST_ROOM = 25 * MM;
  /** A figure is laid out this wide and then shrunk to the paper: its words come out at 6 to 8 points. */
  const LAYOUT_WIDTH = 760;
  /** The width on the screen that a figure's height is made for. */
  const SCREEN_WIDTH = 900;
  /** A coursework has room for what a figure shows, not for more: a share of a chart's height, and of the page for pictures. */
  const SECTION_SCALE = 0.68;
  const SECTION_WIDTH = '78%';
  /** What figures of a coursework may lose of their height where one more thing finds room on the page. */
  const MAX_SHRINK = 0.28;
  /** A matrix is square, with a scale beside it. */
  const MATRIX = { width: 900, height: 680 };
  /** A table higher than this may go on on the next page. */
  const MAX_WHOLE_TABLE = 130 * MM;
  /** The same in a coursework, if it is narrow. */
  const MAX_SECTION_TABLE = 45 * MM;
  const MAX_COLUMNS = 4;
  const COLUMN_GAP = 8 * MM;
  /** A table's type has 7.5 points and at least 7. */
  const MIN_ZOOM = 7 / 7.5;
  /** The same on a screen, which the reader can bring nearer. */
  const MIN_WINDOW_ZOOM = 0.75;
  /** A matrix of a coursework stands upright among the text. */
  const UPRIGHT_MATRIX = { width: 780, height: 740 };

  const body = document.body;
  const plots = [...document.querySelectorAll('.plot')].map((element) => {
    const figure = JSON.parse(element.querySelector('script').textContent);
    element.textContent = '';
    figure.layout ??= {};
    // Plotly took a title as text until its version 3.
    if (typeof figure.layout.title === 'string') figure.layout.title = { text: figure.layout.title };
    return { element, figure };
  });

  /** Does what draws one of many; where it fails, says so in its place. */
  async function drawSafely(element, draw) {
    try {
      await draw();
    } catch (error) {
      const note = document.createElement('p');
      note.className = 'missing';
      note.textContent = `[This could not be drawn: ${error.message ?? error}]`;
      element.before(note);
    }
  }

  async function drawFigure({ element, figure }) {
    const { data, layout, config } = figure;
    // When the window changes, Plotly takes the height of this element instead of the layout's.
    element.style.height = `${layout.height ?? 450}px`;
    await Plotly.newPlot(element, data, layout, { ...config, responsive: true });
  }

  /** Puts a still picture, as lines where it is made of lines, in the place of a figure. */
  async function drawPicture({ element, figure }) {
    const { data, layout } = figure;
    const matrix = element.closest('.wide') ? MATRIX : element.closest('.matrix') ? UPRIGHT_MATRIX : undefined;
    const width = layout.width ?? LAYOUT_WIDTH;
    // A picture keeps its proportions: in its full height it would stand between white bands.
    const shrink = layout.images === undefined ? 1 : width / SCREEN_WIDTH;
    // A coursework has room for what a figure shows, not for more; a diagram's boxes are as high as their words.
    const isChart = layout.images === undefined && layout.yaxis?.visible !== false;
    const scale = element.closest('.section') && isChart ? SECTION_SCALE : shrink;
    const size = matrix ?? { width, height: (layout.height ?? 450) * scale };
    const picture = document.createElement('img');
    picture.alt = element.getAttribute('aria-label') ?? '';
    const draw = async (height) => {
      const changed = { ...size, height };
      picture.src = await Plotly.toImage(
        { data, layout: { ...layout, ...changed, autosize: false }, config: { plotGlPixelRatio: 2 } },
        { format: 'svg', ...changed },
      );
      await picture.decode();
    };
    const isPicture = matrix !== undefined || layout.images !== undefined;
    if (element.closest('.section') && isPicture) picture.style.width = SECTION_WIDTH;
    await draw(size.height);
    element.append(picture);
    // A chart is drawn anew, so that its words keep their size; pictures get narrower; a diagram's words would get too small.
    if (isChart && matrix === undefined) element.shrink = (share) => draw(size.height * share);
    else if (isPicture) {
      const whole = (100 * picture.clientWidth) / element.clientWidth;
      element.shrink = (share) => {
        picture.style.width = `${whole * share}%`;
      };
    }
  }

  async function drawFigures(draw) {
    for (const plot of plots) await drawSafely(plot.element, () => draw(plot));
    body.dataset.drawn = plots.length;
  }

  /** Draws the diagrams of Mermaid in the colours of the page; one that is wrong stays as it was written. */
  async function drawDiagrams(theme) {
    const diagrams = [...document.querySelectorAll('pre.mermaid')];
    if (diagrams.length === 0) return;
    mermaid.initialize({ startOnLoad: false, theme, suppressErrorRendering: true, fontFamily: 'inherit' });
    for (const [i, element] of diagrams.entries()) {
      await drawSafely(element, async () => {
        const { svg } = await mermaid.render(`mermaid-${i}`, element.textContent);
        const picture = document.createElement('div');
        picture.className = 'mermaid-diagram';
        picture.innerHTML = svg;
        element.replaceWith(picture);
      });
    }
  }

  /** Lets a name such as batchNormalization break between its words. */
  function breakNames(cell) {
    if (cell.children.length > 0) return;
    const words = cell.textContent.split(/(?<=[a-z])(?=[A-Z])/);
    cell.replaceChildren(...words.flatMap((word, i) => (i === 0 ? [word] : [document.createElement('wbr'), word])));
  }

  /** Makes tables fit the paper: by wrapping words, by slightly smaller type, by cutting them into several, in this order. */
  function fitTables() {
    for (const table of document.querySelectorAll('.chapter table, .title-page table')) {
      const figure = table.closest('figure');
      const fits = (width) => table.scrollWidth <= width + 1;
      if (!fits(UPRIGHT)) {
        table.classList.add('wrapped');
        for (const cell of table.querySelectorAll('th, td')) breakNames(cell);
      }
      // The type of a coursework's tables is as small as may be from the start.
      if (!fits(table.closest('.section') ? UPRIGHT : UPRIGHT / MIN_ZOOM)) cutColumns(table, UPRIGHT);
      if (!fits(UPRIGHT)) table.style.zoom = UPRIGHT / table.scrollWidth;
      const { width, height } = table.getBoundingClientRect();
      const most = table.closest('.section') === null ? MAX_WHOLE_TABLE : MAX_SECTION_TABLE;
      // The still picture of the drawing pad is one thing, though it is a table.
      if (height <= most || table.closest('.inkwell-drawing') !== null) continue;
      const columns = Math.min(MAX_COLUMNS, Math.floor((UPRIGHT + COLUMN_GAP) / (width + COLUMN_GAP)));
      setInColumns(table, columns);
      if (height / Math.max(1, columns) > MAX_WHOLE_TABLE) figure?.classList.add('long');
    }
  }

  /** Undoes what was cut for paper. */
  const restore = [];

  /** Cuts the columns that have no room off into further tables below, each of which begins with the first column. */
  function cutColumns(table, width) {
    const rows = [...table.rows];
    const count = rows[0]?.cells.length ?? 0;
    if (rows.some((row) => row.cells.length !== count || [...row.cells].some((cell) => cell.colSpan !== 1))) return;
    const widths = [...rows[0].cells].map((cell) => cell.getBoundingClientRect().width);
    const parts = [];
    let room = 0;
    for (let column = 1; column < count; column++) {
      if (parts.length === 0 || widths[column] > room) {
        parts.push([0]);
        room = width - widths[0];
      }
      parts.at(-1).push(column);
      room -= widths[column];
    }
    const copies = parts.map((columns) => {
      const copy = table.cloneNode(true);
      for (const row of copy.rows) {
        for (const [column, cell] of [...row.cells].entries()) if (!columns.includes(column)) cell.remove();
      }
      return copy;
    });
    const whole = [...table.childNodes];
    table.replaceChildren(...copies[0].childNodes);
    table.after(...copies.slice(1));
    restore.push(() => {
      table.replaceChildren(...whole);
      for (const copy of copies.slice(1)) copy.remove();
    });
  }

  /** Makes tables fit the window: by wrapping words, then by smaller type; what is too wide even so scrolls. */
  function fitTablesToWindow() {
    for (const table of document.querySelectorAll('.chapter table, .title-page table')) {
      table.classList.remove('wrapped');
      table.style.zoom = '';
      const width = table.parentElement.clientWidth;
      if (table.offsetWidth <= width) continue;
      table.classList.add('wrapped');
      for (const cell of table.querySelectorAll('th, td')) {
        breakNames(cell);
        // Long texts ask for more than a narrow page has.
        if (cell.style.minWidth !== '') cell.style.minWidth = '8em';
      }
      table.style.zoom = Math.max(MIN_WINDOW_ZOOM, Math.min(1, width / table.offsetWidth));
    }
  }

  /** Sets a long and narrow table in columns beside each other, with its head above each. */
  function setInColumns(table, count) {
    const output = table.closest('.output');
    if (output === null || count < 2) return;
    output.classList.add('columns');
    output.style.columnCount = count;
  }

  /** Moves what has a page of its own to the end of its section, so that the text goes on where it stood. */
  function floatWidePages() {
    for (const figure of document.querySelectorAll('figure.wide')) {
      let last = figure;
      while (last.nextElementSibling && !last.nextElementSibling.matches('h2, h3')) last = last.nextElementSibling;
      if (last !== figure) last.after(figure);
    }
  }

  /**
   * Lets a coursework fill its pages, as LaTeX does: where a figure or table has no room on its page, the figures there are drawn
   * a little lower; or it changes places with what follows up to the next heading and fills the page: text, and figures with
   * tables; but figures stay in their order, as tables do. Columns as large as pages, set for the measuring alone, break as pages
   * do.
   */
  async function fillPages() {
    const main = document.querySelector('main');
    const blocks = [...document.querySelectorAll('.section > *')].filter((block) => block.getClientRects().length > 0);
    if (blocks.length === 0) return;
    main.classList.add('as-pages');
    /** The page and the height on it of a block's beginning or end. */
    const placeOf = (block, end) => {
      const rects = block.getClientRects();
      const { left, top, bottom } = end === 'bottom' ? rects[rects.length - 1] : rects[0];
      const origin = main.getBoundingClientRect();
      return {
        page: Math.round((left - origin.left) / (UPRIGHT + COLUMN_GAP)),
        at: (end === 'bottom' ? bottom : top) - origin.top,
      };
    };
    const heightOf = (block) => {
      const { marginTop, marginBottom } = getComputedStyle(block);
      return block.getBoundingClientRect().height + Math.max(Number.parseFloat(marginTop), Number.parseFloat(marginBottom));
    };
    const isHeading = (block) => block.matches('h1, h2, h3, h4');
    const isWhole = (block) => block.matches('figure:not(.long), .output:has(.plot)');
    const isText = (block) => block?.matches('p, ul, ol, .output:not(:has(.plot, table))') ?? false;
    const shrunk = new Set();
    for (let i = 1; i < blocks.length; i++) {
      const block = blocks[i];
      if (!isWhole(block)) continue;
      // Headings go with what they head.
      let first = i;
      while (first > 1 && isHeading(blocks[first - 1])) first--;
      const before = placeOf(blocks[first - 1], 'bottom');
      const room = PAGE - before.at;
      if (placeOf(blocks[first], 'top').page === before.page || room < LEAST_ROOM) continue;
      const onPage = blocks.slice(0, i + 1).filter((one, k) => k >= first || placeOf(one, 'top').page === before.page);
      const plots = onPage
        .flatMap((one) => [...one.querySelectorAll('.plot')])
        .filter((plot) => plot.shrink && !shrunk.has(plot));
      const drawn = plots.reduce((sum, plot) => sum + plot.querySelector('img').clientHeight, 0);
      const excess = blocks.slice(first, i + 1).reduce((sum, one) => sum + heightOf(one), 0) - room;
      if (excess < MAX_SHRINK * drawn) {
        for (const plot of plots) await plot.shrink((drawn - excess - 4) / drawn);
        if (placeOf(block, 'bottom').page === before.page) {
          for (const plot of plots) shrunk.add(plot);
          continue;
        }
        for (const plot of plots) await plot.shrink(1);
      }
      const pulled = [];
      let used = 0;
      const mayPass = (next) => isText(next) || (next?.matches('figure') && next.matches('.table') !== block.matches('.table'));
      for (let next = block.nextElementSibling; mayPass(next) && used + heightOf(next) <= room; next = next.nextElementSibling) {
        pulled.push(next);
        used += heightOf(next);
      }
      if (first < i || pulled.length === 0) continue;
      block.before(...pulled);
      blocks.splice(i, pulled.length + 1, ...pulled, block);
    }
    main.classList.remove('as-pages');
  }

  const codes = [...document.querySelectorAll('details.code')];
  const button = document.querySelector('#all-code');
  button?.addEventListener('click', () => {
    const open = button.getAttribute('aria-pressed') !== 'true';
    for (const code of codes) code.open = open;
    button.setAttribute('aria-pressed', String(open));
    button.textContent = open ? 'Hide all code' : 'Show all code';
  });

  if (location.search === '?paper') {
    // For the PDF: everything open, and pictures in the place of figures, which live ones would be cut at the margin.
    body.classList.add('paper');
    for (const element of document.querySelectorAll('details')) element.open = true;
    fitTables();
    floatWidePages();
    window.paperReady = drawDiagrams('neutral')
      .then(() => drawFigures(drawPicture))
      .then(fillPages);
    return;
  }

  // Whoever prints the page gets the paper's layout, with code as it is folded.
  addEventListener('beforeprint', () => {
    body.classList.add('paper');
    for (const list of document.querySelectorAll('details.list')) list.open = true;
    fitTables();
    for (const { element } of plots) {
      const width = element.closest('.wide') === null ? UPRIGHT : MATRIX.width;
      Plotly.relayout(element, { width, autosize: false });
    }
  });
  addEventListener('afterprint', () => {
    body.classList.remove('paper');
    for (const { element, figure } of plots) {
      Plotly.relayout(element, { width: figure.layout.width ?? null, autosize: true });
    }
    for (const undo of restore.splice(0)) undo();
    fitTablesToWindow();
    for (const output of document.querySelectorAll('.columns')) output.style.columnCount = '';
  });
  fitTablesToWindow();
  addEventListener('resize', () => body.classList.contains('paper') || fitTablesToWindow());
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  drawDiagrams(isDark ? 'dark' : 'default').then(() => drawFigures(drawFigure));
})();
