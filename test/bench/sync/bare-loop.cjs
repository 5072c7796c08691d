// Sends recorded writes again, by a keep-alive agent, and nothing else: what no synchronization can be quicker than. Its
// argument is a file of JSON: { server, ca, cert, key, workers, sequences }, where a sequence is one Application's, in order.
const { Agent, request } = require('node:https');
const { readFileSync } = require('node:fs');

const { server, ca, cert, key, workers, sequences } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { hostname, port } = new URL(server);
const agent = new Agent({ keepAlive: true, maxSockets: workers, ca, cert, key });

function send({ method, path, contentType }, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'application/json',
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request({ hostname, port, method, path, agent, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

let next = 0;

async function work() {
  while (next < sequences.length) {
    const sequence = sequences[next++];
    let uid = '';
    let version = '';
    for (const write of sequence) {
      const body = write.body.replaceAll('@uid@', uid).replaceAll('@version@', version);
      const answer = await send(write, body);
      if (!write.path.includes('/applications')) continue;
      uid = /"uid":"([^"]+)"/.exec(answer)[1];
      version = /"resourceVersion":"([^"]+)"/.exec(answer)[1];
    }
  }
}

const before = process.cpuUsage();
void Promise.all(Array.from({ length: workers }, work)).then(() => {
  agent.destroy();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ cpuS: (user + system) / 1e6 }));
});
