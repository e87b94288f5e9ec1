import { PlimsollError } from '../../src/core/errors.ts';
import type { RawEnds, RawRequest } from '../../src/model/raw.ts';
import type { LoadedVersion } from '../../src/registry/version.ts';
import { fakeVersion } from '../serving/fake-models.ts';

/** A script that reads and writes. */
export const BOTH: RawEnds = { input: true, output: true };

export interface Own {
  readonly version: LoadedVersion;
  readonly asked: RawRequest[];
}

/** A version with code of its own: it repeats the body, or says how many rows it was given. */
export function own(raw: RawEnds, number = 1, model = 'own'): Own {
  const fake = fakeVersion('quick', model, number);
  const asked: RawRequest[] = [];
  const invoke = async (request: RawRequest) => {
    asked.push(request);
    const { given, accept } = request;
    if (given.kind === 'body' && given.contentType === 'a/refused')
      throw new PlimsollError('MEDIA_TYPE_UNKNOWN', { found: 'a/refused', known: 'others' });
    if (accept === null) {
      const predict = { dtype: 'float64' as const, shape: [2], data: Float64Array.of(7, 8) };
      return { kind: 'outputs' as const, rows: 2, outputs: { predict } };
    }
    const bytes = given.kind === 'body' ? given.bytes : Buffer.from(`${given.rows} rows`);
    return { kind: 'written' as const, contentType: 'x/own', bytes };
  };
  return { version: { ...fake, engine: { ...fake.engine, raw, invoke } }, asked };
}
