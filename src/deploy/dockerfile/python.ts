import { MARKER, PACKAGES } from '../../python/environments.ts';
import { countText } from '../../text/count.ts';

/** What a build context has besides where Python runs the version. Pure. */
export interface PythonFacts {
  /** Minor version that the lock is for: `3.11`. */
  readonly python: string;
  /** Digest of the lock, hex: names the environment. */
  readonly environment: string;
  /** Path of the lock in the folder of the bundle: `original/requirements.lock`. */
  readonly lock: string;
  /** How many packages it pins. */
  readonly packages: number;
  /** Whether packages without a wheel may be built, which runs their code. */
  readonly allowBuild: boolean;
}

/** Where an image has this program's part in Python: beside the program, as in the package of npm. */
const PYTHON_PACKAGE = '/opt/plimsoll/python';
/** What PLIMSOLL_ENVIRONMENTS names in an image. */
const ENVIRONMENTS = '/opt/plimsoll/environments';

/** The image that brings the interpreter, where the owner names no other. Slim: no compiler, glibc 2.36 as the base has it. */
const imageOf = ({ python }: PythonFacts): string => `python:${python}-slim-bookworm`;

/** Before the first stage: what a builder may be told. */
export const pythonArguments = (facts: PythonFacts): readonly string[] => [
  '# The interpreter. The digest behind this tag is known to its registry alone, and this file was written without one:',
  '# look it up and pin it, here or by --build-arg (README.md says how). Until then, nothing holds what the tag names.',
  `ARG PYTHON_IMAGE=${imageOf(facts)}`,
  '',
];

/** The stage that installs the environment, exactly as it is locked, and makes bytecode, which workers may not write. */
export function environmentStage(
  facts: PythonFacts,
  { name, version, platform }: { readonly name: string; readonly version: number; readonly platform: string },
): readonly string[] {
  const { python, environment, lock, packages, allowBuild } = facts;
  const folder = `${ENVIRONMENTS}/${environment}`;
  const install = [
    `RUN python${python} -m pip install --require-hashes --no-deps${allowBuild ? '' : ' --only-binary=:all:'} --no-compile`,
    '--disable-pip-version-check --no-input --quiet',
    `--target=${folder}/${PACKAGES} --requirement=/tmp/requirements.lock`,
  ];
  return [
    '# Its packages: those of the lock that the version was proved with, each held to its hashes, and no others.',
    `FROM --platform=${platform} \${PYTHON_IMAGE} AS environment`,
    '# Your own index: --build-arg PIP_INDEX_URL=… Neither is kept in the image.',
    'ARG PIP_INDEX_URL',
    'ARG PIP_EXTRA_INDEX_URL',
    `COPY models/${name}/${version}/${lock} /tmp/requirements.lock`,
    ...(packages === 0 ? [`RUN mkdir -p ${folder}/${PACKAGES}`] : [install.join(' \\\n    ')]),
    `COPY python/ ${PYTHON_PACKAGE}/`,
    '# What does not compile (templates, code for another version) is nothing that could be imported.',
    `RUN python${python} -I -S -m compileall -qq -j 0 -x '[/]tests?[/]' --invalidation-mode unchecked-hash \\`,
    `    ${ENVIRONMENTS} ${PYTHON_PACKAGE} || true`,
    '# Last: by this file the environment is complete.',
    `COPY ${MARKER} ${folder}/${MARKER}`,
    '',
  ];
}

/** The first lines of the last stage: the interpreter's image, with Node of the pinned base. */
export const pythonBase = (platform: string): readonly string[] => [
  `FROM --platform=${platform} \${PYTHON_IMAGE}`,
  'COPY --from=pinned-base /usr/local/bin/node /usr/local/bin/node',
  'COPY --from=pinned-base /usr/share/doc/node/ /usr/share/doc/node/',
  'COPY --from=environment /opt/plimsoll/ /opt/plimsoll/',
];

/** Variables by which this program finds what the image brings. */
export const pythonVariables = ({ python }: PythonFacts): readonly string[] => [
  `ENV PLIMSOLL_ENVIRONMENTS=${ENVIRONMENTS} PLIMSOLL_PYTHON=/usr/local/bin/python${python}`,
];

/** What a context holds besides, for .dockerignore. */
export const PYTHON_ENTRIES = ['python', MARKER] as const;

/** What to know before it is built, and run. */
export function pythonReadme(facts: PythonFacts): readonly string[] {
  const image = imageOf(facts);
  return [
    '## Python',
    '',
    `This version needs Python ${facts.python}. The build pulls \`${image}\` and installs ${countText(facts.packages, 'package')} from the index of pip:`,
    'it needs both. What is installed is held to the hashes of the lock that the version was proved with; nothing else is.',
    '',
    '**Pin the image.** This folder was written without asking a registry, so that the Dockerfile can name a tag only, and a',
    'tag may name something else tomorrow. Once:',
    '',
    '```sh',
    `docker buildx imagetools inspect ${image} --format '{{.Manifest.Digest}}'`,
    '```',
    '',
    `and give what it says: \`--build-arg PYTHON_IMAGE=${image}@sha256:…\`, or write it into the Dockerfile. Any image will do`,
    `that has glibc 2.28 or newer, libstdc++ and \`python${facts.python}\` with pip.`,
    '',
    '- Your own index: `--build-arg PIP_INDEX_URL=…`, `--build-arg PIP_EXTRA_INDEX_URL=…`.',
    '- Libraries of the system that a wheel leaves to it (LightGBM: `libgomp1`) are not in that image: install them in one of',
    '  your own, and name that.',
    ...(facts.allowBuild
      ? [
          '- `--allow build` was said when it was pushed: packages without a wheel are built, and the image has no compiler.',
        ]
      : []),
    '- Workers need a folder to write to: `/tmp`, which `--read-only` makes read-only, too, unless it is a `--tmpfs`.',
    '- What confines the workers depends on the kernel and on what the platform lets a container do (Docker forbids new',
    '  namespaces by default). The log says at the start which layers hold; the version is served in any case.',
    '',
  ];
}
