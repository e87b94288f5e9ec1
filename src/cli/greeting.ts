import type { AcceptedVersion, Manifest } from '../registry/version.ts';
import { printable } from './printable.ts';
import { count, table } from './table.ts';
import { styled } from './terminal.ts';

/** What `serve --json` prints once it answers. */
export function listing(url: string, versions: readonly AcceptedVersion[]): unknown {
  return {
    url,
    models: versions.map(({ model, version, manifest }) => ({
      name: model,
      version,
      file: manifest.file,
      digest: manifest.digest,
      format: manifest.format,
      framework: manifest.framework,
      runtime: manifest.runtime,
      rowMicros: manifest.rowMicros,
      proof: manifest.verification.proof,
      curl: curl(url, model, manifest.example),
    })),
  };
}

/** The same for people: what was found, where to look, and one request that works. */
export function greeting(url: string, versions: readonly AcceptedVersion[]): string {
  const rows = versions.map(({ model, manifest }) => [model, found(manifest), proof(manifest)]);
  const first = versions[0]!;
  return [
    table(rows),
    '',
    `Serving on ${styled('bold', url)}  (docs: ${url}/docs · metrics: ${url}/metrics · stop: Ctrl-C)`,
    '',
    'Try it:',
    `  ${curl(url, first.model, first.manifest.example)}`,
  ].join('\n');
}

/** `scikit-learn 1.2.2, 13 features, native, 2.4 µs a row`. */
function found({ framework, signature, runtime, rowMicros }: Manifest): string {
  const takes =
    signature.form === 'tensors' ? count(signature.tensors.length, 'tensor') : features(signature);
  return [
    printable(`${framework.name} ${framework.version ?? ''}`.trim()),
    takes,
    runtime,
    `${rowMicros} µs a row`,
  ].join(', ');
}

const features = (signature: Exclude<Manifest['signature'], { form: 'tensors' }>): string =>
  signature.form === 'table' ? count(signature.columns.length, 'feature') : signature.form;

function proof({ verification }: Manifest): string {
  const { proof: kind, rows } = verification;
  if (kind === 'golden') return styled('green', `golden rows answered (${rows})`);
  if (kind === 'engines-agree') return styled('green', `two engines agree on ${count(rows, 'row')}`);
  return styled('yellow', 'one engine, unchecked: give --golden');
}

/** A shell command that works as it stands. */
function curl(url: string, model: string, example: unknown): string {
  const body = JSON.stringify(
    Array.isArray(example) || typeof example !== 'object' ? { rows: [example] } : example,
  );
  const quoted = `'${body.replaceAll("'", String.raw`'\''`)}'`;
  return `curl -s ${url}/models/${model}/predict -H 'content-type: application/json' -d ${quoted}`;
}
