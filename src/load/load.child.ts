/** Entry of the process that sends load: what it costs is not the server's, nor that of the command that asks. */
import { answerChildOrders } from '../process/child-orders.ts';
import type { LoadOrder } from './load-order.ts';
import { LoadRun } from './load-run.ts';

answerChildOrders<LoadOrder>('sending load', async (order) => new LoadRun(order).run());
