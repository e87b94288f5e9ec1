import type { Batch } from '../../model/batch.ts';
import { checkDepth } from '../admission/memory/request-cost.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { parseBody } from '../http/body-text.ts';
import { BYTE_MICROS, INLINE_MICROS, INLINE_ROWS_BYTES } from '../http/limits.ts';
import { unitInBody, withoutUnit } from '../unit-id.ts';
import { chooseByBody } from './choose.ts';
import type { PredictionContext } from './context.ts';
import { rawBodyOf } from './raw-body.ts';
import { isDue, refusePrediction } from './refuse.ts';
import type { EarlierStages } from './response-head.ts';
import { scoreInThread } from './score-in-thread.ts';
import { scoreInline } from './score-inline.ts';
import { scoreRaw } from './score-raw.ts';

/** Stages of a body before it is decoded. */
const NO_STAGES: EarlierStages = { queue: 0, preprocess: 0 };

/** Decides where the body is decoded: by the version's own code, in a scoring thread, or on the loop if that is quick. */
export function decodeBody(context: PredictionContext, bytes: Buffer): void {
  const { version, services } = context;
  if (context.isRaw && version.raw.input) {
    scoreRaw(context, rawBodyOf(context.request.headers, bytes), NO_STAGES);
    return;
  }
  // The cost of a row is unknown until the version is chosen, which the body may have to decide.
  const isSlow = context.isChosen && version.rowMicros > INLINE_MICROS;
  if (bytes.length > version.inlineBody || isSlow) scoreInThread(context, bytes);
  else services.scheduler.run(bytes.length * BYTE_MICROS, () => decodeInline(context, bytes));
}

/** Decodes on the loop. If the rows turn out to cost too much, the body goes to a scoring thread and is decoded again there. */
function decodeInline(context: PredictionContext, bytes: Buffer): void {
  if (!isDue(context)) return;
  const started = performance.now();
  try {
    const batch = batchOf(context, bytes);
    const { rowMicros, rowBytes, target } = context.version;
    const micros = batch.rows * rowMicros;
    const preprocess = performance.now() - started;
    const isWide = batch.rows * rowBytes > INLINE_ROWS_BYTES;
    if ((micros > INLINE_MICROS || isWide) && !hasExternalEngine(target)) scoreInThread(context, bytes);
    else
      context.services.scheduler.goOn(micros, () => {
        if (isDue(context)) scoreInline(context, batch, preprocess, 0);
      });
  } catch (error) {
    refusePrediction(context, error);
  }
}

/** The rows of a body. Chooses the version if the headers did not. Throws BODY_TOO_DEEP, INPUT_INVALID. */
function batchOf(context: PredictionContext, bytes: Buffer): Batch {
  const scanned = scanRows(context, bytes);
  if (scanned !== null) return scanned;
  checkDepth(bytes, context.version.protocol, context.textBytes);
  const rows = rowsIn(context, parseBody(context.version.protocol, bytes, context.textBytes), bytes);
  return context.version.decode(rows);
}

/** Rows by the one-pass scan; null if the body is unusual, or may hold the id of the unit. */
function scanRows(context: PredictionContext, bytes: Buffer): Batch | null {
  const { scan, protocol } = context.version;
  if (scan === null || !context.isChosen || context.destination.unitField !== null) return null;
  const batch = scan(bytes);
  if (batch !== null) context.measurement?.received(bytes, protocol.id, null);
  return batch;
}

function rowsIn(context: PredictionContext, body: unknown, bytes: Buffer): unknown {
  chooseByBody(context, body);
  const { version, destination } = context;
  context.measurement?.received(bytes, version.protocol.id, context.textBytes);
  if (version.responseOptions !== null)
    context.responseOptions = version.responseOptions(body, context.headerOptions);
  const { unitField } = destination;
  if (unitField === null) return body;
  context.unit ??= unitInBody(body, unitField);
  return withoutUnit(body, unitField, version.target.manifest.signature);
}
