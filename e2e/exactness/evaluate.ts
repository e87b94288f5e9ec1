import { isPlimsollError } from '../../src/core/errors.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { estimatorLabel } from '../../tools/checks/estimators-page.ts';
import type { FixtureFile } from './fixture.ts';
import { judge, type Tally } from './judge.ts';
import { promisedFor } from './promise.ts';
import { Blocked, type EngineName, openReplay, type Replay } from './replay.ts';
import { settled } from './settled.ts';

export interface EngineVerdict {
  readonly tally: Tally;
  /** Of a booster's sums before the link alone, whose bits are promised; empty where there are none. */
  readonly margins: Tally;
  /** Refused bodies that were answered all the same. */
  readonly answered: readonly string[];
}

interface BoosterMaking {
  readonly objective: string;
  readonly option: string;
  readonly saved: string;
}

export interface CaseVerdict {
  readonly file: FixtureFile;
  /** Class name without its module; of other libraries than scikit-learn with the library's name. */
  readonly estimator: string;
  /** What a booster was made with, and how it was saved. */
  readonly made: BoosterMaking | null;
  readonly engines: Readonly<Record<EngineName, EngineVerdict>>;
}

/** What libraries call the sums of leaves before the link. */
const MARGINS = ['raw_score', 'margin', 'RawFormulaVal'];

/** Scores a fixture's rows with both engines and judges them by the library's answers; null for a blocked model. */
export async function evaluateFixture(file: FixtureFile): Promise<CaseVerdict | null> {
  try {
    const replay = await openReplay(file);
    const engines = { native: await verdictOf(replay, 'native'), onnx: await verdictOf(replay, 'onnx') };
    await replay.close();
    const { class: name, objective, option = '', saved = '' } = replay.fixture;
    const estimator = estimatorLabel(name, name.slice(name.lastIndexOf('.') + 1));
    const made = objective === undefined ? null : { objective, option, saved };
    return { file, estimator, made, engines };
  } catch (error) {
    if (error instanceof Blocked) return null;
    throw error;
  }
}

export async function verdictOf(replay: Replay, id: EngineName): Promise<EngineVerdict> {
  const { fixture, content, engines, outputs } = id === 'onnx' ? settled(replay) : replay;
  const { root, signature } = content;
  const tally = judge(fixture, outputs[id], (output) => promisedFor(root, output));
  const expected = Object.entries(fixture.expected).filter(([name]) => MARGINS.includes(name));
  const margins = judge(
    { ...fixture, expected: Object.fromEntries(expected) },
    Object.fromEntries(Object.entries(outputs[id]).filter(([name]) => MARGINS.includes(name))),
    (output) => promisedFor(root, output),
  );
  const answered: string[] = [];
  for (const { input, why } of fixture.refused ?? []) {
    if (!(await refuses(async () => engines[id].infer(decodeInput(input, signature))))) {
      answered.push(`answers ${JSON.stringify(input).slice(0, 120)}; the library says: ${why}`);
    }
  }
  return { tally, margins, answered };
}

/** Whether `infer` fails with a coded error; any other failure is a defect and is thrown on. */
async function refuses(infer: () => Promise<unknown>): Promise<boolean> {
  try {
    await infer();
    return false;
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'INPUT_INVALID') return true;
    throw error;
  }
}
