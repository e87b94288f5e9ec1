/** Which table of which file a sink writes to. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { parseAddress } from '../../sources/table/address.ts';
import type { SinkRun } from '../sink.ts';

export interface TableTarget {
  readonly path: string;
  readonly table: string;
  /** As a person would name it. */
  readonly where: string;
}

/** Takes `sqlite:FILE?table=t` apart. Throws USAGE, SINK_INVALID. */
export function tableFileTargetOf({ spec }: SinkRun): TableTarget {
  const { database, table, shown } = parseAddress(spec.sink.uri);
  const where = `${database}, ${shown}`;
  if (table?.length !== 1) throw new PlimsollError('SINK_INVALID', { where, problems: 'TABLE was wanted' });
  return { path: database.slice(database.indexOf(':') + 1), table: elementAt(table, 0), where };
}
