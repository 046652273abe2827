// @ts-nocheck Runs in the reader's browser; the project's types are those of Node.
/** Puts the drawing pad in place of the still picture, except on paper. Everything of the pad lives in a frame of its own. */
// biome-ignore lint/correctness/noUnusedVariables: the page calls it.
function mountPad(host, page) {
  const style = document.createElement('style');
  style.textContent = `
    .inkwell-drawing iframe { display: none; width: 100%; height: 360px; border: 0; }
    @media not print {
      .inkwell-drawing.live iframe { display: block; }
      .inkwell-drawing.live .fallback { display: none; }
    }`;
  const frame = document.createElement('iframe');
  frame.title = 'Drawing pad: draw a character and see what the models read';
  frame.srcdoc = page;
  host.append(style, frame);
  host.classList.add('live');
}
