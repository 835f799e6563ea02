import {Agent, createServer} from 'node:http';
import httpProxy from 'http-proxy-3';

/** Plain http-proxy with kept connections: `http-proxy-process.js PORT BACKEND_PORT`. */
const [port, backendPort] = process.argv.slice(2).map(Number) as [number, number];
const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${backendPort}`,
  agent: new Agent({keepAlive: true, maxSockets: 256}),
  xfwd: true,
});
proxy.on('error', () => undefined);
createServer((request, response) => void proxy.web(request, response)).listen(port, '127.0.0.1');
