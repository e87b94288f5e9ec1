/** What thrown values say of themselves, whatever was thrown. Pure. */
import { isRecord } from './record.ts';

/** What was thrown, in words. */
export const messageOf = (error: unknown): string => textOf(error, 'message') ?? String(error);

/** The name of a kind of errors: `AbortError`; undefined of what has none. */
export const errorNameOf = (error: unknown): string | undefined => textOf(error, 'name');

/** The code of an error of the system: `ENOENT`; undefined of any other. */
export const systemCodeOf = (error: unknown): string | undefined => textOf(error, 'code');

const textOf = (error: unknown, key: 'message' | 'name' | 'code'): string | undefined =>
  isRecord(error) && typeof error[key] === 'string' ? error[key] : undefined;

/** What was caught, as an error: anything may be thrown. */
export const toError = (caught: unknown): Error =>
  caught instanceof Error ? caught : new Error(messageOf(caught), { cause: caught });
