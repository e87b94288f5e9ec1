import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../tools/free-port.ts';
import { median } from '../median.ts';
import { startPeer } from '../serving/process.ts';
import { WORK } from './prepare.ts';
import {
  checkSame,
  fastapiServer,
  type ModelServer,
  mlflowServer,
  plimsollServer,
  servedFiles,
} from './servers.ts';

/** Seconds from starting the command to the first right answer. */
export interface FirstAnswer {
  readonly file: string;
  /** A file that it has never seen: it is read, compiled, and proved by both engines first. */
  readonly plimsoll: number;
  readonly fastapi: number;
  /** Of MLflow's own folders. */
  readonly mlflow: number | null;
}

/** One file after the other, each server in turns. */
export async function firstAnswers(rounds: number): Promise<FirstAnswer[]> {
  const answers: FirstAnswer[] = [];
  for (const [file, given] of Object.entries(servedFiles())) {
    const servers: Record<keyof Omit<FirstAnswer, 'file'>, ModelServer | null> = {
      plimsoll: plimsollServer(given, join(WORK, 'fresh')),
      fastapi: fastapiServer(given),
      mlflow: given.kind === 'mlflow' ? mlflowServer(given) : null,
    };
    const seconds: Record<string, number[]> = { plimsoll: [], fastapi: [], mlflow: [] };
    for (let round = 0; round < rounds; round++) {
      rmSync(join(WORK, 'fresh'), { recursive: true, force: true });
      let ours: unknown;
      for (const [name, server] of Object.entries(servers)) {
        if (server === null) continue;
        const { answer, millis } = await start(server, server.body(given.rows.slice(0, 1)));
        if (name === 'plimsoll') ours = answer;
        else checkSame(`${file}, ${name}`, ours, answer);
        seconds[name]?.push(millis / 1000);
      }
    }
    const of = (name: string): number => median(seconds[name] ?? []);
    const mlflow = servers.mlflow === null ? null : of('mlflow');
    answers.push({ file, plimsoll: of('plimsoll'), fastapi: of('fastapi'), mlflow });
  }
  return answers;
}

async function start(server: ModelServer, body: string): Promise<{ answer: unknown; millis: number }> {
  const port = await freePort();
  const running = await startPeer(server.command(port), server.env, port, body, server.path);
  await running.stop();
  return { answer: running.firstAnswer, millis: running.startMillis };
}
