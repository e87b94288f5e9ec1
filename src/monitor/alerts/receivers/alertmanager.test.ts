/** Against the real thing, where it is installed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../../tools/free-port.ts';
import type { AlertRow } from '../alert.ts';
import { alertmanagerPush } from '../alertmanager-push.ts';
import { stepAlerts } from '../engine.ts';
import { alertFingerprint } from '../fingerprint.ts';
import type { WebhookBody } from '../message/webhook-body.ts';
import { ALERT_POLICY, alertLabels, condition } from '../testing/conditions.ts';
import { startReceiverServer } from '../testing/receiver-server.ts';
import { sendNotice } from './send-notice.ts';

const BINARY = 'prometheus-alertmanager';
const isInstalled = ((): boolean => {
  try {
    execFileSync(BINARY, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

async function startAlertmanager(hook: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-am-'));
  const config = join(folder, 'config.yml');
  writeFileSync(
    config,
    [
      'route: { receiver: hook, group_by: [endpoint, model], group_wait: 1s, group_interval: 1s }',
      `receivers: [{ name: hook, webhook_configs: [{ url: "${hook}/am", send_resolved: true }] }]`,
    ].join('\n'),
  );
  const port = await freePort();
  const child: ChildProcess = spawn(
    BINARY,
    [
      `--config.file=${config}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 15_000 },
    )
    .toBe(true);
  return url;
}

/** Names of fields and the types of their values, all the way down. */
const shapeOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))]
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort()
            .map(([name, item]) => [name, shapeOf(item)]),
        )
      : typeof value;
/** Labels and annotations have names of their own. */
const withoutTexts = ({ alerts, ...body }: WebhookBody): unknown => ({
  ...body,
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  alerts: alerts.map((alert) => ({ ...alert, labels: {}, annotations: {} })),
});

test.skipIf(!isInstalled)(
  'a real Alertmanager takes what is pushed, groups it, and sends a webhook of the same shape as ours',
  async () => {
    const far = await startReceiverServer();
    const url = await startAlertmanager(far.url);
    const policy = { ...ALERT_POLICY, for: 0, resolveAfter: 0, groupWait: 0 };
    // Of an alert that began longer ago than its group waits, Alertmanager tells without the others that come with it.
    const begin = Date.now();
    const names = ['age', 'fee'].map((feature) => alertLabels('FeatureDrift', { feature }));
    const context = { deploys: [], receivers: { ops: 'webhook' as const }, features: 30 };
    const first = stepAlerts(
      [],
      names.map((name) => condition(name, 'beyond')),
      policy,
      { ...context, now: begin },
    );
    const around = { env: {}, externalUrl: 'http://plimsoll.test' };
    const push = (rows: readonly AlertRow[], at: number) =>
      sendNotice(
        { kind: 'alertmanager', url },
        { notice: alertmanagerPush(rows, 'am', policy, at)!, receipt: null, at },
        around,
      );
    expect(await push(first.rows, Date.now())).toMatchObject({ ok: true, detail: 'answered 200' });
    expect(await push(first.rows, Date.now())).toMatchObject({ ok: true });
    const listed = (await (await fetch(`${url}/api/v2/alerts`)).json()) as {
      fingerprint: string;
      labels: Record<string, string>;
      startsAt: string;
    }[];
    expect(listed).toHaveLength(2);
    for (const alert of listed) {
      expect(alert.fingerprint).toBe(alertFingerprint(alert.labels));
      expect(Date.parse(alert.startsAt)).toBe(begin);
    }
    await expect.poll(() => far.received.length, { timeout: 10_000 }).toBe(1);
    const theirs = JSON.parse(far.received[0]!.text) as WebhookBody;

    await sendNotice(
      { kind: 'webhook', url: far.url, secret: null, template: null },
      { notice: first.notices[0]!, receipt: null, at: begin },
      around,
    );
    const ours = JSON.parse(far.received[1]!.text) as WebhookBody;
    const { notification_reason: reason, ...common } = ours;
    expect(reason).toBe('first notification');
    const { notification_reason: _, ...known } = theirs;
    expect(shapeOf(withoutTexts(common as WebhookBody))).toEqual(shapeOf(withoutTexts(known as WebhookBody)));
    expect(ours.groupKey).toBe(theirs.groupKey);
    expect(ours.groupLabels).toEqual(theirs.groupLabels);
    expect(ours.commonLabels).toEqual(theirs.commonLabels);
    expect(ours.commonAnnotations).toEqual(theirs.commonAnnotations);
    const sorted = ({ alerts }: WebhookBody) =>
      alerts
        .map(({ fingerprint: __, startsAt, ...alert }) => ({ ...alert, startsAt: Date.parse(startsAt) }))
        .sort((a, b) => (a.labels['feature']! < b.labels['feature']! ? -1 : 1));
    expect(sorted(ours)).toMatchObject(sorted(theirs).map(({ generatorURL: _url, ...alert }) => alert));

    const over = stepAlerts(
      first.rows,
      names.map((name) => condition(name, 'below')),
      policy,
      { ...context, now: Date.now() },
    );
    expect(await push(over.rows, Date.now())).toMatchObject({ ok: true });
    await expect.poll(() => far.received.length, { timeout: 10_000 }).toBe(3);
    expect(JSON.parse(far.received[2]!.text)).toMatchObject({ status: 'resolved' });
  },
  60_000,
);
