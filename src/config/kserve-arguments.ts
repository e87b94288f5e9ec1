/** What KServe's runtimes are given as arguments; null where it is not said. */
export interface KserveArguments {
  /** Whether any of them is there. */
  readonly given: boolean;
  readonly name: string | null;
  readonly folder: string | null;
  readonly port: number | null;
}

/** Arguments by which KServe's own runtimes are started (kserve/config/runtimes), with what a good value is. */
const KNOWN: Readonly<Record<string, { readonly pattern: RegExp; readonly wanted: string }>> = {
  model_name: { pattern: /^[A-Za-z0-9][\w.-]{0,127}$/, wanted: 'a name' },
  model_dir: { pattern: /^(?:file:\/\/)?\//, wanted: 'an absolute path' },
  http_port: { pattern: /^[1-9]\d{0,4}$/, wanted: 'a port from 1 to 65535' },
};

/** The word by which SageMaker starts a container, and images by default. */
const SERVE = 'serve';

/**
 * `serve`, `--model_name=NAME`, `--model_dir PATH`, `--http_port=PORT`. An argument that is none of them is a problem: what
 * it asks for would not be done.
 */
export function kserveArguments(args: readonly string[], problems: string[]): KserveArguments {
  const values = new Map<string, string>();
  const words = args[0] === SERVE ? args.slice(1) : [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, name, inline] = /^--([a-z_]+)(?:=(.*))?$/s.exec(word) ?? [];
    const known = name === undefined ? undefined : KNOWN[name];
    if (name === undefined || known === undefined) {
      const wanted = ['serve', ...Object.keys(KNOWN).map((key) => `--${key}`)].join(', ');
      problems.push(`the argument ${JSON.stringify(word)} is none, wanted ${wanted}`);
      continue;
    }
    const value = inline ?? words.shift() ?? '';
    if (known.pattern.test(value)) values.set(name, value);
    else problems.push(`--${name} is ${JSON.stringify(value)}, wanted ${known.wanted}`);
  }
  const port = values.get('http_port');
  if (port !== undefined && Number(port) > 65_535)
    problems.push(`--http_port is ${port}, wanted a port from 1 to 65535`);
  return {
    given: values.size > 0,
    name: values.get('model_name') ?? null,
    folder: values.get('model_dir')?.replace(/^file:\/\//, '') ?? null,
    port: port === undefined ? null : Number(port),
  };
}
