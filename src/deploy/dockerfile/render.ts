import { required } from '../../core/element-at.ts';
import { APP } from '../image/app.ts';
import type { SharedPart } from '../image/lock.ts';
import { MALLOC_ENVIRONMENT } from '../image/malloc.ts';
import { IMAGE_MODELS } from '../packaged.ts';
import {
  environmentStage,
  PYTHON_ENTRIES,
  type PythonFacts,
  pythonArguments,
  pythonBase,
  pythonReadme,
  pythonVariables,
} from './python.ts';

/** A build context as texts: everything that a person may want to read, and change. Pure. */
export interface ContextFacts {
  readonly name: string;
  readonly version: number;
  /** sha256 of the bundle, hex. */
  readonly digest: string;
  /** User and group that it runs as. */
  readonly user: number;
  /** `linux/amd64`. */
  readonly platform: string;
  /** Of this program. */
  readonly program: string;
  /** Archives of the parts that all images share, the base first. */
  readonly parts: readonly { readonly part: SharedPart; readonly digest: string; readonly holds: string }[];
  /** What the image is called: `NAME:VERSION`, the name as registries want it. */
  readonly tag: string;
  /** Labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
  /** Null where the version needs no Python. */
  readonly python: PythonFacts | null;
}

/** Name of the archive of a part in the context. */
export const archiveOf = (part: SharedPart): string => `${part}.tar.gz`;

export function dockerfile(facts: ContextFacts): string {
  const { name, version, user, platform, parts, labels, program, python } = facts;
  const [base, ...others] = parts;
  const labelled = Object.entries(labels).map(([key, value]) => `${key}=${labelText(value)}`);
  return [
    `# ${name}@${version}, served by plimsoll ${program}. Everything it is made of lies beside this file and is named by`,
    python === null
      ? '# its sha256 in SHA256SUMS: the build needs no network. README.md has the three commands.'
      : '# its sha256 in SHA256SUMS, but for Python and its packages, which the build fetches. README.md has the commands.',
    '',
    ...(python === null ? [] : pythonArguments(python)),
    `# ${required(base, 'a base image').holds}, ${required(base, 'a base image').digest}`,
    'FROM scratch AS pinned-base',
    `ADD ${archiveOf(required(base, 'a base image').part)} /`,
    '',
    ...(python === null ? [] : environmentStage(python, facts)),
    '# What changes from one version to the next.',
    'FROM scratch AS version',
    ...others.flatMap(({ part, holds, digest }) => [`# ${holds}, ${digest}`, `ADD ${archiveOf(part)} /`]),
    `COPY app/ /${APP}/`,
    'COPY health.js /opt/plimsoll/health.js',
    `COPY models/ ${IMAGE_MODELS}/`,
    '',
    ...(python === null ? PINNED_BASE : pythonBase(platform)),
    'COPY --from=version / /',
    `LABEL ${labelled.join(' \\\n      ')}`,
    `ENV PLIMSOLL_BUNDLES=${IMAGE_MODELS} HOME=/tmp ${MALLOC_ENVIRONMENT.join(' ')}`,
    ...(python === null ? [] : pythonVariables(python)),
    `USER ${user}:${user}`,
    'WORKDIR /tmp',
    'EXPOSE 8080',
    'STOPSIGNAL SIGTERM',
    '# Platforms have probes of their own; this one is for docker and podman.',
    'HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \\',
    '  CMD ["/usr/local/bin/node", "/opt/plimsoll/health.js"]',
    `ENTRYPOINT ["/usr/local/bin/node", "/${APP}/main.js"]`,
    'CMD ["serve"]',
    '',
  ].join('\n');
}

/** In quotes, and no variable: some of it is what a model says of itself. */
const labelText = (value: string): string => JSON.stringify(value).replaceAll('$', String.raw`\$`);

const PINNED_BASE = [
  '# Or an image of your own that has Node 24 at /usr/local/bin/node: name it by its digest.',
  'FROM pinned-base',
];

/** What is sent to the builder: nothing that somebody puts beside it later. */
export const dockerignore = ({ parts, python }: ContextFacts): string =>
  [
    '*',
    ...[
      ...parts.map(({ part }) => archiveOf(part)),
      ...['app', 'health.js', 'models'],
      ...(python === null ? [] : PYTHON_ENTRIES),
    ].map((name) => `!${name}`),
    '',
  ].join('\n');

/** Ends with 0 where the server is ready. CommonJS, in an image that has no shell and no curl. */
export const HEALTH = [
  "'use strict';",
  '// Where the server listens: as it decides itself (docs/containers.md).',
  'const { AIP_HTTP_PORT, SAGEMAKER_BIND_TO_PORT, PLIMSOLL_PORT } = process.env;',
  'const port = AIP_HTTP_PORT || SAGEMAKER_BIND_TO_PORT || PLIMSOLL_PORT || 8080;',
  "const asked = require('node:http').get({ host: '127.0.0.1', port, path: '/readyz', timeout: 2000 }, (answer) => {",
  '  process.exit(answer.statusCode === 200 ? 0 : 1);',
  '});',
  "asked.on('timeout', () => process.exit(1));",
  "asked.on('error', () => process.exit(1));",
  '',
].join('\n');

export function readme({ name, version, tag, digest, platform, parts, python }: ContextFacts): string {
  return [
    `# ${name}@${version} as an image`,
    '',
    `A build context for ${platform}. It is yours: read it, change it, keep it with your code.`,
    '',
    '```console',
    `$ docker build --tag ${tag} .`,
    `$ docker run --rm --read-only ${python === null ? '' : '--tmpfs /tmp '}--publish 127.0.0.1:8080:8080 --env PLIMSOLL_INSECURE=true ${tag}`,
    `$ curl -s localhost:8080/readyz`,
    '```',
    '',
    'PLIMSOLL_INSECURE says that whoever reaches the port may ask, here only this machine. Elsewhere give it keys:',
    '`plimsoll keys export --output keys.json`, then `--env PLIMSOLL_KEYS="$(cat keys.json)"`.',
    '',
    '| what | is |',
    '|---|---|',
    ...parts.map(
      ({ part, holds }) =>
        `| \`${archiveOf(part)}\` | ${holds}; from packages pinned by their digests, the same bytes on every machine |`,
    ),
    '| `app/` | this program |',
    ...(python === null ? [] : ['| `python/` | its part in Python, which workers start with |']),
    `| \`models/\` | the proved bundle, sha256 ${digest} |`,
    '| `health.js` | what HEALTHCHECK runs |',
    '| `SHA256SUMS` | digest of every file: `sha256sum --check SHA256SUMS` |',
    '',
    ...(python === null ? OWN_BASE : pythonReadme(python)),
  ].join('\n');
}

const OWN_BASE = [
  'No base image is pulled: no registry has to be trusted, and nothing changes under a tag. To build on your own base, put',
  'it in the last FROM of the Dockerfile, by its digest: `FROM registry.example/node@sha256:…`, with Node 24 or newer.',
  '',
];
