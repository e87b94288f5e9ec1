import { expect, it } from 'vitest';
import { layersByFloor, layersPicturePage } from './layers-picture.ts';

const LAYERS = { cli: ['server', 'model'], model: [], server: ['engine'], engine: ['model'], text: [] };

it('puts each layer on the floor above the highest that it imports', () => {
  expect(layersByFloor(LAYERS)).toEqual([['cli'], ['server'], ['engine'], ['model', 'text']]);
});

it('draws the floors between its marks and leaves the rest of the page', () => {
  const page = (picture: string) =>
    `Before.\n<!-- layers -->\n\`\`\`\n${picture}\`\`\`\n<!-- /layers -->\nAfter.\n`;
  expect(layersPicturePage(page('old\n'), LAYERS)).toBe(
    page('  4   cli\n  3   server\n  2   engine\n  1   model · text\n'),
  );
});
