/**
 * `npm run bench -- NAME [--rounds 5] [--seconds 5] [--starts 15]`: `serving` is throughput, latency, memory and cold start
 * beside other servers; `start` a cold start beside the floor; `native` the engine alone; `batch` whole tables beside pandas, onnxruntime and Spark; `trees` blocks
 * of rows, walked and in the kernel; `boosters [batch [CASE…] | serving | first]` beside XGBoost, LightGBM, CatBoost, FastAPI and MLflow; `families [batch | serving] [MODEL…]` estimators of scikit-learn beside itself and FastAPI; `networks [speed | footprint] [NETWORK…]` files of torch and Keras beside onnxruntime on the frameworks' own exports; `explanations` rows explained a second beside shap; `explanations-load` the p99 of predictions beside explanations; `console` the p99 of predictions beside five pages of the console; `loop` what holds the front loop; `door` the path around an engine; `capacity [saturation | latency | batch] [CASE…]` predictions of the capacity model beside what is measured; `overload` what is answered of twice and four times the capacity; `rollouts` the
 * errors guard beside other rules, on the same recorded traffic; `units` few units that come again and again, `--runs 2000`; `replay` drift of a table beside Evidently's report; `false-alarms` drift that is not there, by our rule and
 * others; `label-free` estimates of accuracy without labels beside nannyml's; `routing` what a rollout costs a request; `monitoring` what being watched costs one; `batch-sink` what
 * exactly-once costs a COPY; `memory` what all processes take at rest and under load, beside the floor; `python` the Python runtime beside FastAPI and joblib;
 * `first-answers` seconds from a network's file to its first right answer, beside FastAPI with the framework; `spark` what a model costs on top of Spark itself.
 */
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    starts: { type: 'string', default: '15' },
    runs: { type: 'string', default: '400' },
    rows: { type: 'string', default: '1000000' },
  },
});

/** Each benchmark by name, loaded when asked for. */
const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  serving: async () => {
    const { serving } = await import('./serving/serving.ts');
    const { rounds, seconds, starts } = values;
    await serving({ rounds: Number(rounds), seconds: Number(seconds), starts: Number(starts) });
  },
  start: async () => {
    const { start } = await import('./start.ts');
    await start({ starts: Number(values.starts) });
  },
  native: async () => {
    const { native } = await import('./native.ts');
    native(positionals.slice(1));
  },
  trees: async () => {
    const { trees } = await import('./trees.ts');
    trees(positionals.slice(1));
  },
  boosters: async () => {
    const { boosters } = await import('./boosters/boosters.ts');
    const { rounds, seconds, rows } = values;
    const options = { rounds: Number(rounds), seconds: Number(seconds), rows: Number(rows) };
    await boosters(options, positionals.slice(1));
  },
  families: async () => {
    const { families } = await import('./families/families.ts');
    await families({ rounds: Number(values.rounds), seconds: Number(values.seconds) }, positionals.slice(1));
  },
  explanations: async () => {
    const { explanations } = await import('./explanations/explanations.ts');
    explanations({ rounds: Number(values.rounds) });
  },
  'explanations-load': async () => {
    const { explanationsLoad } = await import('./explanations/load.ts');
    await explanationsLoad({ rounds: Number(values.rounds), seconds: Number(values.seconds) });
  },
  batch: async () => {
    const { batch } = await import('./batch/batch.ts');
    batch({ rounds: Number(values.rounds), rows: Number(values.rows) });
  },
  console: async () => {
    const { consoleLoad } = await import('./console/console.ts');
    await consoleLoad({ rounds: Number(values.rounds), seconds: Number(values.seconds) });
  },
  loop: async () => {
    const { loop } = await import('./loop.ts');
    await loop({ seconds: Number(values.seconds) });
  },
  rollouts: async () => {
    const { rollouts } = await import('./rollouts/rollouts.ts');
    rollouts({ runs: Number(values.runs) });
  },
  units: async () => {
    const { units } = await import('./rollouts/units.ts');
    units({ runs: Number(values.runs) });
  },
  replay: async () => {
    const { replaySpeed } = await import('./monitoring/replay.ts');
    await replaySpeed({ rounds: Number(values.rounds) });
  },
  'false-alarms': async () => {
    const { falseAlarms } = await import('./monitoring/false-alarms.ts');
    falseAlarms({ repetitions: Number(values.runs) });
  },
  'label-free': async () => {
    const { labelFree } = await import('./monitoring/labelfree.ts');
    await labelFree();
  },
  monitoring: async () => {
    const { overhead } = await import('./monitoring/overhead.ts');
    await overhead({ rounds: Number(values.rounds) });
  },
  'first-answers': async () => {
    const { firstAnswers } = await import('./first-answers/first-answers.ts');
    await firstAnswers({ rounds: Number(values.rounds) });
  },
  networks: async () => {
    const { networks } = await import('./networks/networks.ts');
    await networks(Number(values.rounds), positionals.slice(1));
  },
  python: async () => {
    const { python } = await import('./python/python.ts');
    await python({ rounds: Number(values.rounds), seconds: Number(values.seconds) });
  },
  routing: async () => {
    const { routing } = await import('./routing.ts');
    await routing({ rounds: Number(values.rounds) });
  },
  door: async () => {
    const { door } = await import('./door.ts');
    await door({ rounds: Number(values.rounds), seconds: Number(values.seconds) });
  },
  overload: async () => {
    const { overload } = await import('./overload/overload.ts');
    await overload({ seconds: Number(values.seconds) }, positionals.slice(1));
  },
  capacity: async () => {
    const { capacity } = await import('./capacity/capacity.ts');
    await capacity({ rounds: Number(values.rounds), seconds: Number(values.seconds) }, positionals.slice(1));
  },
  memory: async () => {
    const { memory } = await import('./memory.ts');
    await memory({ seconds: Number(values.seconds) });
  },
  spark: async () => {
    const { spark } = await import('./batch/spark.ts');
    spark({ rounds: Number(values.rounds), rows: Number(values.rows) });
  },
  'batch-sink': async () => {
    const { sink } = await import('./batch/sink.ts');
    await sink({ rounds: Number(values.rounds) });
  },
};

const benchmark = BENCHMARKS[positionals[0] ?? ''];
if (benchmark) await benchmark();
else {
  console.error(
    `Usage: npm run bench -- <${Object.keys(BENCHMARKS).join(' | ')}> [--rounds N] [--seconds N] [--starts N]`,
  );
  process.exitCode = 2;
}
