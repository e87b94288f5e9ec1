/** What every receiver does, over a real socket: to be called with one that speaks to `url`. */
import { expect, test } from 'vitest';
import type { ReceiverPolicy } from '../../policy/receivers.ts';
import type { DeliveryOutcome, ReceiverEnvironment } from '../receivers/receiver.ts';
import { sendNotice } from '../receivers/send-notice.ts';
import { incident } from './notices.ts';
import { type ReceiverServer, type Reply, startReceiverServer } from './receiver-server.ts';

export interface ReceiverCase {
  readonly policy: (url: string) => ReceiverPolicy;
  readonly surroundings: (url: string) => Partial<ReceiverEnvironment>;
  /** What the other side says when it is content. */
  readonly content: Reply;
  /** Secrets that it knows: they are nowhere in what it says. */
  readonly secrets: readonly string[];
}

const NOW = 1_767_571_200_000;

export function httpReceiverContract({ policy, surroundings, content, secrets }: ReceiverCase): void {
  const send = (far: ReceiverServer, more: Partial<ReceiverEnvironment> = {}): Promise<DeliveryOutcome> =>
    sendNotice(
      policy(far.url),
      { notice: incident().first, receipt: null, at: NOW },
      { env: {}, externalUrl: 'http://plimsoll.test', timeoutMillis: 500, ...surroundings(far.url), ...more },
    );
  const answered = async (reply: Reply): Promise<DeliveryOutcome> => {
    const far = await startReceiverServer();
    far.reply = () => reply;
    return send(far);
  };

  test('says what the other side answered when it took the notice', async () => {
    const far = await startReceiverServer();
    far.reply = () => content;
    expect(await send(far)).toMatchObject({ ok: true, detail: expect.stringMatching(/^answered 20\d/) });
    expect(far.received).toHaveLength(1);
    expect(far.received[0]!.headers['content-type']).toMatch(/^application\/json/);
  });

  test('comes again where the other side fails, is overrun, breaks off, hangs or is not there', async () => {
    expect(await answered({ status: 500, body: 'oh' })).toMatchObject({ ok: false, retry: 'later' });
    expect(await answered({ status: 503, headers: { 'retry-after': '120' } })).toMatchObject({
      after: 120_000,
    });
    expect(
      await answered({ status: 429, headers: { 'retry-after': 'Mon, 05 Jan 2026 00:01:00 GMT' } }),
    ).toMatchObject({
      retry: 'later',
      after: 60_000,
    });
    expect(await answered({ instead: 'break' })).toMatchObject({ retry: 'later' });
    expect(await answered({ instead: 'hang' })).toMatchObject({
      retry: 'later',
      detail: expect.stringContaining('did not answer within 500 ms'),
    });
  });

  test('takes a refusal for one, and follows nobody elsewhere', async () => {
    expect(await answered({ status: 404, body: 'no such hook' })).toMatchObject({
      retry: 'hardly',
      detail: 'answered 404: no such hook',
    });
    const far = await startReceiverServer();
    far.reply = () => ({ status: 302, headers: { location: `${far.url}/elsewhere` } });
    expect(await send(far)).toMatchObject({ ok: false, retry: 'hardly' });
    expect(far.received).toHaveLength(1);
  });

  test('reads no more of an answer than it shows, and shows no secret', async () => {
    const outcome = await answered({ status: 400, body: `${secrets.join(' ')} ${'x'.repeat(5_000_000)}` });
    expect(outcome.detail.length).toBeLessThan(400);
    for (const secret of secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test.runIf(secrets.length > 0)('says which secret is missing', async () => {
    const far = await startReceiverServer();
    expect(await send(far, { env: {} })).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^env:\w+ is not set/),
    });
    expect(far.received).toEqual([]);
  });
}
