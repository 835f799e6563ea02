import {connect, createServer} from 'node:net';

/** Two sockets tied together, no rule at all: what Node can do at most. `splice-process.js PORT BACKEND_PORT`. */
const [port, backendPort] = process.argv.slice(2).map(Number) as [number, number];

createServer({noDelay: true}, (client) => {
  const dyno = connect({port: backendPort, host: '127.0.0.1', noDelay: true});
  client.on('data', (data) => dyno.write(data));
  dyno.on('data', (data) => client.write(data));
  for (const [one, other] of [
    [client, dyno],
    [dyno, client],
  ] as const) {
    one.on('error', () => undefined);
    one.on('close', () => other.destroy());
  }
}).listen(port, '127.0.0.1');
