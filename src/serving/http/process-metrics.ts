/**
 * Memory, processor and event loop of this process in the Prometheus text format, loaded by the first scrape: a server
 * that nobody scrapes carries none of it.
 */
export async function loadProcessMetrics(
  labels: Readonly<Record<string, string>> = {},
): Promise<() => Promise<string>> {
  // A CommonJS package: inside the bundle only its default export is there.
  const { default: prom } = await import('prom-client');
  const registry = new prom.Registry();
  registry.setDefaultLabels(labels);
  prom.collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
}

/**
 * Joins the metrics of several processes, each told apart by its labels: the format wants all lines of a family
 * together, under one head.
 */
export function joinFamilies(texts: readonly string[]): string {
  const families = new Map<string, { head: string; samples: string }>();
  for (const block of texts.flatMap((text) => text.split(/^(?=# HELP )/m))) {
    const [, head, samples] = /^((?:#.*\n)+)([\s\S]*)$/.exec(block) ?? [];
    if (head === undefined || samples === undefined) continue;
    const family = families.get(head) ?? { head, samples: '' };
    families.set(head, family);
    family.samples += samples.replaceAll(/^\n/gm, '');
  }
  return [...families.values()].map(({ head, samples }) => `${head}${samples}`).join('\n');
}
