import {createHash} from 'node:crypto';
import {request} from 'node:http';
import type {Agent, IncomingMessage} from 'node:http';

export interface Outcome {
  status: number;
  /** the body came back whole, and the dyno saw the same */
  intact: boolean;
}

/** Sends a body to an app that echoes it, followed by its hash as the trailer `x-hash`. */
export function sendEcho(port: number, agent: Agent, body: Buffer): Promise<Outcome> {
  return new Promise((resolve) => {
    const headers = {host: 'demo.localhost', 'content-length': body.length};
    const outgoing = request({port, host: '127.0.0.1', method: 'POST', path: '/echo', agent, headers});
    outgoing.on('response', (response: IncomingMessage) => {
      const hash = createHash('sha256');
      response.on('data', (data: Buffer) => hash.update(data));
      response.on('error', () => resolve({status: response.statusCode!, intact: false}));
      response.on('end', () => {
        const [seen, sent] = [hash.digest('hex'), createHash('sha256').update(body).digest('hex')];
        const intact = response.complete && seen === sent && response.trailers['x-hash'] === sent;
        resolve({status: response.statusCode!, intact});
      });
    });
    outgoing.on('error', () => resolve({status: 0, intact: false}));
    outgoing.end(body);
  });
}

/** Command of such an app. It ends politely, but for `GET /crash`. */
export const ECHO_COMMAND = `node -e '
const {createHash} = require("crypto");
const server = require("http").createServer({keepAliveTimeout: 95000}, (incoming, response) => {
  if (incoming.url === "/crash") return process.kill(process.pid, "SIGKILL");
  const hash = createHash("sha256");
  response.writeHead(200, {trailer: "x-hash"});
  incoming.on("data", (data) => {
    hash.update(data);
    if (response.write(data)) return;
    incoming.pause();
    response.once("drain", () => incoming.resume());
  });
  incoming.on("end", () => {
    response.addTrailers({"x-hash": hash.digest("hex")});
    response.end();
  });
}).listen(process.env.PORT);
process.on("SIGTERM", () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });'`;
