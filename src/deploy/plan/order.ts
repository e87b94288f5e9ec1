import { idOf } from './key.ts';
import type { Resource, ResourceKey } from './port.ts';

/**
 * The resources, each after those that it needs; as they are given where that leaves a choice. Needs that are not among
 * them are somebody else's. Throws an Error where needs go in a circle or a name is there twice: a defect of who renders.
 */
export function inOrder(resources: readonly Resource[]): readonly Resource[] {
  const byId = new Map(resources.map((resource) => [idOf(resource), resource]));
  if (byId.size < resources.length) throw new Error('two resources of one deployment have one name');
  const done = new Set<string>();
  const ordered: Resource[] = [];
  const visit = (resource: Resource, path: readonly string[]): void => {
    const id = idOf(resource);
    if (done.has(id)) return;
    if (path.includes(id)) throw new Error(`resources need each other: ${[...path, id].join(' → ')}`);
    for (const key of resource.needs) {
      const needed = byId.get(idOf(key));
      if (needed) visit(needed, [...path, id]);
    }
    done.add(id);
    ordered.push(resource);
  };
  for (const resource of resources) visit(resource, []);
  return ordered;
}

/** What is to go, those of later kinds first: `kinds` names them in the order in which they are made. */
export function inOrderOfRemoval(
  keys: readonly ResourceKey[],
  kinds: readonly string[],
): readonly ResourceKey[] {
  return keys.toSorted((a, b) => kinds.indexOf(b.kind) - kinds.indexOf(a.kind) || (a.name < b.name ? -1 : 1));
}
