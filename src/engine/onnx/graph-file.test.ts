import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { graphSize, writeGraph } from './graph-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-graph-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['bytes', Uint8Array.of(1, 2, 3)],
  ['pieces', [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]],
])('%s become a file, and a file a copy of it', (what, graph) => {
  const [path, copy] = [join(folder, what), join(folder, `${what}-copy`)];
  writeGraph(path, graph);
  writeGraph(copy, path);
  for (const written of [path, copy]) expect([...readFileSync(written)]).toEqual([1, 2, 3]);
  expect([graphSize(graph), graphSize(path)]).toEqual([3, 3]);
});
