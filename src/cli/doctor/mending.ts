import { shellWord } from '../../text/shell.ts';
import type { ControlOptions } from '../connection/control.ts';

/** Where commands look by themselves. */
const USUAL_DATA = '.plimsoll';
/** Works on this machine, whatever server is asked. */
const LOCAL = 'plimsoll batch run ';

/** A command that mends something, as it is to be written here: for this data folder or server. Pure. */
export function mendingHere(fix: string, { data, url }: Pick<ControlOptions, 'data' | 'url'>): string {
  return fix
    .split(' && ')
    .map((command) => {
      if (url !== undefined)
        return command.startsWith(LOCAL) ? command : `${command} --url ${shellWord(url)}`;
      const own = command.replaceAll('DATA/', `${shellWord(data.replace(/\/$/, ''))}/`);
      return data === USUAL_DATA ? own : own.replace(/^plimsoll /, `plimsoll --data ${shellWord(data)} `);
    })
    .join(' && ');
}
