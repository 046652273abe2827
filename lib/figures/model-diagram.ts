import type { Annotations, Data, Shape } from 'plotly.js';
import { plural } from '../base/words';
import type * as tf from '../tensorflow';
import { describeModel, type LayerDescription } from '../training/model-layers';
import type { Figure } from './figure';
import { colors, createFigure, escapeText } from './template';

/** Boxes of a row: as many as a page of 166 mm holds with words of 7 points. */
const COLUMNS = 4;
/** In units of a box's width and height. */
const GAP = { x: 0.14, y: 0.32 };
/** Room around all, for the width of a line. */
const EDGE = 0.02;
/** In pixels: a line of words. */
const LINE_HEIGHT = 18;
const FONT_SIZE = 12;
/** Characters, such as GlobalAveragePooling2D has: set smaller, so that they stay in the box. */
const LONG_NAME = 20;
/** Layers with weights stand out: they are what is learned. */
const FILL = { learned: '#deebf7', other: '#f5f5f5' };

/** A box of the diagram: a layer, or the input of a model that has no layer for it. */
export interface DiagramBox {
  readonly name: string;
  /** `Conv2D`. */
  readonly type: string;
  /** `3 × 3, relu`; may be empty. */
  readonly detail: string;
  /** `28 × 28 × 32`, without the number of images. */
  readonly shape: string;
  readonly parameters: number;
  /** The box before it in the row or at the end of the row above, where it takes what that gives. */
  readonly follows: boolean;
  /** The numbers, from 1, of the boxes whose outputs it takes; empty where that is the box before it alone. */
  readonly from: readonly number[];
}

/**
 * A model's layers as boxes, read as text is, line by line: type with kernel, rate or activation, the shape of the output for one
 * image, and parameters where there are any. An arrow leads from each box to the next that takes its output. Where layers take
 * what comes from elsewhere, as a sum of branches does, the boxes are numbered and such a box says from which. The layers of a
 * model within stand in its place.
 *
 * @throws RangeError for a model without layers.
 */
