// node:http alone: reads the body, parses it, answers a constant. What a door costs is counted from here.
import { createServer } from 'node:http';

const body = JSON.stringify({ predictions: [1], probabilities: [[0.25, 0.75]] });

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
}).listen(Number(process.argv[3]), '127.0.0.1');
