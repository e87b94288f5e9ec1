/** Files that import themselves by way of others. Pure. */
import type { Problem } from './project.ts';

/** What each file imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** One problem for each group of files that all reach each other (Tarjan, 1972), with the shortest way around. */
export function findCycles(graph: ImportGraph): Problem[] {
  return groupsOf(graph).map((group) => {
    const way = shortestCycle(graph, group);
    const size = group.length > way.length ? `; ${group.length} files reach each other` : '';
    return { file: way[0] ?? '', message: `imports itself: ${[...way, way[0]].join(' → ')}${size}` };
  });
}

/** Strongly connected components of more than one file, or of one that imports itself. */
function groupsOf(graph: ImportGraph): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const open: string[] = [];
  const groups: string[][] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    open.push(file);
    let low = own;
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === own) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || graph.get(file)?.includes(file)) groups.push(group);
    }
    return low;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return groups;
}

/** The shortest cycle through any file of a group, by breadth. */
function shortestCycle(graph: ImportGraph, group: readonly string[]): readonly string[] {
  const within = new Set(group);
  let best: readonly string[] = [];
  for (const start of group) {
    const ways: string[][] = [[start]];
    const seen = new Set<string>();
    for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
      if (best.length > 0 && way.length >= best.length) break;
      const nexts = (graph.get(way.at(-1) ?? '') ?? []).filter((one) => within.has(one));
      if (nexts.includes(start)) {
        best = way;
        break;
      }
      for (const next of nexts.filter((one) => !seen.has(one))) {
        seen.add(next);
        ways.push([...way, next]);
      }
    }
  }
  return best;
}
