// Prints the version of the Docker Engine that answers, or says why none does and exits 1. It asks the engine itself:
// a client may be missing, or of another age than the engine (Debian's 20.10 beside a newer client).
import {request} from 'node:http';

const host = process.env.DOCKER_HOST || 'unix:///var/run/docker.sock';
const {protocol, pathname, hostname, port} = new URL(host);
if (protocol !== 'unix:' && protocol !== 'tcp:' && protocol !== 'http:') {
  console.error(`DOCKER_HOST=${host}: only unix:// and tcp:// are asked here`);
  process.exitCode = 1;
} else {
  ask(protocol === 'unix:' ? {socketPath: pathname} : {host: hostname, port: port || 2375});
}

function ask(where) {
  const asked = request({...where, path: '/version', timeout: 5000}, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text) => (body += text));
    response.on('end', () => {
      if (response.statusCode === 200) return console.log(JSON.parse(body).Version);
      fail(new Error(`HTTP ${response.statusCode}`));
    });
  });
  asked.on('timeout', () => asked.destroy(new Error('no answer within 5 s')));
  asked.on('error', fail);
  asked.end();
}

function fail(error) {
  console.error(`no Docker Engine at ${host}: ${error.message}`);
  process.exitCode = 1;
}
