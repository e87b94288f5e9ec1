import type { AccessMode } from '../../config/access.ts';
import { pythonSettings } from '../../config/python-settings.ts';
import { pythonView } from '../../control/local/views.ts';
import type { Signature } from '../../model/signature.ts';
import type { AcceptedVersion, BundleManifest } from '../../registry/version.ts';
import type { ServedModel } from '../../server/served.ts';
import { countText } from '../../text/count.ts';
import { frameworkText } from '../../text/framework.ts';
import { microsText } from '../../text/numbers.ts';
import { shellQuoted } from '../../text/shell.ts';
import { trustLine } from '../model/python/trust-line.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { styled } from '../output/terminal.ts';

/** What `serve --json` prints once it answers. */
export function servedModelsDocument(
  url: string,
  served: readonly ServedModel[],
  access: AccessMode,
): unknown {
  return {
    url,
    access,
    models: served.map(({ endpoint, stable: { model, version, manifest }, rollout, note }) => ({
      name: endpoint,
      model,
      version,
      file: manifest.file,
      digest: manifest.digest,
      format: manifest.format,
      framework: manifest.framework,
      runtime: manifest.runtime,
      rowMicros: manifest.rowMicros,
      proof: manifest.verification.proof,
      joined: manifest.joined ?? null,
      python: manifest.python === undefined ? null : pythonView(manifest.python),
      curl: curl(url, endpoint, manifest.example, access),
      rollout,
      note,
    })),
  };
}

/** The same for people: what was found, what is under way, where to look, and one request that works. */
export function startupMessage(url: string, served: readonly ServedModel[], access: AccessMode): string {
  const rows = served.map(({ endpoint, stable }) => [
    endpoint,
    `version ${stable.version}`,
    found(stable.manifest),
    proof(stable.manifest),
  ]);
  const news = served.flatMap(newsOf);
  const first = served[0];
  return [
    ...(rows.length > 0 ? [formatTable(rows), ''] : []),
    ...(news.length > 0 ? [...news, ''] : []),
    `Serving on ${styled('bold', url)}  (docs: ${url}/docs · metrics: ${url}/metrics · stop: Ctrl-C)`,
    ...accessNote(access),
    ...(first ? tryIt(url, first.endpoint, first.stable, access) : nothingYet(url)),
  ].join('\n');
}

const accessNote = (access: AccessMode): string[] => {
  if (access === 'insecure')
    return [
      styled('yellow', 'Insecure: whoever reaches this address may ask for predictions, without a key.'),
    ];
  return access === 'keys' ? ['Callers need a key: `plimsoll keys create --name NAME --scope predict`'] : [];
};

const nothingYet = (url: string): string[] => [
  '',
  `It has no model yet: plimsoll push FILE --name NAME --url ${url}`,
];

/** Characters of a command that a terminal still shows as one: a row of pixels would fill it many times over. */
const LONGEST_COMMAND = 4000;

const tryIt = (
  url: string,
  endpoint: string,
  { manifest }: AcceptedVersion,
  access: AccessMode,
): string[] => {
  const command = curl(url, endpoint, manifest.example, access);
  const file = fileCurl(url, endpoint, manifest.signature, access);
  const long = `One row is ${countText(command.length, 'character')} of JSON: ${url}/docs says how it is sent`;
  const lines = [command.length > LONGEST_COMMAND ? long : command, ...(file === null ? [] : [file])];
  return ['', 'Try it:', ...lines.map((line) => `  ${line}`)];
};

/** `churn: version 2 earns its traffic: shadow 100 % for 10m, then 5 % …` */
function newsOf({ endpoint, stable, rollout, note }: ServedModel): string[] {
  const { joined } = stable.manifest;
  const lines = [
    ...trustOf(endpoint, stable),
    ...(joined === undefined ? [] : [printable(`${endpoint}: ${joined}`)]),
  ];
  if (rollout?.strategy === 'immediate')
    lines.push(`${endpoint}: version ${rollout.candidate} replaces the old one at once, without evidence`);
  else if (rollout)
    lines.push(
      `${endpoint}: version ${rollout.candidate} earns its traffic: ${rollout.plan}; watch it with \`plimsoll status ${endpoint} --watch\``,
    );
  if (note !== null) lines.push(`${endpoint}: ${note}`);
  return lines;
}

