import { isPlimsollError, type PlimsollError } from '../../src/core/errors.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import type { ModelContent } from '../../src/model/description.ts';
import { createEngines } from '../../src/registry/engines.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { type Fixture, type FixtureFile, readFixture } from './fixture.ts';
import { judge, type Tally } from './judge.ts';
import { promisedFor } from './promise.ts';

export type EngineName = 'native' | 'onnx';

export interface EngineVerdict {
  /** Why there is no such engine for this model, or null. */
  readonly missing: PlimsollError | null;
  readonly tally: Tally | null;
  /** Refused bodies that were answered all the same. */
  readonly answered: readonly string[];
}

export interface CaseVerdict {
  readonly file: FixtureFile;
  /** Class name without its module. */
  readonly estimator: string;
  /** What stands in the way of any engine, or null. */
  readonly blocked: string | null;
  readonly engines: Readonly<Record<EngineName, EngineVerdict>> | null;
}

/** Reads a fixture's model file, scores its rows with both engines and judges them by the library's answers. */
export async function evaluateFixture(file: FixtureFile): Promise<CaseVerdict> {
  const fixture = readFixture(file);
  const { content, blockers } = readModelFile(file.model);
  const verdict = { file, estimator: fixture.class.split('.').at(-1)! };
  if (content?.kind !== 'steps') {
    const whys = blockers.map(
      ({ path, field, found, wanted }) => `${path}.${field} is ${found}, wanted ${wanted}`,
    );
    return { ...verdict, blocked: whys.join('; '), engines: null };
  }
  const { native, onnx } = await createEngines(content);
  return {
    ...verdict,
    blocked: null,
    engines: {
      native: await verdictOf(fixture, content, native),
      onnx: await verdictOf(fixture, content, onnx),
    },
  };
}

async function verdictOf(
  fixture: Fixture,
  { root, signature }: ModelContent & { kind: 'steps' },
  engine: Engine | PlimsollError,
): Promise<EngineVerdict> {
  if (isPlimsollError(engine)) return { missing: engine, tally: null, answered: [] };
  try {
    const outputs = await engine.infer(decodeInput(fixture.input, signature));
    const tally = judge(fixture, outputs, (output) => promisedFor(root, output));
    const answered: string[] = [];
    for (const { input, why } of fixture.refused ?? []) {
      if (!(await refuses(async () => engine.infer(decodeInput(input, signature))))) {
        answered.push(`answers ${JSON.stringify(input).slice(0, 120)}; the library says: ${why}`);
      }
    }
    return { missing: null, tally, answered };
  } finally {
    await engine.close();
  }
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
