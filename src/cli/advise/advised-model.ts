/** What a model costs, by what is known of it: measured here, measured at its registration, or as people describe it. */
import { relative, resolve } from 'node:path';
import { describedCost } from '../../advise/cost/described-cost.ts';
import type { ModelCost } from '../../advise/cost/model-cost.ts';
import { registeredCost } from '../../advise/cost/registered-cost.ts';
import type { BlueprintModel } from '../../advise/files/blueprint.ts';
import type { Needs } from '../../advise/needs/needs.ts';
import { stem } from '../../config/models.ts';
import type { JobModel } from '../../jobs/run/model.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { withReadableControl } from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';
import type { AdviseOptions } from './advise-options.ts';

export interface AdvisedModel {
  readonly cost: ModelCost;
  /** What is to be known of these costs. */
  readonly note: string | null;
  /** The model as files in `folder` name it; null of one that is only described. */
  readonly files: (folder: string) => BlueprintModel | null;
}

const DESCRIBED = 'The model did not run here: these are the times of its description.';

/** Throws what accepting a file throws, MODEL_NOT_FOUND, VERSION_UNKNOWN, VERSION_STATE. */
export async function advisedModel(
  { model, name }: Needs,
  options: AdviseOptions,
  terminal: Terminal,
): Promise<AdvisedModel> {
  if (model === null || typeof model !== 'string') {
    if (model === null) throw new TypeError('advice without a model');
    return { cost: describedCost(name, model), note: DESCRIBED, files: () => null };
  }
  const found = await resolved(model, options, terminal);
  const called = found.name ?? stem(model);
  const cost = registeredCost(called, found.accepted.manifest);
  return { cost, note: null, files: (folder) => blueprintModel(called, model, found, options, folder) };
}

async function resolved(reference: string, options: AdviseOptions, terminal: Terminal): Promise<JobModel> {
  const { resolveModel } = await import('../../jobs/run/model.ts');
  const progress = terminal.progress(reference);
  try {
    return await resolveModel(reference, {
      dataDir: resolve(options.data),
      ask: (work) => withReadableControl(options, work),
      onProgress: (stage) => progress.update(stage),
      choices: choicesOf(options),
      action: 'advise on',
    });
  } finally {
    progress.done();
  }
}

function blueprintModel(
  name: string,
  reference: string,
  { accepted: { manifest }, version }: JobModel,
  options: AdviseOptions,
  folder: string,
): BlueprintModel {
  const { runtime } = manifest;
  const about = { name, runtime, example: exampleLine(manifest) };
  const from = (path: string): string => relative(resolve(folder), resolve(path)) || '.';
  return version === null
    ? { ...about, kind: 'file', path: from(reference), flags: flagsOf(options) }
    : { ...about, kind: 'version', version, data: from(options.data) };
}

/** How the file is read, as its command was told. */
const flagsOf = ({ runtime, trust }: AdviseOptions): readonly string[] => [
  ...(runtime === undefined ? [] : ['--runtime', runtime]),
  ...(trust === true ? ['--trust'] : []),
];

/** The row that the version shows, with a key; null of a row that is no object. */
function exampleLine({ example, signature }: JobModel['accepted']['manifest']): string | null {
  if (signature.form === 'tensors' || example === null) return null;
  const names = signature.columns.map(({ name }) => name);
  const cells = Array.isArray(example)
    ? Object.fromEntries(names.map((name, k) => [name, example[k]]))
    : typeof example === 'object'
      ? example
      : { [names[0] ?? 'x0']: example };
  return `${JSON.stringify({ id: '1', ...cells })}\n`;
}
