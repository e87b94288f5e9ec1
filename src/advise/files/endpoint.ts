/** The endpoint that answers at once: served, rolled out and watched by one file. */
import { formatDuration } from '../../text/duration.ts';
import { percent } from '../../text/percent.ts';
import type { AdvisedFiles, Blueprint } from './blueprint.ts';
import { dataSetting, plimsoll } from './command-words.ts';
import { type FittedRollout, fitRollout } from './rollout-policy.ts';
import { settingsFile } from './settings-text.ts';

export const SETTINGS_FILE = 'plimsoll.yaml';

/** `plimsoll.yaml` with endpoint, rollout and monitor, and the commands that start it and try its policy. */
export function endpointFiles(blueprint: Blueprint): AdvisedFiles {
  const { model, traffic, serving } = blueprint;
  const fitted = fitRollout(traffic);
  const file = settingsFile({
    name: SETTINGS_FILE,
    does: `Real-time endpoint "${model.name}": settings of \`plimsoll serve\`, docs/plimsoll.schema.json has their grammar`,
    value: {
      ...served(blueprint),
      workers: serving.workers,
      endpoints: { [model.name]: { rollout: { strategy: fitted.strategy, policy: fitted.policy } } },
      monitors: { [model.name]: watched(blueprint) },
    },
    comments: {
      workers: `${serving.workers} of the ${serving.cores} cores of a replica serve`,
      [`endpoints.${model.name}.rollout`]: saidOf(fitted, traffic.rate),
      [`monitors.${model.name}`]: RECEIVERS,
    },
  });
  const { rate, errorRate } = traffic;
  const lint = [
    'rollout',
    'lint',
    '--policy',
    SETTINGS_FILE,
    '--rate',
    numeral(rate),
    '--error-rate',
    numeral(errorRate),
  ];
  return {
    files: [file],
    commands: [
      // Where a person decides there is no evidence to be timed.
      ...(fitted.margin === null
        ? []
        : [{ run: plimsoll(...lint), does: 'how long a rollout takes at this traffic' }]),
      { run: plimsoll('serve', ...positional(blueprint), '--config', SETTINGS_FILE), does: 'serves it' },
    ],
    fill: [
      'who is told of alerts: `receivers` of the monitor',
      `rows of the training as reference, without which the first 10,000 rows of production become it: ${plimsoll('push', 'NEXT_MODEL_FILE', '--name', model.name, '--reference', 'TRAINING_ROWS', '--rollout', fitted.strategy)}`,
      `labels, when they are known: ${plimsoll('feedback', 'import', 'LABELS.jsonl')}`,
    ],
  };
}

/** What is said of Python is said on the command line, about one file; every other file is named in the settings. */
const isPositional = ({ model }: Blueprint): boolean => model.kind === 'file' && model.flags.length > 0;

const named = (model: Extract<Blueprint['model'], { kind: 'file' }>): string => `${model.name}=${model.path}`;

/** Arguments of `serve` that name the model, where the file cannot. */
export function positional(blueprint: Blueprint): readonly string[] {
  const { model } = blueprint;
  return model.kind === 'file' && isPositional(blueprint) ? [named(model), ...model.flags] : [];
}

/** Settings of `serve` that name the model, where they can. */
export function served(blueprint: Blueprint): object {
  const { model } = blueprint;
  if (model.kind === 'version') return dataSetting(model);
  return isPositional(blueprint) ? {} : { models: [named(model)] };
}

/** What is watched beyond the defaults. */
function watched({ latency, traffic }: Blueprint): object {
  const isBusy = traffic.rate >= 1;
  const operations = {
    ...(latency === null ? {} : { latency: { millis: latency.millis, share: latency.share } }),
    ...(isBusy ? { silence: '15m' } : {}),
  };
  return { falseAlarms: 1, ...(Object.keys(operations).length === 0 ? {} : { operations }) };
}

/** A receiver that nobody hears would hide that there is none: it stays a comment until it is filled in. */
const RECEIVERS = [
  'Nobody is told of alerts until this is filled in, below this endpoint:',
  '  receivers:',
  '    ops: {kind: webhook, url: "env:OPS_HOOK"}   # slack, email, pagerduty, alertmanager: docs/alerts.md',
].join('\n');

/** What the policy comes to at this traffic. */
function saidOf({ margin, report, approval, strategy }: FittedRollout, rate: number): string {
  const at = `At ${numeral(rate)} requests a second`;
  const time = (millis: number | null): string =>
    millis === null ? 'never' : `after ${formatDuration(millis)}`;
  const person = approval ? ['A person lets the last stage end: plimsoll rollout approve.'] : [];
  if (margin === null)
    return [
      `${at} no margin worth the name is certified within four weeks: ${strategy}, with both versions loaded, once a person has`,
      'compared what both answered in the shadow (plimsoll rollout approve).',
    ].join('\n');
  return [
    `${at} a healthy candidate is promoted ${time(report.promotion)}, by evidence that fewer than ${percent(margin)} more fail;`,
    `one that fails so much more is found ${time(report.detection?.time ?? null)}. Times are medians.`,
    ...person,
  ].join('\n');
}

/** Digits without an exponent, as commands take them. */
const numeral = (value: number): string => {
  const text = String(Number(value.toPrecision(3)));
  return text.includes('e') ? value.toFixed(9).replace(/0+$/, '') : text;
};
