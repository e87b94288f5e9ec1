/** Codes of google.rpc, with the status of HTTP that each is sent as (google/rpc/code.proto). */
export const CODES = {
  CANCELLED: [1, 499],
  UNKNOWN: [2, 500],
  INVALID_ARGUMENT: [3, 400],
  DEADLINE_EXCEEDED: [4, 504],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  UNAUTHENTICATED: [16, 401],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;
export type Code = keyof typeof CODES;

/** What the API answers instead of a result. */
export class Refusal extends Error {
  readonly status: Code;

  constructor(status: Code, message: string) {
    super(message);
    this.status = status;
  }

  get code(): number {
    return CODES[this.status][0];
  }
  get http(): number {
    return CODES[this.status][1];
  }
}

/** The connection ends without an answer. */
export class Cut extends Refusal {
  constructor() {
    super('UNAVAILABLE', 'connection reset by peer');
  }
}
