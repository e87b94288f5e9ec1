/** Every file is read by the grammar of the command that will read it, before anybody sees it. */
import { parse } from 'yaml';
import { SETTINGS, type SettingName } from '../../config/settings.ts';
import { parseDesired } from '../../control/desired/desired-state.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord, keysOf } from '../../core/record.ts';
import { render } from '../../deploy/kubernetes/render.ts';
import { kubernetesSpecOf } from '../../deploy/kubernetes/spec.ts';
import { parseYaml } from '../../deploy/kubernetes/yaml.ts';
import { sageMakerDocumentFrom } from '../../deploy/sagemaker/from-flags.ts';
import { parseSageMakerDocument } from '../../deploy/sagemaker/parse.ts';
import { renderSageMaker } from '../../deploy/sagemaker/render.ts';
import { scheduleFrom } from '../../jobs/schedule/schedule-document.ts';
import { specFrom, specsOf } from '../../jobs/spec/parse.ts';
import { parseMonitor } from '../../monitor/policy/policy.ts';
import type { AdvisedFile, BlueprintModel } from './blueprint.ts';
import { versionNumber } from './command-words.ts';

/** Tables of `plimsoll.yaml` beside the settings of `serve`. */
const TABLES = ['models', 'jobs', 'monitors'];
/** Paths are checked by whoever starts it. */
const SURROUNDINGS = { cores: 1, folder: '/', isThere: () => true };
const DIGEST = '0'.repeat(64);

/** Throws what the grammar of the file throws; files that no command of ours reads have none. */
export function checkFile({ name, text }: AdvisedFile, model: BlueprintModel): void {
  CHECKS[name]?.(text, model);
}

const CHECKS: Readonly<Record<string, (text: string, model: BlueprintModel) => void>> = {
  'plimsoll.yaml': (text) => checkSettings(parse(text)),
  'spark.yaml': (text) => {
    const { job, ...document } = parse(text) as Readonly<Record<string, unknown>>;
    specFrom(String(job), document, SURROUNDINGS);
  },
  'kubernetes.yaml': (text, model) => {
    const [written] = parseYaml(text, '1.2') as readonly { readonly kubernetes: unknown }[];
    const facts = { ...factsOf(model), runtime: model.runtime, isOnnx: false };
    render(kubernetesSpecOf(written?.kubernetes, facts));
  },
  'sagemaker.yaml': (text, model) => {
    const written = sageMakerDocumentFrom(factsOf(model), [], {}, parse(text));
    renderSageMaker(parseSageMakerDocument(written, 'sagemaker.yaml'));
  },
};

const factsOf = (model: BlueprintModel) => ({
  name: model.name,
  version: versionNumber(model),
  digest: DIGEST,
});

function checkSettings(written: unknown): void {
  const path = 'plimsoll.yaml';
  parseDesired(written, path, [...keysOf(SETTINGS), ...TABLES]);
  const table = isRecord(written) ? written : {};
  const problems = Object.entries(table).flatMap(([name, value]) =>
    isSetting(name) && SETTINGS[name].parse(String(value)) === undefined
      ? [`${path}: ${name} is ${String(value)}, wanted ${SETTINGS[name].wanted}`]
      : [],
  );
  if (problems.length > 0)
    throw new PlimsollError('CONFIG_INVALID', { problems: problems.join('; '), list: problems });
  for (const { spec, schedule } of specsOf(table['jobs'], SURROUNDINGS)) scheduleFrom(spec.job, schedule);
  for (const [endpoint, monitor] of Object.entries(table['monitors'] ?? {})) parseMonitor(endpoint, monitor);
}

const isSetting = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name);
