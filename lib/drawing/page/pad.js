// @ts-nocheck Runs in the reader's browser; the project's types are those of Node.
// The drawing pad, in a frame of its own: it shares nothing with the page around it but its colours and its width.
(async () => {
  const { models, classNames, convention, note } = JSON.parse(document.getElementById('setup').textContent);
  const ids = ['sheet', 'seen', 'undo', 'clear', 'class', 'keep', 'save', 'status', 'answer'];
  const [sheet, seen, undo, clear, chosen, keep, save, status, answer] = ids.map((id) => document.getElementById(id));
  const TOP = 5;
  /** Of the sheet's side: about as wide as the models will see it where a character fills half of the sheet. */
  const PEN = 0.075;
  const NOTHING_YET = 'Draw one character. The models read along.';

  function adoptTheme() {
    const isClear = (color) => /^transparent$|, 0\)$|\/ 0\)$/.test(color);
    let element = window.frameElement.parentElement;
    const text = getComputedStyle(element).color;
    while (element && isClear(getComputedStyle(element).backgroundColor)) element = element.parentElement;
    // A page without a background of its own is painted in the system's.
    const paper = element ? getComputedStyle(element).backgroundColor : 'Canvas';
    const [r, g, b] = text.match(/[\d.]+/g).map(Number);
    const { style } = document.documentElement;
    const theme = r + g + b > 384 ? 'dark' : 'light';
    style.colorScheme = theme;
    document.documentElement.dataset.theme = theme;
    style.setProperty('--text', text);
    style.setProperty('--paper', paper);
  }

  function watchPage() {
    adoptTheme();
    const outside = window.parent.document;
    const observer = new MutationObserver(adoptTheme);
    for (const element of [outside.documentElement, outside.body]) observer.observe(element, { attributes: true });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', adoptTheme);
    // JupyterLab's themes fade from one to the other, and their style sheet may come after their name.
    outside.addEventListener('transitionend', adoptTheme);
    addEventListener('pagehide', () => {
      observer.disconnect();
      outside.removeEventListener('transitionend', adoptTheme);
    });
    const fit = () => {
      window.frameElement.style.height = `${Math.ceil(document.body.getBoundingClientRect().height)}px`;
    };
    new ResizeObserver(fit).observe(document.body);
  }

  async function unpack(base64) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream);
  }

  async function loadModels() {
    const source = document.getElementById('tfjs');
    const script = document.createElement('script');
    script.textContent = await (await unpack(source.textContent)).text();
    document.head.append(script);
    source.remove();
    for (const model of models) {
      const weightData = await (await unpack(model.weights)).arrayBuffer();
      const { modelTopology, weightSpecs } = model;
      model.network = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
      delete model.weights;
    }
    await chooseBackend();
  }

  /** The faster of graphics card and processor: for one small image often the processor. */
  async function chooseBackend() {
    const timeBackend = async (name) => {
      await tf.setBackend(name);
      const blank = new Uint8Array(784);
      // Compiles the shaders.
      await read(blank);
      const times = [];
      for (let i = 0; i < 3; i++) {
        const started = performance.now();
        await read(blank);
        times.push(performance.now() - started);
      }
      return Math.min(...times);
    };
    const processor = await timeBackend('cpu');
    // Half precision, as some phones have it, would change the answers.
    if (tf.env().getNumber('WEBGL_VERSION') === 0 || !tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) return;
    const card = await timeBackend('webgl').catch(() => Infinity);
    if (processor <= card) await tf.setBackend('cpu');
  }

  /** Each model's probabilities, `[n, classes]`, of grey levels `[n, 784]`. */
  async function read(levels) {
    const answers = {};
    for (const { name, network } of models) {
      const output = tf.tidy(() => {
        const pixels = tf.tensor2d(
          Float32Array.from(levels, (level) => level / 255),
          [levels.length / 784, 784],
        );
        return network.predict(network.inputs[0].shape.length === 2 ? pixels : pixels.reshape([-1, 28, 28, 1]));
      });
      answers[name] = await output.data();
      output.dispose();
    }
    return answers;
  }

  for (const model of models) {
    const section = document.querySelector('.models').appendChild(document.createElement('section'));
    section.appendChild(document.createElement('h3')).textContent = model.name;
    const list = section.appendChild(document.createElement('ol'));
    model.rows = Array.from({ length: Math.min(TOP, classNames.length) }, () => {
      const row = list.appendChild(document.createElement('li'));
      const name = row.appendChild(document.createElement('b'));
      const track = row.appendChild(document.createElement('span'));
      track.className = 'track';
      const bar = track.appendChild(document.createElement('div'));
      bar.className = 'bar';
      bar.style.background = model.color;
      const share = row.appendChild(document.createElement('span'));
      share.className = 'share';
      return { name, bar, share };
    });
  }

  /** To a tenth of a percent, never rounded to certainty. */
  const percent = (share) => {
    if (share < 0.0005) return '< 0.1 %';
    return share > 0.9995 ? '> 99.9 %' : `${(100 * share).toFixed(1)} %`;
  };

  function showAnswers(answers) {
    const best = [];
    for (const { name, rows } of models) {
      const shares = Array.from(answers?.[name] ?? []);
      const order = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
      rows.forEach((row, place) => {
        const i = order[place];
        row.name.textContent = i === undefined ? '–' : classNames[i];
        row.name.title = i === undefined ? '' : classNames[i];
        row.bar.style.width = `${i === undefined ? 0 : shares[i] * 100}%`;
        row.share.textContent = i === undefined ? '' : percent(shares[i]);
      });
      if (order.length > 0) best.push(`${name}: ${classNames[order[0]]}, ${percent(shares[order[0]])}`);
    }
    return best.join('; ');
  }

  const strokes = [];
  let isDrawing = false;

  function drawSheet() {
    const side = Math.round(sheet.clientWidth * devicePixelRatio);
    if (sheet.width !== side) {
      sheet.width = side;
      sheet.height = side;
    }
    const context = sheet.getContext('2d');
    context.clearRect(0, 0, side, side);
    if (strokes.length === 0) {
      context.fillStyle = '#767676';
      context.font = `${side / 16}px system-ui, sans-serif`;
      context.textAlign = 'center';
      context.fillText('Draw one character here', side / 2, side / 2);
    }
    context.lineWidth = PEN * side;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.strokeStyle = '#222222';
    for (const stroke of strokes) {
      context.beginPath();
      context.moveTo(stroke[0].x * side, stroke[0].y * side);
      for (const { x, y } of stroke) context.lineTo(x * side, y * side);
      context.stroke();
    }
    for (const button of [undo, clear, keep]) button.disabled = strokes.length === 0;
  }

  function drawSeen(levels) {
    const context = seen.getContext('2d');
    const picture = context.createImageData(28, 28);
    levels.forEach((level, i) => {
      picture.data.fill(255 - level, 4 * i, 4 * i + 3);
      picture.data[4 * i + 3] = 255;
    });
    context.putImageData(picture, 0, 0);
  }

  let loading;
  let isWanted = false;
  let isReading = false;

  /** Reads what is drawn, at most once a frame; a drawing that changes meanwhile is read again. */
  async function readDrawing() {
    isWanted = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isWanted) {
        await new Promise(requestAnimationFrame);
        await load();
        isWanted = false;
        const levels = drawnImage(strokes, convention);
        drawSeen(levels);
        const words = showAnswers(strokes.length > 0 ? await read(levels) : undefined);
        // Screen readers hear the answer when the pen is lifted, not at each movement.
        if (!isDrawing) answer.textContent = words || NOTHING_YET;
      }
    } finally {
      isReading = false;
    }
  }

  function change() {
    drawSheet();
    readDrawing();
  }

  function addPoints(event) {
    const { left, top, width, height } = sheet.getBoundingClientRect();
    const events = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of events.length > 0 ? events : [event]) {
      // Lines that leave the sheet end at its edge.
      const within = (value) => Math.min(1, Math.max(0, value));
      strokes.at(-1).push({ x: within((clientX - left) / width), y: within((clientY - top) / height) });
    }
    change();
  }

  sheet.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    isDrawing = true;
    strokes.push([]);
    addPoints(event);
  });
  sheet.addEventListener('pointermove', (event) => {
    if (isDrawing && event.isPrimary) addPoints(event);
  });
  for (const type of ['pointerup', 'pointercancel']) {
    sheet.addEventListener(type, (event) => {
      if (!event.isPrimary || !isDrawing) return;
      isDrawing = false;
      change();
    });
  }
  function undoStroke() {
    strokes.pop();
    change();
  }
  undo.addEventListener('click', undoStroke);
  clear.addEventListener('click', () => {
    strokes.length = 0;
    change();
  });
  for (const name of classNames) chosen.appendChild(document.createElement('option')).textContent = name;
  const kept = keptDrawings();
  keep.addEventListener('click', () => {
    kept.add(chosen.value, drawnImage(strokes, convention));
    strokes.length = 0;
    save.disabled = false;
    save.textContent = `Save ${kept.count()}`;
    save.title = 'A file for readDrawings, or for data/';
    change();
  });
  save.addEventListener('click', () => kept.download());
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'z' && strokes.length > 0 && !isDrawing) {
      event.preventDefault();
      undoStroke();
    }
  });

  /** Resolves when the models can be asked; never where the browser is too old for them. */
  function load() {
    loading ??= loadModels().then(
      () => {
        status.textContent = note;
        // For tests and for the curious.
        window.pad = { read, backend: () => tf.getBackend() };
      },
      (error) => {
        console.warn('The drawing pad does not work in this browser:', error);
        // The still picture comes back.
        window.frameElement.parentElement.classList.remove('live');
        return new Promise(() => {});
      },
    );
    return loading;
  }

  status.textContent = 'The models are being unpacked …';
  watchPage();
  drawSheet();
  drawSeen(new Uint8Array(784));
  showAnswers();
  new ResizeObserver(drawSheet).observe(sheet);
  answer.textContent = NOTHING_YET;
  new IntersectionObserver((entries, observer) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    load();
  }).observe(document.body);
})();
