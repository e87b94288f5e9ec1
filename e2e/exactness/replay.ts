import { compileModel } from '../../src/compile/compile.ts';
import type { CompiledPlan } from '../../src/compile/plan.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createNativeEngine } from '../../src/engine/native/engine.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import type { Batch, Outputs } from '../../src/model/batch.ts';
import type { ModelContent } from '../../src/model/description.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { type Fixture, type FixtureFile, readFixture } from './fixture.ts';

export const ENGINES = ['native', 'onnx'] as const;
export type EngineName = (typeof ENGINES)[number];

/** A fixture whose model was read, compiled, loaded and asked once: all that is checked of it starts from here. */
export interface Replay {
  readonly file: FixtureFile;
  readonly fixture: Fixture;
  readonly content: Extract<ModelContent, { readonly kind: 'steps' }>;
  readonly plan: CompiledPlan;
  readonly batch: Batch;
  readonly engines: Readonly<Record<EngineName, Engine>>;
  /** Answers of each engine to the fixture's rows. */
  readonly outputs: Readonly<Record<EngineName, Outputs>>;
  close(): Promise<void>;
}

/** What stands in the way of a model: nothing of it can be replayed. */
export class Blocked extends Error {}

/** Throws {@link Blocked} where the file is read but not understood as a model, and whatever an engine throws. */
export async function openReplay(file: FixtureFile): Promise<Replay> {
  const { content, blockers } = readModelFile(file.model, { covers: true });
  if (content?.kind !== 'steps') {
    const whys = blockers.map(
      ({ path, field, found, wanted }) => `${path}.${field} is ${found}, wanted ${wanted}`,
    );
    throw new Blocked(whys.join('; '));
  }
  const fixture = readFixture(file);
  const { signature } = content;
  const plan = compileModel(content);
  const { prefix, columns, refused } = plan;
  const engines = {
    native: createNativeEngine(content),
    onnx: await createOnnxEngine({ onnx: encodeModel(plan.model), signature, prefix, columns, refused }),
  };
  const batch = decodeInput(fixture.input, signature);
  const outputs = { native: await engines.native.infer(batch), onnx: await engines.onnx.infer(batch) };
  const close = async (): Promise<void> => {
    for (const id of ENGINES) await engines[id].close();
  };
  return { file, fixture, content, plan, batch, engines, outputs, close };
}
