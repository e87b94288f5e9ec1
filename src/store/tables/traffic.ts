/** What versions were asked and answered, in cells of time; the code comes with the first minute. */
import type { Session } from '../session.ts';
import type { TrafficCells } from '../store.ts';

export function trafficOver(session: Session): TrafficCells {
  const cells = async () => (await import('./traffic-cells.ts')).trafficCellsOver(session);
  return {
    put: async (...given) => (await cells()).put(...given),
    of: async (...given) => (await cells()).of(...given),
    requests: async (...given) => (await cells()).requests(...given),
    at: async (...given) => (await cells()).at(...given),
    prune: async (...given) => (await cells()).prune(...given),
  };
}
