// Asks the server who we are, as the client whose name is given: node client.mjs alice
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

const [name = 'alice'] = process.argv.slice(2);
const folder = new URL(`./pki/clients/${name}/`, import.meta.url);

const request = get({
  host: 'localhost', // the name that the server's certificate must carry
  port: Number(process.env.PORT ?? 8000),
  key: readFileSync(new URL('key.pem', folder)), // who we are
  cert: readFileSync(new URL('fullchain.pem', folder)),
  ca: readFileSync(new URL('ca.pem', folder)), // whose servers we believe
});

request.on('response', (response) => response.pipe(process.stdout));
request.on('error', (error) => {
  console.error(`no connection: ${error.message}`);
  process.exitCode = 1;
});
