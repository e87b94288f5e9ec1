/** The folder that runs what is advised. */
import type { Advice } from '../../advise/advice/advice.ts';
import type { BlueprintModel } from '../../advise/files/blueprint.ts';
import { blueprintOf } from '../../advise/files/from-advice.ts';
import { adviseFiles } from '../../advise/files/render.ts';
import { writeFolder } from '../../advise/files/write.ts';
import { PlimsollError } from '../../core/errors.ts';

/** What was written, and what starts it. */
export interface WrittenFolder {
  readonly folder: string;
  readonly files: readonly string[];
  readonly groups: readonly {
    readonly title: string;
    readonly commands: readonly { readonly run: string; readonly does: string }[];
    readonly fill: readonly string[];
  }[];
}

/** Throws ADVICE_INVALID where no pattern can be had, FOLDER_TAKEN, FILE_UNWRITABLE. */
export function advisedFolder(
  advice: Advice,
  model: BlueprintModel,
  output: string,
  force = false,
): WrittenFolder {
  const blueprint = advice.advised === null ? null : blueprintOf(advice, advice.advised, model);
  if (blueprint === null) {
    const problem = 'no pattern can be had as it is wanted';
    throw new PlimsollError('ADVICE_INVALID', { what: '--output', problems: problem, list: [problem] });
  }
  const { files, groups } = adviseFiles(blueprint);
  writeFolder(output, files, force);
  return {
    folder: output,
    files: files.map(({ name }) => name),
    groups: groups.map(({ title, commands, fill }) => ({ title, commands, fill })),
  };
}

/** What to do with it. */
export const folderPage = ({ folder, files, groups }: WrittenFolder): string =>
  [
    `Wrote ${files.join(', ')} to ${folder}. In that folder:`,
    ...groups.flatMap(({ title, commands, fill }) => [
      `${title}:`,
      ...commands.map(({ run, does }) => `  ${run}\n      ${does}`),
      ...fill.map((what) => `  fill in ${what}`),
    ]),
  ].join('\n');
