/** Parses a hostile body in a heap that holds what the estimate says and no more. For tests: it dies where that is too little. */
import { csvBodyRows, parseCsv } from '../../../protocols/csv.ts';
import { parseJsonBody } from '../../../rows/parse-json.ts';
import { HOSTILE_CSV, HOSTILE_JSON, USUAL_JSON } from './hostile-bodies.ts';

const [form, name, size] = process.argv.slice(2) as [string, string, string];
const ALL = { json: { ...HOSTILE_JSON, ...USUAL_JSON }, csv: HOSTILE_CSV }[form]!;
const bytes = Buffer.from(ALL[name]!(Number(size)));
const parsed = form === 'json' ? parseJsonBody(bytes.toString()) : parseCsv(bytes.toString());
const open = { form: 'table', open: true, columns: [], outputs: [], classes: null } as const;
const held = form === 'json' ? parsed : [parsed, csvBodyRows(parsed as ReturnType<typeof parseCsv>, open)];
// What is looked at afterwards was alive until here.
process.stdout.write(`${typeof held}\n`);
