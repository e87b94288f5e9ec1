/** Documents of fixtures/pmml, with what JPMML answers to rows of theirs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/engine.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import type { ModelContent } from '../../src/model/description.ts';
import { createEngines, isEngine } from '../../src/registry/engines.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { type Fixture, readFixture } from './fixture.ts';
import { judge, type Tally } from './judge.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/pmml');

export const PMML_NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.pmml'))
  .map((file) => file.slice(0, -'.pmml'.length));

interface OpenDocument {
  readonly fixture: Fixture;
  readonly content: Extract<ModelContent, { readonly kind: 'steps' }>;
  readonly native: Engine;
  /** Null of a document that is not compiled. */
  readonly onnx: Engine | null;
}

/** Reads a document and makes its engines. Throws where it is not understood, or has no native engine. */
export async function openPmml(name: string): Promise<OpenDocument> {
  const model = join(FOLDER, `${name}.pmml`);
  const fixture = readFixture({ release: 'pmml', name, model, answers: join(FOLDER, `${name}.json`) });
  const { content, blockers } = readModelFile(model);
  if (content?.kind !== 'steps') throw new Error(`${name} is not understood: ${JSON.stringify(blockers)}`);
  const { native, onnx } = await createEngines(content);
  if (!isEngine(native)) throw native;
  return { fixture, content, native, onnx: isEngine(onnx) ? onnx : null };
}

/** An engine's answers beside those of JPMML. */
export async function tallyOf({ fixture, content }: OpenDocument, engine: Engine): Promise<Tally> {
  const outputs = await engine.infer(decodeInput(fixture.input, content.signature));
  const named = Object.fromEntries(
    Object.keys(fixture.expected).flatMap((key) => (outputs[key] ? [[key, outputs[key]]] : [])),
  );
  return judge(fixture, named, () => 'close');
}
