import { crc32 } from 'node:zlib';
import type { CapturedBlock } from '../../capture/block.ts';
import { encodeBlock } from '../../capture/block-codec.ts';
import {
  type CaptureRule,
  type CaptureRules,
  captureRuleOf,
  pinnedRuleOf,
} from '../../capture/capture-rules.ts';
import { redactNotes } from '../../capture/explanation-note.ts';
import { hashKeyOf } from '../../capture/hash-key.ts';
import { blockFile, captureRulesPath, spoolPath } from '../../capture/paths.ts';
import { messageOf } from '../../core/error-text.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { Route } from '../../rollout/route.ts';
import type { ServingMetrics } from '../metrics/serving-metrics.ts';
import { BlockSpool } from './block-spool.ts';
import { CaptureRulesFile } from './capture-rules-file.ts';
import { CaptureSampler, mostRows } from './capture-sampler.ts';
import {
  type CapturedPart,
  type CaptureGate,
  CaptureStream,
  type CaptureStreamHost,
} from './capture-stream.ts';
import { redactColumns } from './redact-columns.ts';

export interface DataCaptureOptions {
  readonly dataDir: string;
  /** Unique among the workers of all replicas, with `epoch` growing when it is started again. */
  readonly worker: string;
  readonly epoch: number;
  readonly metrics: ServingMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bytes of blocks that may wait to be read. @default {256 MiB} */
  readonly maxSpool?: number | undefined;
}

const FLUSH_MILLIS = 1000;
/** A stream without rows tells what it has seen after so many flushes, and lets go of its room after so many more. */
const PATIENCE = 10;
const IDLE = 60;
/** Bytes of blocks in memory that wait to be written. */
const QUEUE_MAX = 32 * 2 ** 20;
/** One line about dropped rows in so many milliseconds. */
const COMPLAINT_MILLIS = 60_000;

interface Queued {
  readonly stream: CaptureStream;
  readonly part: CapturedPart;
}

/**
 * What this process captures: rows of requests and their answers, copied once the answer is out, and left behind as files
 * once a second. Nothing here makes an answer wait, and no failure of the disk is a failure of an answer.
 */
