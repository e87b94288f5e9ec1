/** What is set of the log of each endpoint, as the file that the processes which serve follow. */

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type CaptureRule,
  type CaptureRules,
  DEFAULT_CAPTURE_RULE,
  parseCaptureRules,
} from '../../capture/capture-rules.ts';
import { captureRulesPath } from '../../capture/paths.ts';
import { makeFolders } from '../../disk/make-folders.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import type { LogPolicy } from '../../monitor/policy/policy.ts';
import { parseMonitor } from '../../monitor/policy/policy.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { eachRow } from '../../store/pages.ts';
import type { DamagedRow } from '../../store/row-schema.ts';

const ruleOf = ({ sample, maxRate, redact }: LogPolicy): CaptureRule => ({
  enabled: sample > 0,
  share: sample,
  maxRate,
  drop: columnsOf(redact, 'drop'),
  hash: columnsOf(redact, 'hash'),
});

const NOTHING: CaptureRule = { ...DEFAULT_CAPTURE_RULE, enabled: false };

/** What cannot be read may have said that nothing is to be captured. */
function ruleIn(endpoint: string, policy: unknown): CaptureRule {
  try {
    return ruleOf(parseMonitor(endpoint, policy).log);
  } catch {
    return NOTHING;
  }
}

const columnsOf = (redact: LogPolicy['redact'], how: 'drop' | 'hash'): readonly string[] =>
  Object.keys(redact).filter((column) => redact[column] === how);

/**
 * Writes what is set of each endpoint to the file, where it does not say so yet. What the file says of others stays: it may
 * be of an endpoint that is only to come, of which nothing must be captured meanwhile that its document leaves out.
 */
export async function writeCaptureRules(
  dataDir: string,
  store: Pick<MonitoringStore, 'monitors'>,
): Promise<void> {
  const endpoints: [string, CaptureRule][] = [];
  // What cannot be read may have said that nothing is to be captured.
  const onDamaged = ({ kept: { endpoint } }: DamagedRow): void =>
    void endpoints.push([String(endpoint), NOTHING]);
  for await (const { endpoint, policy } of eachRow((page) => store.monitors(page), onDamaged))
    endpoints.push([endpoint, ruleIn(endpoint, policy)]);
  await write(dataDir, endpoints);
}

/**
 * The same of documents, by endpoint, before anything is remembered: whoever serves reads it before the first request. Throws
 * MONITOR_INVALID, and writes nothing then.
 */
export async function writeFirstRules(
  dataDir: string,
  documents: Readonly<Record<string, unknown>>,
): Promise<void> {
  const rules = Object.entries(documents).map(
    ([endpoint, document]) => [endpoint, ruleOf(parseMonitor(endpoint, document).log)] as const,
  );
  await write(dataDir, rules);
}

async function write(dataDir: string, changed: readonly (readonly [string, CaptureRule])[]): Promise<void> {
  const path = captureRulesPath(dataDir);
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before === null && changed.length === 0) return;
  const known = before === null ? null : parseCaptureRules(before);
  const endpoints = new Map([...Object.entries(known?.endpoints ?? {}), ...changed]);
  const rules: CaptureRules = { other: DEFAULT_CAPTURE_RULE, endpoints: Object.fromEntries(endpoints) };
  const text = `${JSON.stringify(rules)}\n`;
  if (before === text) return;
  await makeFolders(dirname(path));
  await replaceFile(path, text, { mode: 0o600, isShared: true });
}