/** Who trusted Python with it, and what of the sandbox is not there. */
function trustOf(endpoint: string, { manifest }: AcceptedVersion): readonly string[] {
  if (manifest.python === undefined) return [];
  const { missingLayers } = pythonView(manifest.python);
  const warning = `${endpoint}: the sandbox of its Python lacks ${missingLayers.join('; ')}`;
  return [
    printable(`${endpoint}: ${trustLine(pythonView(manifest.python))}`),
    ...(missingLayers.length > 0 ? [styled('yellow', printable(warning))] : []),
  ];
}

/** `scikit-learn 1.2.2, 13 features, native, 2.4 µs a row`. */
function found({ framework, signature, runtime, rowMicros, python }: BundleManifest): string {
  const takes =
    signature.form === 'tensors' ? countText(signature.tensors.length, 'tensor') : features(signature);
  return [
    printable(frameworkText(framework)),
    takes,
    python === undefined ? runtime : runsOn(python),
    `${microsText(rowMicros)} a row`,
  ].join(', ');
}

/** As many as there are always, or from least to most. */
const workersText = ({ min, max }: { readonly min: number; readonly max: number }): string =>
  min === max ? countText(max, 'worker') : `${min} to ${countText(max, 'worker')}`;

/** `python 3.11 in 2 workers`, and what it is around. */
function runsOn({ python, inner }: NonNullable<BundleManifest['python']>): string {
  const { workers } = pythonSettings(process.env);
  return `python ${python} in ${workersText(workers)}${inner === null ? '' : ` around ${inner}`}`;
}

const features = (signature: Exclude<BundleManifest['signature'], { form: 'tensors' }>): string =>
  signature.form === 'table' ? countText(signature.columns.length, 'feature') : signature.form;

function proof({ verification }: BundleManifest): string {
  const { proof: kind, goldenOf, rows } = verification;
  // What is packaged holds no numbers of the machine that proved it.
  if (kind === 'golden')
    return styled(
      'green',
      `golden rows${goldenOf === 'file' ? ' of the file' : ''} answered${rows === 0 ? '' : ` (${rows})`}`,
    );
  if (kind === 'engines-agree')
    return styled('green', `two engines agree${rows === 0 ? '' : ` on ${countText(rows, 'row')}`}`);
  return styled('yellow', 'one engine, unchecked: give --golden');
}

/** Files that stand for a row, by what an input takes. */
const ROW_FILES = { image: ['image/jpeg', 'image.jpg'], audio: ['audio/wav', 'sound.wav'] } as const;

const keyOption = (access: AccessMode): string =>
  access === 'keys' ? ' -H "authorization: Bearer $PLIMSOLL_KEY"' : '';

/** The command for a model of one image or sound; null for others. */
function fileCurl(url: string, model: string, signature: Signature, access: AccessMode): string | null {
  const [spec, second] = signature.form === 'tensors' ? signature.tensors : [];
  if (spec?.content === undefined || second !== undefined) return null;
  const [type, file] = ROW_FILES[spec.content.type];
  return `curl -s ${url}/models/${model}/predict${keyOption(access)} -H 'content-type: ${type}' --data-binary @${file}`;
}

/** A shell command that works as it stands. */
function curl(url: string, model: string, example: unknown, access: AccessMode): string {
  const body = JSON.stringify(
    Array.isArray(example) || typeof example !== 'object' ? { rows: [example] } : example,
  );
  return `curl -s ${url}/models/${model}/predict${keyOption(access)} -H 'content-type: application/json' -d ${shellQuoted(body)}`;
}
