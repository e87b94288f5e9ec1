/** What a model costs, by what is known of it: measured here, measured at its registration, or as people describe it. */
import { join, relative, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { describedCost } from '../../advise/cost/described-cost.ts';
import type { ModelCost } from '../../advise/cost/model-cost.ts';
import { registeredCost } from '../../advise/cost/registered-cost.ts';
import type { BlueprintModel } from '../../advise/files/blueprint.ts';
import { blueprintModel } from '../../advise/files/model.ts';
import type { Needs } from '../../advise/needs/needs.ts';
import { stem } from '../../config/models.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { JobModel } from '../../jobs/run/model.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { originalPath } from '../../registry/bundle.ts';
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
  return {
    ...(await costOf(called, model, found, options, terminal)),
    files: (folder) => modelIn(folder, called, model, found, options),
  };
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

type KnownCost = Pick<AdvisedModel, 'cost' | 'note'>;

/** Measured where that is wanted and can be done, and kept for the next time; else as its registration measured it. */
async function costOf(
  name: string,
  reference: string,
  { accepted: { bundle, manifest }, digest, version }: JobModel,
  options: AdviseOptions,
  terminal: Terminal,
): Promise<KnownCost> {
  const registered = (note: string | null): KnownCost => ({ cost: registeredCost(name, manifest), note });
  if (!(options.measure ?? version === null)) return registered(null);
  const { keptCost } = await import('../../advise/cost/measured/kept-costs.ts');
  const { measureCost } = await import('../../advise/cost/measured/measure-cost.ts');
  const progress = terminal.progress(`measuring ${name}`);
  const file = version === null ? resolve(reference) : resolve(originalPath(bundle, manifest));
  try {
    const cost = await keptCost(
      join(resolve(options.data), 'costs'),
      { digest, program: packageJson.version },
      () =>
        measureCost({
          plimsoll: [process.execPath, process.argv[1] ?? ''],
          model: [`${name}=${file}`, ...options.said],
          onProgress: (stage, share) => progress.update(stage, share),
        }),
    );
    return { cost: { ...cost, model: name }, note: null };
  } catch (error) {
    // The advice is still worth having.
    if (!isPlimsollError(error) || error.code !== 'MODEL_NOT_MEASURED') throw error;
    return registered(`${error.message}; costs are those of its registration`);
  } finally {
    progress.done();
  }
}

/** The model as files in `folder` name it. */
function modelIn(
  folder: string,
  name: string,
  reference: string,
  { accepted: { manifest }, version }: JobModel,
  { data, said }: AdviseOptions,
): BlueprintModel {
  const from = (path: string): string => relative(resolve(folder), resolve(path)) || '.';
  return blueprintModel(
    name,
    manifest,
    version === null
      ? { kind: 'file', path: from(reference), flags: said }
      : { kind: 'version', version, data: from(data) },
  );
}
