// @ts-nocheck Runs in the reader's browser; the project's types are those of Node.
// Draws the figures, and lists the sections below the title.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');

  // Figures without colours of their own take the page's.
  function draw(element, figure) {
    const style = getComputedStyle(document.body);
    const layout = {
      ...figure.layout,
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: { ...figure.layout.font, color: style.color },
    };
    return Plotly.react(element, figure.data, layout, figure.config);
  }

  const figures = [...document.querySelectorAll('.figure')].map((element) => {
    const figure = JSON.parse(element.querySelector('script').textContent);
    element.textContent = '';
    return { element, figure };
  });
  const drawAll = async () => {
    for (const { element, figure } of figures) await draw(element, figure);
    document.body.dataset.drawn = figures.length;
  };
  dark.addEventListener('change', drawAll);
  drawAll();

  const headings = [...document.querySelectorAll('h2[id]')];
  if (headings.length > 2) {
    const contents = document.createElement('nav');
    contents.className = 'contents';
    contents.setAttribute('aria-label', 'Contents');
    const list = contents.appendChild(document.createElement('ol'));
    for (const heading of headings) {
      const link = list.appendChild(document.createElement('li')).appendChild(document.createElement('a'));
      link.href = `#${heading.id}`;
      link.textContent = heading.textContent;
    }
    (document.querySelector('dl.facts') ?? document.querySelector('h1'))?.after(contents);
  }
})();
