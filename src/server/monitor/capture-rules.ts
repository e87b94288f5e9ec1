/** What is set of the log of each endpoint, as the file that the processes which serve follow. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { captureRulesPath } from '../../capture/files.ts';
import { type CaptureRule, type CaptureRules, DEFAULT_RULE } from '../../capture/rules.ts';
import { parseMonitor } from '../../monitor/policy/grammar.ts';
import type { LogPolicy } from '../../monitor/policy/policy.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { eachRow } from '../../store/pages.ts';

const ruleOf = ({ sample, maxRate, redact }: LogPolicy): CaptureRule => ({
  enabled: sample > 0,
  share: sample,
  maxRate,
  drop: columnsOf(redact, 'drop'),
  hash: columnsOf(redact, 'hash'),
});

/** What cannot be read may have said that nothing is to be captured. */
function ruleIn(endpoint: string, policy: unknown): CaptureRule {
  try {
    return ruleOf(parseMonitor(endpoint, policy).log);
  } catch {
    return { ...DEFAULT_RULE, enabled: false };
  }
}

const columnsOf = (redact: LogPolicy['redact'], how: 'drop' | 'hash'): readonly string[] =>
  Object.keys(redact).filter((column) => redact[column] === how);

/** Writes the file where it does not say so yet. */
export async function writeCaptureRules(
  dataDir: string,
  store: Pick<MonitoringStore, 'monitors'>,
): Promise<void> {
  const endpoints: [string, CaptureRule][] = [];
  for await (const { endpoint, policy } of eachRow((page) => store.monitors(page)))
    endpoints.push([endpoint, ruleIn(endpoint, policy)]);
  const rules: CaptureRules = { other: DEFAULT_RULE, endpoints: Object.fromEntries(endpoints) };
  const path = captureRulesPath(dataDir);
  const text = `${JSON.stringify(rules)}\n`;
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before === text || (before === null && endpoints.length === 0)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, text, { mode: 0o600 });
  await rename(`${path}.${process.pid}`, path);
}
