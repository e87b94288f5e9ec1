/** The identity of alerts and of groups of them, as Alertmanager has it. Pure. */
import type { AlertLabels } from './alert.ts';

const MASK = (1n << 64n) - 1n;
const OFFSET = 14_695_981_039_346_656_037n;
const PRIME = 1_099_511_628_211n;
const SEPARATOR = 0xff;

/**
 * 16 hex digits: FNV-1a of 64 bits over names and values in the order of names, 0xff behind each; the fingerprint that
 * Prometheus and Alertmanager give the same labels.
 */
export function alertFingerprint(labels: Readonly<Record<string, string>>): string {
  let hash = OFFSET;
  const add = (byte: number): void => {
    hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  };
  const encoder = new TextEncoder();
  for (const [name, value] of sortedLabels(labels)) {
    for (const byte of encoder.encode(name)) add(byte);
    add(SEPARATOR);
    for (const byte of encoder.encode(value)) add(byte);
    add(SEPARATOR);
  }
  return hash.toString(16).padStart(16, '0');
}

/** By name, which is ASCII. */
const sortedLabels = (labels: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

/** Alerts of a model at an endpoint go into one message. */
export const alertGroupLabels = ({ endpoint, model }: AlertLabels): { endpoint: string; model: string } => ({
  endpoint,
  model,
});

/** As Alertmanager writes the key of a group of its first route: `{}:{endpoint="churn", model="churn"}`. */
export const alertGroupKey = (labels: AlertLabels): string =>
  `{}:{${sortedLabels(alertGroupLabels(labels))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;
