import { required } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import { preprocessorBeside } from '../files/preprocessor-file.ts';
import type { ReadingChoices } from '../model/reading-choices.ts';
import { digestFileSync, keptPath } from './bundle.ts';
import { digestOfModelFile, identityOf } from './digest.ts';
import type { PythonAssembly } from './python/assemble.ts';
import { choicesIn, type ModelSource } from './python/model-source.ts';
import { type RuntimeRequest, type RuntimeRoute, routeOf } from './python/runtime-route.ts';
import { readSource } from './python/source.ts';
import type { BundleManifest, Runtime } from './version.ts';

/** What a file or folder is, and what may name its bundle. */
export interface IdentifiedModel {
  readonly source: ModelSource;
  readonly route: RuntimeRoute;
  /** What was chosen of the file, and what the folder around it says of it. */
  readonly choices: ReadingChoices;
  /** sha256 of the file that may be read as data; null where Python is to run it in any case. */
  readonly file: string | null;
  /** What it is made of where Python runs it. */
  readonly assembly: PythonAssembly | null;
  /** Digests that may name its bundle, the likeliest first. Nothing is resolved or started to know them. */
  readonly digests: readonly [string, ...string[]];
}

/**
 * Finds out what a path is and how it is to run. Errors: PYTHON_UNTRUSTED, CHOICES_UNREAD, SAVED_INVALID, CODE_INVALID, FILE_NOT_FOUND,
 * FILE_UNREADABLE.
 */
export async function identify(
  path: string,
  wish: RuntimeRequest,
  choices: ReadingChoices = {},
): Promise<IdentifiedModel> {
  const source = await readSource(path);
  const route = routeOf(source, wish, choices);
  const file = route === 'python' || source.data === null ? null : await digestOfData(source, source.data);
  const assembly = route === 'data' ? null : await assemblyOf(source, wish);
  const beside = file === null || source.data === null ? {} : declaredBeside(source.data);
  const all = { ...beside, ...choices, ...choicesIn(source) };
  const own = file === null ? null : identityOf(file, [], all);
  const [digest, ...others] = [own, assembly?.digest].filter((one) => typeof one === 'string');
  if (digest === undefined)
    throw new PlimsollError('INTERNAL', { action: `naming ${path}`, reason: 'it has no digest' });
  return { source, route, choices: all, file, assembly, digests: [digest, ...others] };
}

async function assemblyOf(source: ModelSource, { python, runtime }: RuntimeRequest): Promise<PythonAssembly> {
  const { assemblePythonVersion } = await import('./python/assemble.ts');
  return assemblePythonVersion(source, required(python, 'what is wished of Python'), runtime);
}

/** How images become numbers, where a file beside the model says so: another declaration is another version. */
function declaredBeside(path: string): ReadingChoices {
  const preprocessor = preprocessorBeside(path);
  return preprocessor === undefined ? {} : { preprocessor };
}

/** Of a folder of parts all that may be one: which of them are is known once they were read. */
async function digestOfData({ kind }: ModelSource, data: string): Promise<string> {
  if (kind !== 'parts') return digestOfModelFile(data);
  // The readers of all formats come with it: a start of a version that is known needs none of them.
  const { partFilesIn } = await import('../files/part-files.ts');
  const files = partFilesIn(data);
  const sides = await Promise.all(
    files.map(async ({ name, path }) => ({ name, digest: await digestOfModelFile(path) })),
  );
  return identityOf('', sides);
}

/**
 * Golden rows and reference data to keep with a version: those given, else those that the folder brings, where the bundle
 * does not have them already.
 */
export function filesToKeep(
  given: { readonly golden?: string | null | undefined; readonly reference?: string | null | undefined },
  source: Pick<ModelSource, 'golden' | 'reference'>,
  bundle: string,
): { readonly golden: string | null; readonly reference: string | null } {
  const wanted = (kind: 'golden' | 'reference'): string | null => {
    const told = given[kind];
    if (typeof told === 'string') return told;
    const brought = source[kind];
    const kept = brought === null ? null : keptPath(bundle, kind);
    return kept !== null && digestFileSync(kept) === digestFileSync(required(brought, 'the file'))
      ? null
      : brought;
  };
  return { golden: wanted('golden'), reference: wanted('reference') };
}

/** Whether a version is run with what is asked for; of one with a script around it, the compiled model's runtime counts, too. */
export const runsWith = ({ runtime, python }: BundleManifest, wanted: Runtime): boolean =>
  runtime === wanted || python?.inner === wanted;
