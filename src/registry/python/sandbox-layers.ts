import type { EngineStatus } from '../../engine/engine.ts';

/** What limits a worker, and what does not hold here, in words: `files (Landlock ABI 7); not here: network: …`. Pure. */
export function saidOfLayers(layers: EngineStatus['sandbox']): string {
  const held = layers.filter(({ active }) => active).map(({ name, how }) => `${name} (${how})`);
  const open = layers.filter(({ active }) => !active).map(({ name, how }) => `${name}: ${how}`);
  const absent = open.length === 0 ? '' : `; not here: ${open.join(', ')}`;
  return `${held.join(', ') || 'nothing'}${absent}`;
}