export class DataCapture implements CaptureStreamHost {
  readonly #options: DataCaptureOptions;
  readonly #spool: BlockSpool;
  readonly #rulesFile: CaptureRulesFile;
  readonly #timer: NodeJS.Timeout;
  readonly #known = new WeakMap<LoadedVersion, Map<string | null, CaptureStream>>();
  /** Streams with room for rows, and for how many flushes they have had none. */
  readonly #active = new Map<CaptureStream, number>();
  readonly #admissions = new Map<string, CaptureSampler>();
  /** Endpoints by model. */
  #endpoints = new Map<string, string[]>();
  /** Grows whenever rules or routes change. */
  generation = 0;
  #followed: CaptureRules | null = null;
  #queue: Queued[] = [];
  #queued = 0;
  #seq = 0;
  /** Milliseconds since the epoch at 0 of the steady clock. */
  #origin: number;
  #flushing: Promise<void> = Promise.resolve();
  #key: Uint8Array | null = null;
  #complainedAt = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  constructor(options: DataCaptureOptions) {
    const { dataDir, maxSpool, clock, logger } = options;
    this.#options = options;
    this.#spool = new BlockSpool({ path: spoolPath(dataDir), maxBytes: maxSpool });
    this.#rulesFile = new CaptureRulesFile(captureRulesPath(dataDir), logger);
    this.#origin = clock.now() - clock.monotonic();
    this.#timer = setInterval(() => void this.flush(), FLUSH_MILLIS).unref();
  }

  /** Learns what is to be captured; until then nothing is. */
  async learnRules(): Promise<void> {
    await this.#rulesFile.refresh();
    if (this.#rulesFile.rules === this.#followed) return;
    this.#followed = this.#rulesFile.rules;
    this.generation++;
  }

  /** Where the requests of an endpoint that a version answers are noted; of those that name it themselves, without one. */
  streamOf(endpoint: string | null, target: LoadedVersion): CaptureStream {
    const ofVersion = this.#known.get(target) ?? new Map<string | null, CaptureStream>();
    this.#known.set(target, ofVersion);
    const stream = ofVersion.get(endpoint) ?? new CaptureStream(endpoint, target, this);
    ofVersion.set(endpoint, stream);
    return stream;
  }

  /** Which endpoints there are. */
  follow(routes: readonly Route[]): void {
    this.#endpoints = new Map();
    for (const { model, endpoint } of routes)
      this.#endpoints.set(model, [...(this.#endpoints.get(model) ?? []), endpoint]);
    this.generation++;
    const names = new Set([...routes.map(({ endpoint }) => `/${endpoint}`), ...this.#endpoints.keys()]);
    for (const name of this.#admissions.keys()) if (!names.has(name)) this.#admissions.delete(name);
  }

  gateOf(stream: CaptureStream): CaptureGate {
    const given = this.#ruleFor(stream);
    const rule = { ...given, maxRate: given.maxRate * partOf(stream.target) };
    // Endpoints are told from models that are called without one.
    const name = stream.endpoint === null ? stream.target.model : `/${stream.endpoint}`;
    const admission = this.#admissions.get(name) ?? new CaptureSampler();
    this.#admissions.set(name, admission);
    return { rule, most: mostRows(rule), admission };
  }

  #ruleFor({ endpoint, target: { model } }: CaptureStream): CaptureRule {
    const { rules } = this.#rulesFile;
    return endpoint === null
      ? pinnedRuleOf(rules, model, this.#endpoints.get(model) ?? [])
      : captureRuleOf(rules, endpoint);
  }

  timeOf(now: number): number {
    return this.#origin + now;
  }

  noted(stream: CaptureStream): void {
    this.#active.set(stream, 0);
  }

  cut(stream: CaptureStream, part: CapturedPart): void {
    if (this.#queued + sizeOf(part) > QUEUE_MAX) {
      this.#lose(stream, part, 'the disk is slower than the requests');
      return;
    }
    this.#push(stream, part);
    setImmediate(() => void this.flush());
  }

  dropped({ endpoint }: CaptureStream, rows: number): void {
    this.#options.metrics.captureOf(endpoint ?? '').dropped += rows;
  }

  failed(error: unknown): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#complain(reason, 0);
  }

  /** Writes what there is now; never rejects. */
  flush(isLast = false): Promise<void> {
    this.#flushing = this.#flushing
      .then(() => this.learnRules())
      .then(() => this.#write(isLast))
      .catch((error: unknown) => this.failed(error));
    return this.#flushing;
  }

  /** Writes the last rows; what comes later is lost. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush(true);
  }

  async #write(isLast: boolean): Promise<void> {
    const { clock } = this.#options;
    for (const [stream, idle] of this.#active) {
      this.#active.set(stream, idle + 1);
      if (!stream.isEmpty || (stream.isNoted && (isLast || idle >= PATIENCE))) {
        this.#active.set(stream, 0);
        this.#push(stream, stream.take());
      } else if (idle >= IDLE) {
        stream.release();
        this.#active.delete(stream);
      }
    }
    // Both clocks are compared anew where no block is begun.
    this.#origin = clock.now() - clock.monotonic();
    const queue = this.#queue.splice(0);
    this.#queued = 0;
    for (const { stream, part } of queue) await this.#keep(stream, part);
  }

  #push(stream: CaptureStream, part: CapturedPart): void {
    this.#queue.push({ stream, part });
    this.#queued += sizeOf(part);
  }

  async #keep(stream: CaptureStream, part: CapturedPart): Promise<void> {
    const rule = this.#ruleFor(stream);
    if (!rule.enabled) return;
    const { worker, epoch, metrics } = this.#options;
    const { endpoint, target } = stream;
    const id = { worker, epoch, seq: this.#seq++ };
    const block: CapturedBlock = {
      ...{ ...id, endpoint, model: target.model, version: target.version },
      ...part,
      inputs: redactColumns(part.inputs, rule, () => this.#hashKey()),
      outputs: redactColumns(part.outputs, rule, () => this.#hashKey()),
      meta: redactMeta(part, rule),
    };
    try {
      await this.#spool.write(blockFile(id), encodeBlock(block, crc32));
      metrics.captureOf(endpoint ?? '').captured += part.rows;
    } catch (error) {
      this.#lose(stream, part, messageOf(error));
    }
  }

  #lose(stream: CaptureStream, part: CapturedPart, reason: string): void {
    stream.lost(part);
    this.dropped(stream, part.rows);
    this.#complain(reason, part.rows);
  }

  /** One line a minute at most. */
  #complain(reason: string, rows: number): void {
    const { logger, clock } = this.#options;
    this.#unsaid += rows;
    const now = clock.monotonic();
    if (now - this.#complainedAt < COMPLAINT_MILLIS) return;
    this.#complainedAt = now;
    logger.warn({ rows: this.#unsaid, reason }, 'rows were not captured; answers are not affected');
    this.#unsaid = 0;
  }

  /** The key of hashes, or null where there is none: such columns are left out then. */
  #hashKey(): Uint8Array | null {
    try {
      this.#key ??= hashKeyOf(this.#options.dataDir);
    } catch (error) {
      this.#complain(messageOf(error), 0);
    }
    return this.#key;
  }
}

function redactMeta({ meta, outputs }: CapturedPart, { drop, hash }: CaptureRule): CapturedBlock['meta'] {
  if (meta.explanation === undefined || (drop.length === 0 && hash.length === 0)) return meta;
  const isDropped = (name: string): boolean => drop.includes(name);
  const isHidden = (name: string): boolean => isDropped(name) || hash.includes(name);
  return { ...meta, explanation: redactNotes(meta.explanation, outputs, { isDropped, isHidden }) };
}

const sizeOf = ({ rows, inputs, outputs }: CapturedPart): number =>
  8 * rows * (inputs.length + outputs.length + 8);

/** Rows with more columns are captured more seldom, so that a second has as many values at most. */
const NARROW = 50;

function partOf({ manifest: { signature } }: LoadedVersion): number {
  const columns = signature.form === 'tensors' ? 0 : signature.columns.length;
  return Math.min(1, NARROW / columns);
}

/** A capture that knows its rules: not even the first request is captured against them. */
export async function openCapture(options: DataCaptureOptions): Promise<DataCapture> {
  const capture = new DataCapture(options);
  await capture.learnRules();
  return capture;
}
