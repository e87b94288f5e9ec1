import type { MachineUse } from '../sweep/send-phase.ts';
import type { JudgedPhase, SentPhase } from '../sweep/sweep.ts';
import type { LoadPoint } from './bench-report.ts';

/** What is told of one phase. */
export function loadPoint(phase: SentPhase<MachineUse> | JudgedPhase<MachineUse>): LoadPoint {
  const { name, rate, clients, seconds, arrived, ok, inTime, failed, latency, stages, use } = phase;
  const busy = (millis: number): number => millis / use.wall;
  const [server, client] = [use.server && busy(use.server.total), busy(phase.clientMillis)];
  return {
    ...{ name, rate, clients, seconds, arrived, ok, inTime, goodput: ok / seconds },
    ...{
      keepsUp: 'keepsUp' in phase ? phase.keepsUp : null,
      failed,
      latency,
      lateness: phase.lateness.p99.value,
      stages,
    },
    ...{ server, client, memory: use.server?.memory ?? null },
    others: server === null ? null : Math.max(0, busy(use.machine) - server - client),
  };
}
