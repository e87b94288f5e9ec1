/** The model on machines of its own beside the application: one small process, or the graph alone. */
import type { AdvisedCommand, AdvisedFiles, Blueprint } from './blueprint.ts';
import { modelWords, plimsoll } from './command-words.ts';
import { positional, SETTINGS_FILE, served } from './endpoint.ts';
import { settingsFile } from './settings-text.ts';

/** `plimsoll.yaml` of a device, and the commands that make what is brought there. */
export function deviceFiles(blueprint: Blueprint): AdvisedFiles {
  const { model } = blueprint;
  return {
    files: [
      settingsFile({
        name: SETTINGS_FILE,
        does: `"${model.name}" on a device: settings of \`plimsoll serve\``,
        value: { ...served(blueprint), workers: 1, capture: 'off', maxBody: '1mb' },
        comments: {
          workers: 'One process, which answers this machine alone (127.0.0.1).',
          capture: 'Nothing of what is asked is kept here: drift is watched where answers are collected.',
        },
      }),
    ],
    commands: [
      {
        run: plimsoll('serve', ...positional(blueprint), '--config', SETTINGS_FILE),
        does: 'serves it on the device',
      },
      ...brought(blueprint),
    ],
    fill: [
      'how new versions reach the devices: each is another image or graph, there is no rollout by evidence',
      ...(model.runtime === 'python'
        ? ['an environment of Python on the devices: the model cannot be compiled']
        : []),
    ],
  };
}

function brought({ model }: Blueprint): readonly AdvisedCommand[] {
  const words = modelWords(model);
  if (model.runtime === 'python')
    return [
      { run: plimsoll('package', 'dockerfile', ...words, '--output', 'image'), does: 'an image for devices' },
    ];
  return [
    {
      run: plimsoll('compile', ...words, '-o', 'model.onnx', '--certificate', 'certificate.json'),
      does: 'the graph alone, for an application that has a runtime of ONNX',
    },
    {
      run: plimsoll('package', 'oci', ...words, '--platform', 'linux/arm64', '--output', 'image.tar'),
      does: 'an image for devices with Arm processors',
    },
  ];
}
