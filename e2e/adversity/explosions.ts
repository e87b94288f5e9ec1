import { expect } from 'vitest';
import { example, type Served, served } from '../cli.ts';
import { childrenOf } from '../processes.ts';
import { call, type Reply } from '../serving/client.ts';
import { EXPLODING_ROW, explodingFile, TAME_ANSWER, TAME_ROW } from './hostile-graphs.ts';

const IRIS_ROW = [5.1, 3.5, 1.4, 0.2];
/** Milliseconds in which a graph is back after its process was killed, on a busy machine. */
const BACK_MILLIS = 20_000;

/** The processes below a server that hold a graph. */
const graphProcesses = (parent: number): number[] =>
  childrenOf(parent).flatMap(({ pid, command }) =>
    command.includes('graph.child') ? [pid] : graphProcesses(pid),
  );

const predict = (server: Served, model: string, row: readonly number[]): Promise<Reply> =>
  call(`${server.said.url}/models/${model}/predict`, {
    headers: { 'content-type': 'application/json' },
    body: { rows: [row] },
  });

/** What came of it all. */
interface Endured {
  /** Answers of the other model that were right, and what else it said. */
  readonly right: number;
  readonly wrong: readonly string[];
  /** Status and code of each row that exploded. */
  readonly exploded: readonly string[];
  /** Processes of graphs that were killed. */
  readonly killed: number;
}

/**
 * Serves iris under steady load beside a graph that explodes `rounds` times, and whose processes are killed after each of
 * them; waits each time until the graph answers again. Everything ends with it.
 */
export async function endure(rounds: number, workers: number): Promise<Endured> {
  const server = await served([example('iris.joblib'), explodingFile(), '--workers', String(workers)]);
  try {
    const right = String((await predict(server, 'iris', IRIS_ROW)).json.probabilities);
    const stop = press(server, right);
    const exploded: string[] = [];
    let killed = 0;
    for (let round = 0; round < rounds; round++) {
      const { status, json } = await predict(server, 'exploding', EXPLODING_ROW);
      exploded.push(`${status} ${json.error.code}`);
      await answersAgain(server);
      const pids = graphProcesses(server.child.pid!);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      killed += pids.length;
      await answersAgain(server);
    }
    return { ...(await stop()), exploded, killed };
  } finally {
    await server.stop();
  }
}

/** Two clients that send one row after the other; the function returned ends them. */
function press(server: Served, right: string): () => Promise<{ right: number; wrong: string[] }> {
  const told = { right: 0, wrong: [] as string[] };
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const said = await predict(server, 'iris', IRIS_ROW).then(
        ({ status, text, json }) =>
          status === 200 && String(json.probabilities) === right ? null : `${status} ${text}`,
        String,
      );
      if (said === null) told.right++;
      else told.wrong.push(said);
    }
  };
  const clients = Promise.all([client(), client()]);
  return async () => {
    isOver = true;
    await clients;
    return told;
  };
}

/** What is said until the graph answers is that its process is no more. */
async function answersAgain(server: Served): Promise<void> {
  const ask = async (): Promise<unknown> => {
    const { status, json } = await predict(server, 'exploding', TAME_ROW);
    if (status !== 200) expect([status, json.error.code]).toEqual([503, 'ENGINE_CRASHED']);
    return status === 200 ? json.predictions : status;
  };
  await expect.poll(ask, { timeout: BACK_MILLIS, interval: 20 }).toEqual([TAME_ANSWER]);
}
