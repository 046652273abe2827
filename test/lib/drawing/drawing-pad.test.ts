import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodePng } from '../../../lib/base/png';
import { drawingPad } from '../../../lib/drawing/drawing-pad';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';

const data = stripedImages(12);

it('stands as text, pictures and answers where no script runs, and escapes what comes from data', async () => {
  const hostile = { ...data, classNames: ['</script><script>alert(1)</script>', ...data.classNames.slice(1)] };
  const model = new Stack(0).input([784]).output(data.classNames.length);

  const { html, text } = await drawingPad({ '<b>MLP</b>': model }, hostile);

  const end = html.indexOf('<script>');
  const fallback = html.slice(0, end);
  expect(fallback).toMatch(/^<div class="inkwell-drawing"><div class="fallback"><p>A drawing pad stands here/);
  expect(fallback).toContain('<th>&lt;b&gt;MLP&lt;/b&gt;</th>');
  expect(fallback).toContain('&lt;/script&gt;');
  expect(fallback.match(/<img src="data:image\/png;base64,/g)).toHaveLength(6);
  // One script and nothing else: class names that end it early would leave text behind.
  expect(html.slice(end).match(/<\/?script>/g)).toEqual(['<script>', '</script>']);
  expect(html.endsWith('</script></div>')).toBe(true);
  expect(text).toMatch(/^A drawing pad stands here.*TensorFlow\.js \([\d,]+ kB\), <b>MLP<\/b> with uint8 weights/);
  model.dispose();
});

it('needs a model', async () => {
  await expect(drawingPad({}, data)).rejects.toThrow(/models must name at least one model.*try \{ CNN/);
});

it('writes grey levels as a PNG', () => {
  const png = encodePng(Uint8Array.of(0, 128, 255, 7, 8, 9), 3);
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 0]);
  const length = png.readUInt32BE(33);
  expect([...inflateSync(png.subarray(41, 41 + length))]).toEqual([0, 0, 128, 255, 0, 7, 8, 9]);
  // Known from every PNG: the end chunk's checksum.
  expect(png.subarray(-8).toString('hex')).toBe('49454e44ae426082');
});
