import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../files/text-file.ts';
import type { ModelContent } from '../../model/description.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import type { PythonDemands } from '../../python/demands.ts';
import type { GoldenReplay } from '../../registry/golden.ts';
import type { VersionVerification } from '../../registry/version.ts';
import { countText } from '../../text/count.ts';
import type { DefineCommand } from '../command.ts';
import { compareEngines } from './compare-engines.ts';
import { withModelFileOptions } from './file-options.ts';
import { trustedPythonDemands } from './python/demands.ts';
import {
  mayRunInPython,
  type OpenModelContext,
  type OpenModelOptions,
  openWithPython,
  requiresPython,
} from './python/open.ts';
import { wholeNumber } from './whole-number.ts';

interface VerifyOptions extends OpenModelOptions {
  readonly full?: boolean;
  readonly seed?: number;
}

export const verifyCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command)
    .description('Replays rows with expected outputs and compares the two engines on boundary rows.')
    .argument('<file>', 'model file, or a folder that plimsoll.save or MLflow wrote')
    .option('--golden <file>', 'rows with expected outputs: {"input": …, "expected": {"predict": […]}}')
    .option('--full', 'every boundary row, without the time budget')
    .option('--seed <number>', 'seed of the sampled boundary rows', wholeNumber('verify', '--seed'))
    .addHelpText(
      'after',
      '\nExit code 1: an answer is over tolerance; the worst cell is named.\n\nExamples:\n' +
        '  $ plimsoll verify model.joblib\n  $ plimsoll verify model.joblib --golden golden.json --full\n' +
        '  $ plimsoll verify saved/churn --runtime python --trust',
    )
    .action(async (file: string) => {
      const options = command.optsWithGlobals<VerifyOptions>();
      const opening = { command: 'verify', model: file, terminal };
      const python = trustedPythonDemands(options, opening);
      const golden = options.golden === undefined ? undefined : await readGolden(options.golden);
      const subject = await subjectFor(options, python, opening);
      const found =
        subject.runsIn === 'python'
          ? await provedWithPython(options, subject.demands, opening)
          : await verifiedEngines(subject.content, { ...options, golden }, opening);
      if (found !== null) terminal.answer({ verified: true, ...found }, () => passed(found));
    });
};

/** What two engines can be built of, or what Python is to run it with. */
type VerificationSubject =
  | { readonly runsIn: 'engines'; readonly content: ModelContent }
  | { readonly runsIn: 'python'; readonly demands: PythonDemands };

async function subjectFor(
  { runtime, maxModel, ...options }: VerifyOptions,
  python: PythonDemands | null,
  { model: file, terminal }: OpenModelContext,
): Promise<VerificationSubject> {
  if (python !== null && (runtime === 'python' || requiresPython(python)))
    return { runsIn: 'python', demands: python };
  try {
    const { readModel, whileReading } = await import('./open-model.ts');
    const { contentOf } = await import('../../registry/model-content.ts');
    const tell = (text: string): void => terminal.note(text);
    const description = await whileReading(terminal, file, (onRead) =>
      readModel(file, { maxModel, ...choicesOf(options), onRead }, tell),
    );
    return { runsIn: 'engines', content: contentOf(description) };
  } catch (error) {
    if (python === null || runtime !== undefined || !mayRunInPython(error)) throw error;
    return { runsIn: 'python', demands: python };
  }
}

/** The verification of the clean room: golden rows are replayed at every call. */
async function provedWithPython(
  options: VerifyOptions,
  python: PythonDemands,
  opening: OpenModelContext,
): Promise<VersionVerification> {
  const { engine, manifest } = await openWithPython(options, python, opening);
  await engine.close();
  return manifest.verification;
}

/** Null where the engines disagree, which is said. */
async function verifiedEngines(
  content: ModelContent,
  {
    runtime,
    golden,
    full,
    seed,
  }: Omit<VerifyOptions, 'golden'> & { readonly golden: GoldenReplay | undefined },
  { model: file, terminal }: OpenModelContext,
): Promise<VersionVerification | null> {
  if (runtime) {
    const { createEngine } = await import('../../registry/engines.ts');
    await (await createEngine(content, runtime)).close();
  }
  try {
    return await compareEngines(content, { file, terminal, golden, full, seed });
  } catch (error) {
    if (!isPlimsollError(error) || error.code !== 'ENGINES_DISAGREE') throw error;
    terminal.fail(error, 'verify'); // registration refuses the file (3); the check itself has failed (1)
    process.exitCode = 1;
    return null;
  }
}

async function readGolden(path: string): Promise<GoldenReplay> {
  const { parseGolden } = await import('../../registry/golden.ts');
  const text = readTextFile(path);
  try {
    return parseGolden(JSON.parse(text), path);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PlimsollError('GOLDEN_INVALID', { path, reason: error.message });
  }
}

const PROOFS = {
  golden: 'The model answers the golden rows as expected.',
  'engines-agree': 'Both engines agree.',
  'single-engine': 'The model has one engine and no golden rows: nothing was checked (give --golden).',
} as const;

const OWN_ROWS = 'The model answers the golden rows of the file as expected.';

/** The verdict, how much was compared, and the worst cell. */
function passed({ proof, goldenOf, rows, cells, differingBits, worst, seed }: VersionVerification): string {
  const lines: string[] = [goldenOf === 'file' ? OWN_ROWS : PROOFS[proof]];
  if (proof === 'single-engine') return lines.join('\n');
  const bits =
    differingBits === 0 ? 'every bit equal' : `${countText(differingBits, 'cell')} not equal to the last bit`;
  lines.push(`  compared: ${countText(rows, 'row')}, ${countText(cells, 'cell')}, ${bits} (seed ${seed})`);
  if (worst && worst.relative > 0) {
    const { output, row, column, left, right, relative } = worst;
    lines.push(
      `  worst cell: ${output} row ${row} column ${column}: ${left} and ${right}, ${relative.toExponential(1)} apart`,
    );
  }
  return lines.join('\n');
}
