// A server that lets in only clients with a certificate of our CA, and tells each of them who it is.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const folder = new URL('./pki/servers/web/', import.meta.url);
const port = Number(process.env.PORT ?? 8000); // 0: any port that is free

const server = createServer(
  {
    key: readFileSync(new URL('key.pem', folder)), // who we are
    cert: readFileSync(new URL('fullchain.pem', folder)),
    ca: readFileSync(new URL('ca.pem', folder)), // whose clients we let in
    requestCert: true,
    rejectUnauthorized: true,
  },
  (request, response) => {
    const { CN } = request.socket.getPeerCertificate().subject;
    response.end(`hello, ${CN}\n`);
  },
);

server.on('tlsClientError', (error) => console.error(`refused: ${error.reason ?? error.message}`));
server.listen(port, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
