import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { METRIC_CATALOG } from '../../metrics/catalog.ts';
import { ALERT_RULES } from '../alerts/rule-families.ts';
import {
  type AlertingRule,
  type AlertRuleOptions,
  alertRules,
  prometheusDuration,
  RUNBOOK,
} from './alerting-rules.ts';
import { ruleTests } from './rule-tests.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ALL: AlertRuleOptions = {
  ...{ endpoint: null, model: null, availability: 0.999, latency: { seconds: 0.25, share: 0.99 } },
  ...{ maxAge: 90 * 86_400, silence: 3600, prometheus: '2.42', runbook: RUNBOOK },
};
const FEWEST: AlertRuleOptions = { ...ALL, latency: null, maxAge: null, silence: null, prometheus: '2.30' };
const NAMED: AlertRuleOptions = { ...ALL, endpoint: 'a "b"\\c', model: 'a "b"\\c' };

const yaml = (document: object): string =>
  stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
const alertsOf = (options: AlertRuleOptions): AlertingRule[] =>
  alertRules(options)
    .groups.flatMap(({ rules }) => rules)
    .filter((rule): rule is AlertingRule => 'alert' in rule);

async function promtool(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('promtool', args, { cwd: folder });
  return stdout + stderr;
}

test.each([
  ['all', ALL],
  ['fewest', FEWEST],
  ['named', NAMED],
] as const)('promtool accepts the rules, and they fire as their tests say: %s', async (name, options) => {
  writeFileSync(join(folder, `${name}.yml`), yaml(alertRules(options)));
  writeFileSync(join(folder, `${name}-test.yml`), yaml(ruleTests(options, `${name}.yml`)));
  expect(await promtool('check', 'rules', `${name}.yml`)).toContain('SUCCESS');
  expect(await promtool('test', 'rules', `${name}-test.yml`)).toContain('SUCCESS');
});

test('rules that cannot be broken are no tests: with another threshold they fail', async () => {
  const text = yaml(alertRules(ALL)).replaceAll(' > 14.4 ', ' > 1440 ');
  writeFileSync(join(folder, 'broken.yml'), text);
  writeFileSync(join(folder, 'broken-test.yml'), yaml(ruleTests(ALL, 'broken.yml')));
  await expect(promtool('test', 'rules', 'broken-test.yml')).rejects.toThrow(/ErrorBudgetBurn/);
});

test('every rule has a severity, sentences and a page to read on, and keeps no value in its labels', () => {
  for (const { alert, labels, annotations } of alertsOf(ALL)) {
    expect(labels['severity']).toMatch(/^(?:page|ticket)$/);
    expect(JSON.stringify(labels)).not.toContain('$value');
    expect(annotations['description']).toMatch(/\.$/);
    expect(annotations['runbook_url']).toBe(`${RUNBOOK}#${alert.toLowerCase()}`);
  }
});

test('an older Prometheus is not told to keep alerts firing', () => {
  expect(alertsOf(ALL).some((rule) => 'keep_firing_for' in rule)).toBe(true);
  expect(alertsOf(FEWEST).some((rule) => 'keep_firing_for' in rule)).toBe(false);
});

test('rules ask for metrics that there are, and alerts that the monitor sends have the same names', () => {
  const names = alertRules(ALL)
    .groups.flatMap(({ rules }) => rules)
    .flatMap(({ expr }) => expr.match(/\b(?:inference|model|monitor|nodejs|graph|python)_\w+/g) ?? [])
    .map((name) => name.replace(/_(?:bucket|count|sum)$/, ''))
    .filter((name) => !/^model_(?:name|version)$/.test(name));
  expect(new Set(names).size).toBeGreaterThan(12);
  expect(
    names.filter(
      (name) =>
        !Object.hasOwn(METRIC_CATALOG, name) &&
        !name.startsWith('inference_errors') &&
        !name.startsWith('inference_slow'),
    ),
  ).toEqual([]);
  const ofPrometheusAlone = ['ManyFeaturesDrift', 'DataViolations', 'MonitorSilent', 'WorkersRestarting'];
  for (const { alert } of alertsOf(ALL))
    expect([...Object.keys(ALERT_RULES), ...ofPrometheusAlone]).toContain(alert);
});

test('spans are written in the largest unit that they are whole in', () => {
  expect([0.25, 1, 90, 3600, 21_600, 86_400].map(prometheusDuration)).toEqual([
    '250ms',
    '1s',
    '90s',
    '1h',
    '6h',
    '1d',
  ]);
});
