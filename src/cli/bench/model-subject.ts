import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { isModelName, stem } from '../../config/models.ts';
import { PlimsollError } from '../../core/errors.ts';
import { requestBodies } from '../../load/request-bodies.ts';
import { originalPath } from '../../registry/bundle.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { withReadableControl } from '../connection/control.ts';
import { sampledBody } from '../files/rows/sampled-body.ts';
import type { Terminal } from '../output/terminal.ts';
import { type BenchServed, startBenchServer } from './bench-server.ts';
import type { BenchSubject, RequestOptions } from './bench-subject.ts';

export interface ModelSubjectOptions extends RequestOptions {
  readonly data: string;
  readonly workers?: string;
}

/** Rows of a file that are sent in turn, at most. */
const MOST_ROWS = 1000;
const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * A model file, or `M`, `M@VERSION` or `M@alias` of a registered model, served by this program in a child. Throws what resolving and
 * serving it throw, and what reading rows throws.
 */
export async function modelSubject(
  word: string,
  options: ModelSubjectOptions,
  words: readonly string[],
  terminal: Terminal,
): Promise<BenchSubject> {
  const progress = terminal.progress(word);
  try {
    progress.update('starting the server');
    const { name, subject } = existsSync(word) ? ofFile(word, words) : await ofVersion(word, options, words);
    const workers = options.workers === undefined ? [] : ['--workers', options.workers];
    const served = await startBenchServer({ ...subject, words: [...subject.words, ...workers] });
    try {
      const requests = await requestsFor(served.manifest, options);
      const path = `/models/${name}/predict`;
      return {
        ...{
          name: existsSync(word) ? basename(word) : word,
          url: new URL(path, served.url),
          rows: requests.rows,
          source: requests.source,
        },
        target: { host: '127.0.0.1', port: Number(served.url.port), isSecure: false },
        request: { method: 'POST', path, headers: JSON_TYPE, bodies: requests.bodies },
        pids: () => [served.pid],
        server: {
          workers: Number(options.workers) || null,
          python: served.manifest.python !== undefined,
        },
        close: served.close,
      };
    } catch (error) {
      await served.close();
      throw error;
    }
  } finally {
    progress.done();
  }
}

interface NamedSubject {
  readonly name: string;
  readonly subject: BenchServed;
}

function ofFile(path: string, words: readonly string[]): NamedSubject {
  const name = stem(path);
  return { name, subject: { words: [`${name}=${resolve(path)}`, ...words], bundle: null } };
}

async function ofVersion(
  word: string,
  options: ModelSubjectOptions,
  words: readonly string[],
): Promise<NamedSubject> {
  const { resolveModel } = await import('../../jobs/run/model.ts');
  if (words.length > 0)
    throw new PlimsollError('CHOICES_SETTLED', {
      choices: words.filter((one) => one.startsWith('--')).join(' and '),
      model: word,
    });
  const { accepted, name } = await resolveModel(word, {
    dataDir: resolve(options.data),
    ask: (work) => withReadableControl(options, work),
    onProgress: () => undefined,
    action: 'measure',
  });
  const { bundle, manifest } = accepted;
  const called = name !== null && isModelName(name) ? name : 'model';
  const original = resolve(originalPath(bundle, manifest));
  return {
    name: called,
    subject: { words: [`${called}=${original}`, ...choiceWords(word, manifest)], bundle: resolve(bundle) },
  };
}

/** What was chosen of a version, as it would be said of its file. Throws USAGE for what a file alone cannot be served with. */
function choiceWords(word: string, manifest: BundleManifest): readonly string[] {
  const { python, parts, sideFiles, columns, modelClass, preprocessor, missing, iterations, member } =
    manifest;
  if (python || parts || sideFiles.length > 0 || columns || modelClass || preprocessor)
    throw new PlimsollError('USAGE', {
      reason: `${word} is more than one file (${basename(manifest.file)} and what is around it): start its server and give its address, \`plimsoll bench http://127.0.0.1:8080/models/…/predict\``,
      command: 'bench',
    });
  return [
    ...['--runtime', manifest.runtime],
    ...(missing === undefined ? [] : ['--missing', String(missing)]),
    ...(iterations === undefined ? [] : ['--iterations', String(iterations)]),
    ...(member === undefined ? [] : ['--member', member]),
    ...(manifest.maxModel === null ? [] : ['--max-model', String(manifest.maxModel)]),
  ];
}

interface Requests {
  readonly bodies: readonly string[];
  readonly rows: number;
  readonly source: string;
}

async function requestsFor(
  { example, signature }: BundleManifest,
  { input, rows, seed }: RequestOptions,
): Promise<Requests> {
  if (input === undefined)
    return { ...requestBodies({ rows: [example] }, rows), source: 'the example row of the model' };
  const { body } = await sampledBody(input, signature, null, { most: MOST_ROWS, seed });
  return { ...requestBodies(body, rows), source: basename(input) };
}