export function modelDiagram(model: tf.LayersModel): Figure {
  const boxes = gatherBoxes(model);
  if (boxes.length === 0) throw new RangeError('model must have layers, but it has none: add one with model.add(layer).');
  const branches = boxes.some(({ from }) => from.length > 0);
  const boxHeight = (branches ? 4.2 : 3.2) * LINE_HEIGHT;
  const columns = Math.min(COLUMNS, boxes.length);
  const rows = Math.ceil(boxes.length / columns);
  const place = (i: number) => ({ x: (i % columns) * (1 + GAP.x), y: Math.floor(i / columns) * (1 + GAP.y) });
  const width = columns + (columns - 1) * GAP.x;
  const height = rows + (rows - 1) * GAP.y;
  return createFigure(
    // Axes alone, without a trace, are not drawn; this one tells of each box when it is pointed at.
    [
      {
        type: 'scatter',
        mode: 'markers',
        x: boxes.map((_, i) => place(i).x + 0.5),
        y: boxes.map((_, i) => place(i).y + 0.5),
        text: boxes.map((box) => `${escapeText(box.name)}<br>${describeBox(box)}`),
        marker: { size: boxHeight, opacity: 0 },
        hovertemplate: '%{text}<extra></extra>',
      } as Data,
    ],
    {
      height: Math.round(boxHeight * (height + 2 * EDGE)) + 20,
      margin: { l: 10, r: 10, t: 10, b: 10 },
      shapes: boxes.flatMap((box, i) => [
        drawBox(box, place(i)),
        ...(box.follows && i % columns === 0 ? [drawTurn(place(i - 1), place(i))] : []),
      ]),
      annotations: boxes.flatMap((box, i) => [
        ...writeBox(box, place(i), branches ? i + 1 : undefined),
        ...(box.follows ? [drawArrow(place(i - 1), place(i))] : []),
      ]),
      xaxis: { visible: false, range: [-EDGE, width + EDGE], fixedrange: true },
      yaxis: { visible: false, range: [height + EDGE, -EDGE], fixedrange: true },
    },
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function drawBox({ parameters }: DiagramBox, { x, y }: Place): Partial<Shape> {
  const learns = parameters > 0;
  return {
    type: 'rect',
    x0: x,
    x1: x + 1,
    y0: y,
    y1: y + 1,
    fillcolor: learns ? FILL.learned : FILL.other,
    line: { color: learns ? colors.training : colors.muted, width: 1.2 },
  };
}

/** The line from the end of a row to the arrow at the begin of the next. */
function drawTurn(from: Place, to: Place): Partial<Shape> {
  const between = to.y - GAP.y / 2;
  const path = `M${from.x + 0.5},${from.y + 1}V${between}H${to.x + 0.5}V${to.y - GAP.y / 4}`;
  return { type: 'path', path, line: { color: colors.muted, width: 1.2 } };
}

function drawArrow(from: Place, to: Place): Partial<Annotations> {
  const isSameRow = from.y === to.y;
  const [head, tail] = isSameRow
    ? [
        { x: to.x, y: to.y + 0.5 },
        { x: from.x + 1, y: from.y + 0.5 },
      ]
    : [
        { x: to.x + 0.5, y: to.y },
        { x: to.x + 0.5, y: to.y - GAP.y / 2 },
      ];
  return {
    ...head,
    ax: tail.x,
    ay: tail.y,
    axref: 'x',
    ayref: 'y',
    text: '',
    showarrow: true,
    arrowhead: 2,
    arrowsize: 1,
    arrowwidth: 1.2,
    arrowcolor: colors.muted,
  };
}

function writeBox(box: DiagramBox, { x, y }: Place, number: number | undefined): Partial<Annotations>[] {
  const common = { showarrow: false, font: { size: FONT_SIZE } } as const;
  const words = { ...common, x: x + 0.5, y: y + 0.5, text: describeBox(box) };
  if (number === undefined) return [words];
  return [words, { ...common, x, y, xanchor: 'left', yanchor: 'top', text: `${number}` }];
}

function describeBox({ type, detail, shape, parameters, from }: DiagramBox): string {
  const name = `<b>${escapeText(type)}</b>`;
  const sized = type.length > LONG_NAME ? `<span style="font-size: ${FONT_SIZE - 2}px">${name}</span>` : name;
  const head = `${sized}${detail === '' ? '' : ` ${escapeText(detail)}`}`;
  const taken = from.length === 0 ? [] : [`of ${from.join(' and ')}`];
  return [head, ...taken, shape, ...(parameters > 0 ? [plural(parameters, 'parameter')] : [])].join('<br>');
}

/** The layers in their order, those of models within in the place of these, and an input first. */
export function gatherBoxes(model: tf.LayersModel): DiagramBox[] {
  const { layers } = describeModel(model);
  const hasInput = layers.some(({ type }) => type === 'InputLayer');
  const added = hasInput || layers.length === 0 ? [] : model.inputs.map(({ shape }) => makeInput(layers[0], shape));
  const all = [...added, ...spread(layers)];
  const numbers = new Map(all.map(({ name }, i) => [name, i + 1]));
  return all.map((layer, i) => {
    const from = layer.inputs.flatMap((name) => numbers.get(name) ?? []);
    return {
      name: layer.name,
      type: layer.type.replace(/Layer$/, ''),
      detail: layer.detail,
      shape: layer.outputShapes.map(describeShape).join(', '),
      parameters: layer.parameters,
      follows: from.includes(i),
      from: from.every((number) => number === i) ? [] : from,
    };
  });
}

function describeShape(shape: tf.Shape): string {
  return shape
    .slice(1)
    .map((side) => side ?? '?')
    .join(' × ');
}

/** The input that a sequential model has no layer for. */
function makeInput(first: LayerDescription, shape: tf.Shape): LayerDescription {
  const name = first.inputs[0] ?? 'input';
  return { name, type: 'Input', outputShapes: [shape], parameters: 0, trainable: 0, inputs: [], detail: '', layers: [] };
}

/** The layers with those of models within in their place; whoever took a model's output takes that of its last layer. */
function spread(layers: readonly LayerDescription[]): LayerDescription[] {
  const last = new Map<string, string>();
  return layers.flatMap((layer) => {
    const inputs = layer.inputs.map((name) => last.get(name) ?? name);
    if (layer.layers.length === 0) return [{ ...layer, inputs }];
    const inner = spread(layer.layers).filter(({ type }) => type !== 'InputLayer');
    const own = new Set(inner.map(({ name }) => name));
    last.set(layer.name, inner.at(-1)?.name ?? layer.name);
    // What a layer inside takes from outside comes from what the model is applied to.
    return inner.map((each) => ({ ...each, inputs: each.inputs.flatMap((name) => (own.has(name) ? [name] : inputs)) }));
  });
}
