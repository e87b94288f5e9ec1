import type { ExplainOrder, ExplainReply } from '../messages.ts';

/** A process that explains nothing: what an order is for says what becomes of it. */
const say = (reply: ExplainReply): void => void process.send?.(reply);

/** Orders that it has had. */
let orders = 0;

process.once('disconnect', () => process.exit(0));
process.on('message', async ({ id, model }: ExplainOrder) => {
  if (model === 'ends') process.exit(7);
  orders++;
  if (model === 'silent' || (model === 'hangs' && orders > 1)) return;
  // Longer than those who wait for rows alone wait, and once.
  if (model === 'late' && orders === 1) await new Promise((resolve) => setTimeout(resolve, 600));
  say({ kind: 'prepared', id });
  if (model === 'prepared') return;
  if (model === 'unfit') {
    const details = { model, reason: 'it has no columns', way: 'Explain another' };
    say({ kind: 'refused', id, error: { code: 'EXPLANATION_UNFIT', details } });
    return;
  }
  say({ kind: 'explained', id, explanation: { kind: 'text', text: `"${process.pid}"` } });
});
