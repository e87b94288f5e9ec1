import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { codeMapPage } from './layers-table.ts';

const PAGE = `# Map

| folder | holds | may import |
|---|---|---|
| \`src/model\` | steps | the moon |
| \`src/engine\` | a port; \`native/\` | |
| \`tools\` | checks | |

After.
`;

it('writes what a layer may import into its row and leaves other rows', () => {
  expect(codeMapPage(PAGE, { model: [], engine: ['model', 'onnx'] })).toBe(`# Map

| folder | holds | may import |
|---|---|---|
| \`src/model\` | steps | nothing |
| \`src/engine\` | a port; \`native/\` | model onnx |
| \`tools\` | checks | |

After.
`);
});

it('adds a layer that the map leaves out, so that the page is out of date', () => {
  expect(codeMapPage(PAGE, { model: [], 'engine/onnx': ['model'] })).toContain(
    '| `tools` | checks | |\n| `src/engine/onnx` | | model |\n\nAfter.',
  );
});

it('keeps one row of a layer, the first', () => {
  const twice = PAGE.replace('| `tools`', '| `src/model` | | the moon |\n| `tools`');
  const layers = { model: [], engine: ['model'] };
  expect(codeMapPage(twice, layers)).toBe(codeMapPage(PAGE, layers));
});

it('has words for every folder of the map of this program', () => {
  const page = readFileSync(join(import.meta.dirname, '../../ARCHITECTURE.md'), 'utf8');
  expect([...page.matchAll(/^\| `src\/[^`]+` \| *\|/gm)].map(([row]) => row)).toEqual([]);
});
