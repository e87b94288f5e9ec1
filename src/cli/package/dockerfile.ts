import { resolve } from 'node:path';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { withReadingOptions } from '../model/file-options.ts';

interface PackageDockerfileOptions extends ControlOptions, ReadingChoices {
  readonly name?: string;
  readonly output: string;
  readonly baseArchive?: string;
}

/** `package dockerfile`: a build context, for whoever builds with Docker, podman or buildah. */
export const packageDockerfileCommand: DefineCommand = (command, terminal) => {
  withReadingOptions(withControlOptions(command))
    .description(
      'Writes a build context that serves a version: Dockerfile, the pinned base, this program and the proved bundle. The build needs no network, unless Python runs the version: then it pulls Python and installs the locked environment.',
    )
    .argument('<model>', 'model file or NAME=FILE, or M, M@VERSION, M@ALIAS of a registered one')
    .requiredOption('--output <folder>', 'new folder to write to')
    .option('--name <name>', 'name of a model file (default: its stem)')
    .option(
      '--base-archive <folder>',
      'folder that holds the packages an image is made of: no network is used',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll package dockerfile churn.joblib --output churn-image && docker build --tag churn churn-image',
    )
    .action(async (reference: string) => {
      const options = command.optsWithGlobals<PackageDockerfileOptions>();
      const { shellWord } = await import('../../text/shell.ts');
      const { packagedModel } = await import('./model.ts');
      const { archiveSettings } = await import('../../deploy/image/archives.ts');
      const { BASE_LOCK } = await import('../../deploy/image/lock.ts');
      const { writeContext } = await import('../../deploy/dockerfile/write.ts');
      const model = await packagedModel(reference, options, terminal);
      const progress = terminal.progress(reference);
      const onProgress = (stage: string): void => progress.update(stage);
      const folder = options.baseArchive === undefined ? null : resolve(options.baseArchive);
      const archives = archiveSettings({ folder, snapshot: BASE_LOCK.snapshot, onProgress });
      const platform = { os: 'linux', architecture: 'amd64' };
      try {
        const facts = await writeContext(options.output, { model, platform, archives, onProgress });
        progress.done();
        terminal.answer({ folder: resolve(options.output), ...facts }, () =>
          [
            `Wrote ${options.output}. Build it:`,
            `  docker build --tag ${facts.tag} ${shellWord(options.output)}`,
          ].join('\n'),
        );
      } finally {
        progress.done();
      }
    });
};
