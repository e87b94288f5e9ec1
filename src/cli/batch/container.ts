import { hostname } from 'node:os';
import { BUNDLES_VARIABLE } from '../../deploy/packaged.ts';
import { bundlesIn } from '../../server/container/bundles.ts';
import type { CommandTable } from '../command.ts';
import { runCommandLine } from '../program.ts';

/** The command that containers have, beside serving: a bundle of its own, in images that are made `--with batch`. */
const COMMANDS: CommandTable = {
  batch: {
    summary: 'score whole tables, every row once',
    load: async () => (await import('./commands.ts')).batchCommand,
  },
};

/** The root of a container is read-only; this is where scratch space is mounted. */
const DATA = '/tmp/plimsoll';

/**
 * Runs `batch …` in a container, with defaults that fit there: the version that the image holds, a data folder that may be
 * written to, and the container's name for who acts, since a process of any user id need not have a name. Sets the exit
 * code. Throws BUNDLES_UNREADABLE.
 */
export async function runContainerBatch(argv: readonly string[]): Promise<void> {
  process.env['PLIMSOLL_DATA'] ||= DATA;
  process.env['PLIMSOLL_BY'] ||= hostname();
  await runCommandLine(withModel(argv, process.env[BUNDLES_VARIABLE]), COMMANDS);
}

const SAYS_MODEL = /^(?:--model|--file)(?:=|$)|^-f/;

/** `batch run` without a model scores with the one of the image, where it holds one alone. */
function withModel(argv: readonly string[], bundles: string | undefined): readonly string[] {
  const at = argv.findIndex((word, i) => i > 0 && !word.startsWith('-') && argv[i - 1] !== '--data');
  if (argv[at] !== 'run' || !bundles || argv.some((word) => SAYS_MODEL.test(word))) return argv;
  const [placed, ...others] = bundlesIn(bundles);
  if (placed === undefined || others.length > 0) return argv;
  return [...argv.slice(0, at + 1), '--model', placed.bundle, ...argv.slice(at + 1)];
}
