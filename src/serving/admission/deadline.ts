/** Until when the answer to a request is wanted, as clients and proxies say it in headers. Pure. */
import { InputErrors } from '../rows/input-errors.ts';
import type { RequestHeaders } from '../unit-id.ts';

/** Milliseconds of the units of gRPC (`grpc-timeout`, "PROTOCOL-HTTP2.md": at most eight digits and a unit). */
const GRPC_MILLIS: Readonly<Record<string, number>> = {
  ...{ H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 },
};
const GRPC = /^(\d{1,8})([HMSmun])$/;
const OWN = /^(\d{1,12}(?:\.\d{1,9})?)(ms|s)?$/;
const MILLIS = /^\d{1,15}$/;

/**
 * Milliseconds that a client waits for its answer, or null where it does not say: the least of `x-request-timeout` (seconds,
 * or with a unit: `0.5`, `2s`, `250ms`), Envoy's `x-envoy-expected-rq-timeout-ms`, and gRPC's `grpc-timeout`. What proxies add
 * is passed over where it makes no sense. Throws INPUT_INVALID for an `x-request-timeout` that does not.
 */
export function timeoutIn(headers: RequestHeaders): number | null {
  const own = headers['x-request-timeout'];
  const envoy = headers['x-envoy-expected-rq-timeout-ms'];
  const grpc = headers['grpc-timeout'];
  // Nearly every request.
  if (own === undefined && envoy === undefined && grpc === undefined) return null;
  const least = Math.min(own === undefined ? Infinity : ownMillis(own), envoyMillis(envoy), grpcMillis(grpc));
  return least === Infinity ? null : least;
}

function ownMillis(given: RequestHeaders[string]): number {
  const [, digits, unit = 's'] = OWN.exec(textOf(given)) ?? [];
  const millis = Number(digits) * (unit === 's' ? 1000 : 1);
  if (millis > 0) return millis;
  const msg = 'Input should be seconds above 0, or a number with its unit: 0.5, 2s or 250ms';
  return new InputErrors().fail(['header', 'x-request-timeout'], { type: 'timeout_parsing', msg }, given);
}

/** 0 stands for no limit, as in Envoy. */
function envoyMillis(given: RequestHeaders[string]): number {
  const text = textOf(given);
  return MILLIS.test(text) && Number(text) > 0 ? Number(text) : Infinity;
}

function grpcMillis(given: RequestHeaders[string]): number {
  const [, digits, unit] = GRPC.exec(textOf(given)) ?? [];
  const millis = unit === undefined ? undefined : GRPC_MILLIS[unit];
  return millis === undefined ? Infinity : Number(digits) * millis;
}

const textOf = (given: RequestHeaders[string]): string => (typeof given === 'string' ? given.trim() : '');
