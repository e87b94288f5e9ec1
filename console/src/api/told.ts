/** What the stream of events tells of what panels show. Pure. */

/** As the server tells it: what has changed, by its kind and its name. */
export interface ChangedThing {
  readonly kind: string;
  readonly name: string;
  readonly endpoint: string | null;
}

/** By the beginning of the path of an operation, the longest first: the kinds of which a change changes its answer. */
const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ['/endpoints/{endpoint}/rollouts', ['rollout', 'endpoint']],
  ['/endpoints/{endpoint}/routes', ['endpoint']],
  ['/endpoints/{endpoint}/monitor', ['monitor']],
  // What else there is of an endpoint is counted, and is no news by itself.
  ['/endpoints/{endpoint}/', []],
  ['/endpoints', ['endpoint', 'rollout']],
  ['/rollouts', ['rollout']],
  ['/models', ['version']],
  ['/monitors', ['monitor', 'alert']],
  ['/alerts', ['alert']],
  // What else there is of a run is read where it has ended.
  ['/jobs/{job}/runs/{run}/', []],
  ['/jobs', ['job']],
  // Costs the server a walk through all of it.
  ['/audit/chain', []],
  ['/audit', ['audit']],
];

function kindsOf(operation: string): readonly string[] {
  const path = operation.replace(/^GET \/api\/v1/, '');
  return KINDS.find(([begin]) => path.startsWith(begin))?.[1] ?? [];
}

/** Whether the stream tells when the answer of an operation has changed, so that it need not be asked for again and again. */
export const isTold = (operation: string): boolean => kindsOf(operation).length > 0;

/** Parameters of paths that name a thing of a kind. */
const PARAMETERS: Readonly<Record<string, string>> = {
  rollout: 'id',
  version: 'model',
  job: 'job',
  alert: 'alert',
};

/** Whether a change may have changed what a query has been answered, by the key of the query: its operation, then its path. */
export function isAbout([operation, ...rest]: readonly unknown[], changed: ChangedThing): boolean {
  // What is loaded follows from versions and routes.
  if (operation === 'served') return ['version', 'endpoint'].includes(changed.kind);
  if (typeof operation !== 'string' || !kindsOf(operation).includes(changed.kind)) return false;
  const path = Object.assign({}, ...rest.filter((part) => typeof part === 'object')) as Partial<
    Record<string, unknown>
  >;
  const own = PARAMETERS[changed.kind];
  const names = [
    [path['endpoint'], changed.endpoint],
    [own === undefined ? undefined : path[own], changed.name],
  ];
  return names.every(([asked, name]) => asked === undefined || name === null || asked === name);
}
