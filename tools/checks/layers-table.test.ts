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
