import type { Layers } from './layers.ts';

const BLOCK = /(<!-- layers -->\n```\n).*?(```\n<!-- \/layers -->)/s;

/** How many floors are below a layer: none where it imports nothing, else one more than below the highest that it imports. */
function floorsBelow(layer: string, layers: Layers): number {
  const targets = layers[layer] ?? [];
  return targets.length === 0 ? 0 : 1 + Math.max(...targets.map((target) => floorsBelow(target, layers)));
}

/** The layers floor by floor, the highest first; each imports from floors below its own only. */
export function layersByFloor(layers: Layers): readonly (readonly string[])[] {
  const byFloor = Object.groupBy(Object.keys(layers), (layer) => floorsBelow(layer, layers));
  return Object.values(byFloor)
    .reverse()
    .map((floor = []) => floor);
}

/** ARCHITECTURE.md with the picture of the layers as the table has them. */
export function layersPicturePage(page: string, layers: Layers): string {
  const floors = layersByFloor(layers);
  const lines = floors.map((floor, i) => `${String(floors.length - i).padStart(3)}   ${floor.join(' · ')}\n`);
  return page.replace(BLOCK, (_, begin: string, end: string) => `${begin}${lines.join('')}${end}`);
}
