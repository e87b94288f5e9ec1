import type { Layers } from './layers.ts';

/** A row of the code map that is about a folder of src/. */
const ROW = /^\| `src\/([^`]+)` \|(.*)\|[^|]*\|\n/gm;

/** ARCHITECTURE.md with the last column of its code map as the table of layers has it; the rest is written by hand. */
export function codeMapPage(page: string, layers: Layers): string {
  const described = new Set<string>();
  const filled = page.replace(ROW, (row, layer: string, holds: string) => {
    const targets = layers[layer];
    if (targets === undefined) return row;
    // Where two changes have added a layer, the row that comes first has the words.
    if (described.has(layer)) return '';
    described.add(layer);
    return `| \`src/${layer}\` |${holds}| ${targets.join(' ') || 'nothing'} |\n`;
  });
  // A layer that the map leaves out is added without words, so that whoever adds it writes them.
  const missing = Object.keys(layers).filter((layer) => !described.has(layer));
  const rows = missing.map((layer) => `| \`src/${layer}\` | | ${layers[layer]?.join(' ')} |\n`);
  const end = filled.indexOf('\n\n', filled.indexOf('\n| `src/'));
  return end < 0 ? page : `${filled.slice(0, end + 1)}${rows.join('')}${filled.slice(end + 1)}`;
}
