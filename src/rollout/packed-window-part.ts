/**
 * A piece of a part as bytes, to be handed from one replica to another: what is not in its key. Little-endian: version
 * (1 byte, 1) · 3 bytes 0 · length of the text (4 bytes) · count of units (4 bytes) · everything but the units as JSON in
 * UTF-8 · the columns of the units: high, low, flags (4 bytes each), arm, segment (1 byte each). Pure.
 */

import { isRecord } from '../core/record.ts';
import { writeWords } from './collect/packed-units.ts';
import type {
  AnonymousRequests,
  MarkSample,
  RecordedAnswer,
  ShadowCounts,
  UnitColumns,
  WindowPart,
} from './window-part.ts';

/** What of a piece is told by where it is kept. */
export type PartKey = Pick<WindowPart, 'rollout' | 'generation' | 'window' | 'worker' | 'epoch' | 'seq'>;
type Body = Omit<WindowPart, keyof PartKey>;

const VERSION = 1;
const HEADER = 12;
const UNIT_BYTES = 14;

export function packPart({ units, ...part }: Body): Uint8Array {
  const { isLast, nameless, segments, samples, answers, shadow } = part;
  const latency = part.latency.map((bins) => Array.from(bins));
  const text = new TextEncoder().encode(
    JSON.stringify({ isLast, nameless, segments, samples, answers, shadow, latency }),
  );
  const count = units.flags.length;
  const bytes = new Uint8Array(HEADER + text.length + UNIT_BYTES * count);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(4, text.length, true);
  view.setUint32(8, count, true);
  bytes.set(text, HEADER);
  let at = HEADER + text.length;
  for (const column of [units.high, units.low, units.flags]) at = writeWords(view, at, column);
  bytes.set(units.arm, at);
  bytes.set(units.segment, at + count);
  return bytes;
}

/** The piece again, or null where the bytes are none. Whether it is sound in its recording is for the collector to say. */
export function unpackPart(key: PartKey, bytes: Uint8Array): WindowPart | null {
  if (bytes.length < HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const textLength = view.getUint32(4, true);
  const count = view.getUint32(8, true);
  if (view.getUint8(0) !== VERSION || bytes.length !== HEADER + textLength + UNIT_BYTES * count) return null;
  const rest = restOf(bytes.subarray(HEADER, HEADER + textLength));
  return rest && { ...key, ...rest, units: unitsOf(view, HEADER + textLength, count) };
}

function unitsOf(view: DataView, start: number, count: number): UnitColumns {
  const words = (column: number): Uint32Array => {
    const read = new Uint32Array(count);
    for (let i = 0; i < count; i++) read[i] = view.getUint32(start + 4 * (column * count + i), true);
    return read;
  };
  const octets = (column: number): Uint8Array => {
    const read = new Uint8Array(count);
    for (let i = 0; i < count; i++) read[i] = view.getUint8(start + (12 + column) * count + i);
    return read;
  };
  return { high: words(0), low: words(1), flags: words(2), arm: octets(0), segment: octets(1) };
}

function restOf(text: Uint8Array): Omit<Body, 'units'> | null {
  const rest = parsed(text);
  if (!isRecord(rest)) return null;
  const { isLast, nameless, segments, samples, answers, shadow, latency } = rest;
  const isIt =
    typeof isLast === 'boolean' &&
    isListOf(nameless, isNameless) &&
    isListOf(segments, isText) &&
    isListOf(samples, isSample) &&
    isListOf(answers, isAnswer) &&
    isShadow(shadow) &&
    isListOf(latency, (bins): bins is number[] => isListOf(bins, isNumber));
  if (!isIt) return null;
  const bins = latency.map((arm) => Uint32Array.from(arm));
  return { isLast, nameless, segments, samples, answers, shadow, latency: bins };
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    return null;
  }
}

type Is<T> = (value: unknown) => value is T;

const isNumber: Is<number> = (value) => typeof value === 'number';
const isText: Is<string> = (value) => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isListOf = <T>(value: unknown, is: Is<T>): value is readonly T[] =>
  Array.isArray(value) && value.every(is);

const isNameless: Is<AnonymousRequests> = (value): value is AnonymousRequests =>
  isRecord(value) && ['arm', 'flags', 'segment', 'count'].every((key) => isNumber(value[key]));
const isSample: Is<MarkSample> = (value): value is MarkSample =>
  isRecord(value) &&
  isNumber(value['millis']) &&
  (value['score'] === null || isNumber(value['score'])) &&
  isTextOrNull(value['label']);
const isAnswer: Is<RecordedAnswer> = (value): value is RecordedAnswer =>
  isRecord(value) &&
  isText(value['requestId']) &&
  isTextOrNull(value['unit']) &&
  Number.isSafeInteger(value['arm']) &&
  Number.isSafeInteger(value['at']) &&
  isText(value['answer']) &&
  (value['segment'] === undefined || isText(value['segment']));
const isShadow: Is<ShadowCounts> = (value): value is ShadowCounts =>
  isRecord(value) && isNumber(value['mirrored']) && isNumber(value['dropped']);
