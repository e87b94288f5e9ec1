import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { explanationPriority, explanationSettings } from '../../config/explanation-settings.ts';
import { toErrorMessage } from '../../process/messages.ts';
import { ExplainerCache } from './explainer-cache.ts';
import { explanationNotes, reasonsIn } from './explanation-notes.ts';
import type { MadeExplanation } from './explanation-outcome.ts';
import { checkToldNumbers } from './explanation-size.ts';
import { writeExplanation } from './forms.ts';
import type { ExplainOrder, ExplainReply } from './messages.ts';
import { VERTEX_SCORES } from './vertex-form.ts';

/** Entry of the process that explains answers, one request after the other, when nothing else wants the processor. */

/**
 * Linux gives each thread a niceness of its own, and a new one that of the thread that starts it (setpriority(2), "C library/kernel
 * differences"): those that Node has started by now are named one by one.
 */
function yieldToAll(): void {
  setPriority(constants.priority.PRIORITY_LOW);
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      setPriority(Number(thread), constants.priority.PRIORITY_LOW);
    } catch {
      // It has ended meanwhile.
    }
  }
  runWhenIdle();
}

/**
 * Even a thread of the lowest niceness keeps the processor for milliseconds before one that wakes up gets it; one of SCHED_IDLE gives
 * way at once (sched(7)). Only a program can ask for that; where there is none, niceness has to do. Threads to come inherit it.
 */
function runWhenIdle(): void {
  spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)], { stdio: 'ignore' });
}

if (explanationPriority(process.env) === 'idle') yieldToAll();

const explainers = new ExplainerCache();
const { maxCells } = explanationSettings(process.env);

const say = (reply: ExplainReply): void => void process.send?.(reply, undefined, undefined, () => undefined);

async function explained(order: ExplainOrder): Promise<MadeExplanation> {
  const { manifest, explainer } = await explainers.get(order);
  say({ kind: 'prepared', id: order.id });
  const { form, batch, top, scores = null, places } = order;
  checkToldNumbers(
    { explainer, batch, top, scores: form === 'vertex' ? (scores ?? VERTEX_SCORES) : null },
    order.model,
    maxCells,
  );
  const attributions = await explainer.explain(batch);
  const rows = { explainer, attributions, manifest, top, scores, places, batch };
  const isTold = order.reasons ?? manifest.reasons !== undefined;
  const reasons = isTold ? reasonsIn(rows, top) : null;
  return { ...writeExplanation(form, { ...rows, reasons }), notes: explanationNotes(rows, order, reasons) };
}

// Whoever asked is gone: nobody waits for an explanation.
process.once('disconnect', () => process.exit(0));
// A terminal sends its Ctrl-C to every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined);
process.on('message', (order: ExplainOrder) => {
  const { id } = order;
  explained(order).then(
    (explanation) => say({ kind: 'explained', id, explanation }),
    (error: unknown) => say({ kind: 'refused', id, error: toErrorMessage(error, 'an explanation') }),
  );
});
