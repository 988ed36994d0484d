// tests/api/robustness/raw.mjs - a connection that sends any bytes, for what no HTTP client would.
import net from 'node:net';
import tls from 'node:tls';

// Connects and, through TLS unless `plain`, is ready to send; `from` another address of this machine, if told.
export function connect(signet, { plain = false, from } = {}) {
  return new Promise((resolve, reject) => {
    const socket = plain
      ? net.connect({ port: signet.port, host: '127.0.0.1', localAddress: from })
      : tls.connect({ port: signet.port, host: '127.0.0.1', localAddress: from, ca: signet.ca, servername: 'localhost' });
    socket.received = '';
    socket.ended = new Promise((done) => socket.once('close', done));
    socket.on('data', (chunk) => { socket.received += chunk.toString('latin1'); });
    socket.on('error', reject);  // after the promise has settled: nothing
    socket.once(plain ? 'connect' : 'secureConnect', () => resolve(socket));
  });
}

// Everything that comes back to `bytes` until the server ends the connection.
export async function converse(signet, bytes, options) {
  const socket = await connect(signet, options);
  socket.write(Buffer.from(bytes, 'latin1'));
  await socket.ended;
  return socket.received;
}

// The answers in `text`, one after the other.
export function answersIn(text) {
  const answers = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const head = text.slice(at, end);
    const length = Number(head.match(/\r\ncontent-length: (\d+)/i)?.[1] ?? 0);
    answers.push({ status: Number(head.slice(9, 12)), head, body: text.slice(end + 4, end + 4 + length) });
    at = end + 4 + length;
  }
  return answers;
}

export const get = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
export const post = (more, path = '/api/v1/login') => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}`;
