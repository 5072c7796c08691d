// Downloads and parses a listing, page by page, and drops it: what no round can be quicker than. Its argument is a file of
// JSON: { url, ca, cert, key, headers, document, operationName, runtimeId }. For each line on its input it does so once, and
// prints a line of JSON: { tookMs, pages, applications }.
const { Agent, request } = require('node:https');
const { readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');

const { url, ca, cert, key, headers, document, operationName, runtimeId } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
);
const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, cert, key });

function post(body) {
  return new Promise((resolve, reject) => {
    const own = { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url, { method: 'POST', agent, headers: own }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function list() {
  const startMs = performance.now();
  let pages = 0;
  let applications = 0;
  let after;
  do {
    const variables = { runtimeId, first: 100, ...(after === undefined ? {} : { after }) };
    const { data } = JSON.parse(await post(JSON.stringify({ query: document, operationName, variables })));
    const page = data.applicationsForRuntime;
    pages += 1;
    applications += page.data.length;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
  } while (after !== undefined);
  return { tookMs: performance.now() - startMs, pages, applications };
}

createInterface({ input: process.stdin }).on('line', () => {
  void list().then((done) => process.stdout.write(`${JSON.stringify(done)}\n`));
});
