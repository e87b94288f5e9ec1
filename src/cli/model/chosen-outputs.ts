import { PlimsollError } from '../../core/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { didYouMean } from '../../text/did-you-mean.ts';

/** Names of outputs, separated by commas. */
export const outputNames = (text: string): readonly string[] => text.split(',').map((name) => name.trim());

/** The outputs of a batch: all but those on request, or those named. Throws USAGE, before anything is scored, for names that it has not. */
export async function scoreOutputs(
  { engine, signature }: { readonly engine: Engine; readonly signature: Signature },
  batch: Batch,
  names: readonly string[] | undefined,
): Promise<Outputs> {
  if (names === undefined) return engine.infer(batch);
  const extras = engine.extras === undefined ? [] : (signature.extras ?? []);
  const known = [...signature.outputs, ...extras].map(({ name }) => name);
  for (const name of names) if (!known.includes(name)) throw unknown(name, known, signature);
  const asksExtras = names.some((name) => extras.some((spec) => spec.name === name));
  const all = {
    ...(names.some((name) => signature.outputs.some((spec) => spec.name === name))
      ? await engine.infer(batch)
      : {}),
    ...(asksExtras ? engine.extras?.(batch) : {}),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

function unknown(name: string, known: readonly string[], { extras = [] }: Signature): PlimsollError {
  const isExtra = extras.some((spec) => spec.name === name);
  const reason = isExtra
    ? `only the native engine gives "${name}": leave out --runtime`
    : `--outputs names "${name}", the model has ${known.join(', ')}${didYouMean(name, known)}`;
  return new PlimsollError('USAGE', { reason, command: 'predict' });
}
