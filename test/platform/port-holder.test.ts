import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import type {AddressInfo, Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {portHolder} from '../../src/platform/port-holder.js';

describe('the holder of a port', () => {
  let server: Server;
  let port: number;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dyno-port-'));
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({port} = server.address() as AddressInfo);
  });
  after(async () => {
    rmSync(folder, {recursive: true, force: true});
    await new Promise((resolve) => server.close(resolve));
  });

  const lsof = (script: string): string => {
    const path = join(folder, 'lsof');
    writeFileSync(path, `#!/bin/sh\n${script}\n`, {mode: 0o755});
    return path;
  };

  it('is found in /proc', () => {
    expect(portHolder(port, 'linux')).to.match(new RegExp(`^node .*\\(pid ${process.pid}\\)$`));
  });

  it('is what lsof says where there is no /proc', () => {
    const asked = `[ "$*" = "-nP -t -iTCP:${port} -sTCP:LISTEN" ] && echo ${process.pid} && echo 1`;
    expect(portHolder(port, 'darwin', lsof(asked))).to.match(new RegExp(`^node .*\\(pid ${process.pid}\\)$`));
  });

  it('is another program when nobody can tell', () => {
    expect(portHolder(port, 'darwin', lsof('exit 1'))).to.equal('another program');
    expect(portHolder(port, 'darwin', join(folder, 'none'))).to.equal('another program');
  });
});
