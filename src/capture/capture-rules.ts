/**
 * What serving leaves behind of each endpoint. The monitoring side writes it to the file that `captureRulesPath` names,
 * whole (temporary name, then rename); every process that serves follows it within a second. Pure.
 */
import { valueOfKey } from '../core/element-at.ts';
import { isRecord } from '../core/record.ts';

export interface CaptureRule {
  readonly enabled: boolean;
  /** Share of requests, 0 to 1, by the hash of their ids. */
  readonly share: number;
  /**
   * Rows a second at most, of each process; beyond it fewer requests are captured, evenly. Of rows with more than 50 columns
   * fewer in proportion: 50 of 1,000 columns, where this is 1000.
   */
  readonly maxRate: number;
  /** Columns, of inputs or outputs, that never leave the process. */
  readonly drop: readonly string[];
  /** Columns of which only a keyed hash leaves the process. */
  readonly hash: readonly string[];
}

export interface CaptureRules {
  /** Of endpoints that are not named. */
  readonly other: CaptureRule;
  /** By name of the endpoint. */
  readonly endpoints: Readonly<Record<string, CaptureRule>>;
}

export const DEFAULT_CAPTURE_RULE: CaptureRule = {
  enabled: true,
  share: 1,
  maxRate: 1000,
  drop: [],
  hash: [],
};
export const DEFAULT_CAPTURE_RULES: CaptureRules = { other: DEFAULT_CAPTURE_RULE, endpoints: {} };
/** What is followed where nobody knows what must not be captured. */
export const NO_CAPTURE_RULES: CaptureRules = {
  other: { ...DEFAULT_CAPTURE_RULE, enabled: false },
  endpoints: {},
};

/** The rule of an endpoint. */
export const captureRuleOf = ({ other, endpoints }: CaptureRules, endpoint: string): CaptureRule =>
  Object.hasOwn(endpoints, endpoint) ? valueOfKey(endpoints, endpoint) : other;

/**
 * The rule of requests that name a version of a model themselves: that of the endpoint of the model's name, but what any
 * endpoint of the model leaves out or hashes is left out or hashed here, too. `endpoints` are those of the model.
 */
export function pinnedRuleOf(rules: CaptureRules, model: string, endpoints: readonly string[]): CaptureRule {
  const own = captureRuleOf(rules, model);
  const all = [own, ...endpoints.map((endpoint) => captureRuleOf(rules, endpoint))];
  return {
    ...own,
    enabled: all.every(({ enabled }) => enabled),
    drop: [...new Set(all.flatMap(({ drop }) => drop))],
    hash: [...new Set(all.flatMap(({ hash }) => hash))],
  };
}

/** The rules that a file holds, or null where it holds none: none is to be guessed then. */
export function parseCaptureRules(text: string): CaptureRules | null {
  const parsed = jsonOf(text);
  if (!isRecord(parsed)) return null;
  const { other, endpoints } = parsed;
  return isRule(other) && areRules(endpoints) ? { ...parsed, other, endpoints } : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const areRules = (value: unknown): value is Readonly<Record<string, CaptureRule>> =>
  isRecord(value) && Object.values(value).every(isRule);

const isRule = (value: unknown): value is CaptureRule =>
  isRecord(value) &&
  typeof value['enabled'] === 'boolean' &&
  isNumberUpTo(value['share'], 1) &&
  isNumberUpTo(value['maxRate'], Number.MAX_SAFE_INTEGER) &&
  areNames(value['drop']) &&
  areNames(value['hash']);

const isNumberUpTo = (value: unknown, most: number): boolean =>
  typeof value === 'number' && value >= 0 && value <= most;

const areNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
