/** What is sent to a server to see what it can take, and what came of it: plain data that crosses between processes. Pure. */
import type { Latency } from './quantiles.ts';

/** Where a server listens. */
export interface LoadTarget {
  /** Its name, for the head of requests and its certificate. */
  readonly host: string;
  /** What the name was found to mean: looked up once, so that it cannot mean another machine later. @default {host} */
  readonly address?: string | undefined;
  readonly port: number;
  /** Whether it speaks TLS; its certificate is checked as any. */
  readonly isSecure: boolean;
}

/** A request that is sent again and again, with one of its bodies after the other. */
export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
}

export interface LoadPhase {
  readonly name: string;
  /** Requests a second, a Poisson stream; null sends the next one as soon as an answer is there (closed loop). */
  readonly rate: number | null;
  readonly seconds: number;
  /** Connections of a closed loop. @default {6}: enough to keep a server busy, and few enough that none is refused */
  readonly clients?: number | undefined;
  /** Milliseconds that a client of a closed loop rests between an answer and its next request, in whole ones. @default {0} */
  readonly rest?: number | undefined;
  /** Milliseconds in which an answer is in time. @default {patience} */
  readonly limit?: number | undefined;
}

export interface LoadOrder {
  readonly target: LoadTarget;
  readonly request: LoadRequest;
  /** The most connections at once; an arrival that finds all of them busy is not sent, and counted. */
  readonly connections: number;
  /** Milliseconds that a client waits for its answer. */
  readonly patience: number;
  /** Of the moments of arrival. */
  readonly seed: number;
  /** One after the other, without a pause between them. */
  readonly phases: readonly LoadPhase[];
}

/** What came of the requests of one phase. */
export interface PhaseOutcome {
  readonly name: string;
  /** Requests a second that were to come; null of a closed loop. */
  readonly rate: number | null;
  /** Of a closed loop; null of others. */
  readonly clients: number | null;
  /** Milliseconds since the epoch. */
  readonly began: number;
  /** As it ran: a phase ends early where a limit of the tally is reached. */
  readonly seconds: number;
  readonly arrived: number;
  /** Answered 2xx. */
  readonly ok: number;
  /** The same within the limit of the phase. */
  readonly inTime: number;
  /** Other answers by status; `timeout`, `reset` (the connection broke), and `unsent`: arrivals that found every connection busy. */
  readonly failed: Readonly<Record<string, number>>;
  /** The first body of each status that is no 2xx, cut. */
  readonly bodies: Readonly<Record<string, string>>;
  /** From the scheduled arrival to the last byte of a 2xx. */
  readonly latency: Latency;
  /** Latencies of answers in order, as means of a hundred even parts of them: milliseconds. */
  readonly parts: readonly number[];
  /** p99 of answers that are no 2xx, in milliseconds. */
  readonly refusedP99: number;
  /** Milliseconds after which less than one of a hundred arrivals failed or was slow, in each tenth of a second. */
  readonly settled: number;
  /** Requests that were under way when the phase ended. */
  readonly pending: number;
  /** How long after their moments requests were sent: what the client, and not the server, was late. */
  readonly lateness: Latency;
  /** Milliseconds of a processor that the client took. */
  readonly clientMillis: number;
  /** Mean milliseconds of each stage that answers tell of in `server-timing`. */
  readonly stages: Readonly<Record<string, number>>;
}
