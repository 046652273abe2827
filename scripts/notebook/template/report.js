// @ts-nocheck Runs in the reader's browser; the project's types are those of Node.
// Draws the figures, and lists the sections below the facts of the run.
(async () => {
  const headings = [...document.querySelectorAll('h2')];
  if (headings.length > 2) {
    const contents = document.createElement('nav');
    contents.className = 'contents';
    contents.setAttribute('aria-label', 'Contents');
    const list = contents.appendChild(document.createElement('ol'));
    for (const [i, heading] of headings.entries()) {
      heading.id ||= `section-${i + 1}`;
      const link = list.appendChild(document.createElement('li')).appendChild(document.createElement('a'));
      link.href = `#${heading.id}`;
      link.textContent = heading.textContent;
    }
    (document.querySelector('dl.facts') ?? document.querySelector('h1'))?.after(contents);
  }

  const figures = [...document.querySelectorAll('.figure')];
  for (const figure of figures) {
    const { data, layout, config } = JSON.parse(figure.querySelector('script').textContent);
    figure.textContent = '';
    // When the window changes, Plotly takes the height of this element instead of the layout's.
    figure.style.height = `${layout.height ?? 450}px`;
    await Plotly.newPlot(figure, data, layout, config);
  }
  document.body.dataset.drawn = figures.length;
})();
