import { renewEntry } from '../../core/recent-entries.ts';
import { answerChildOrders } from '../../process/child-orders.ts';
import { bundleState } from '../bundle.ts';
import { compareAnswers } from './compared-answers.ts';
import type { InspectedVersion, InspectionOrder } from './inspected-version.ts';
import { type OpenInspected, openInspected } from './open-inspected.ts';
import { replayedRows } from './replayed-rows.ts';

/** Entry of the process that reads what is in versions, for people who look; it keeps the last two. */

const KEPT = 2;
const opened = new Map<string, Promise<OpenInspected>>();

async function open(version: InspectedVersion): Promise<OpenInspected> {
  const key = `${version.bundle} ${bundleState(version.bundle)}`;
  const found = opened.get(key) ?? openInspected(version);
  for (const old of renewEntry(opened, key, found, KEPT))
    void old.then(
      (one) => one.close(),
      () => undefined,
    );
  try {
    return await found;
  } catch (error) {
    opened.delete(key);
    throw error;
  }
}

async function answer(order: InspectionOrder): Promise<unknown> {
  if (order.kind === 'difference') {
    const [before, after] = [await open(order.before), await open(order.after)];
    const compared = await compareAnswers(
      { opened: before, bundle: order.before.bundle },
      { opened: after, bundle: order.after.bundle },
    );
    return { before: before.contents, after: after.contents, ...compared };
  }
  const version = await open(order.version);
  if (order.kind === 'contents') return version.contents;
  if (order.kind === 'tree') return version.outlined.tree(order.step, order.choice);
  return replayedRows(version, order.version.bundle, order.from, order.limit);
}

answerChildOrders<InspectionOrder>('looking into a version', answer);
