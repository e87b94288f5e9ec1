// The floor: node:http and onnxruntime with a ready-made graph, and nothing else. No validation, metrics or ids.
import { createServer } from 'node:http';
import * as ort from 'onnxruntime-node';

const [, , model, port] = process.argv;
const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' };
const session = await ort.InferenceSession.create(model, options);
const [input] = session.inputNames;
const { type } = session.inputMetadata[0];
const Numbers = type === 'float64' ? Float64Array : Float32Array;
const [label, probabilities] = session.outputNames;

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { rows } = JSON.parse(Buffer.concat(chunks));
    const width = rows[0].length;
    const data = new Numbers(rows.length * width);
    for (let i = 0; i < rows.length; i++) data.set(rows[i], i * width);
    const out = await session.run({ [input]: new ort.Tensor(type, data, [rows.length, width]) });
    const scores = out[probabilities].data;
    const classes = scores.length / rows.length;
    const body = JSON.stringify({
      predictions: Array.from(out[label].data, Number),
      probabilities: rows.map((_, i) => Array.from(scores.subarray(i * classes, (i + 1) * classes))),
    });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');
