/** Entry of the server that `bench` starts: `serve` as anybody runs it, which ends when the command that measures it is gone. */
import { main } from '../main.ts';

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
await main(process.argv.slice(2));
