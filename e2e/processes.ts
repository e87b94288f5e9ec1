import { execFileSync } from 'node:child_process';

export interface ChildProcessInfo {
  readonly pid: number;
  readonly command: string;
}

/** Processes that a process has started and that still run, with what they run. */
export function childrenOf(parent: number): ChildProcessInfo[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line)!)
    .filter(([, , ppid, stat]) => Number(ppid) === parent && !stat!.startsWith('Z'))
    .map(([, pid, , , command]) => ({ pid: Number(pid), command: command! }));
}

/** Those of them that run an entry, by the name of that entry. */
const running = (parent: number, entry: string): number[] =>
  childrenOf(parent)
    .filter(({ command }) => command.includes(entry))
    .map(({ pid }) => pid);

/** The processes of a server that answer predictions. */
export const workersOf = (server: number): number[] => running(server, 'serve.child');

/** The process of a server that decides. */
export const controlOf = (server: number): number | undefined => running(server, 'control.child')[0];
