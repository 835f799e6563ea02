import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Installation} from '../support/installation.js';
import {OfficialCli} from './official-cli.js';

export const server = `require('http').createServer((_, answer) => answer.end(process.env.DYNO)).listen(process.env.PORT);\n`;

/** An installation on the process engine, a directory with an app, a key and a certificate, and the official CLI in it. */
export class Workplace {
  readonly installation: Installation;
  readonly directory: string;
  readonly cli: OfficialCli;

  private constructor(installation: Installation, directory: string, cli: OfficialCli) {
    this.installation = installation;
    this.directory = directory;
    this.cli = cli;
  }

  static async open(program: string): Promise<Workplace> {
    const directory = mkdtempSync(join(tmpdir(), 'dyno-compat-'));
    mkdirSync(join(directory, 'source'));
    const quiet = {cwd: directory, stdio: 'ignore' as const};
    execFileSync('git', ['init', '-q', '-b', 'main', '.'], quiet);
    const subject = ['-subj', '/CN=secure.test', '-addext', 'subjectAltName=DNS:secure.test', '-days', '30'];
    const files = ['-keyout', 'server.key', '-out', 'server.crt'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], quiet);
    writeFileSync(
      join(directory, 'key.pub'),
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEoyoKLBQ5OvDqvFKKu6cg3NyhbUgnyyMAbIkvJ9pRJb me@test\n',
    );
    const installation = await Installation.make('process');
    const place = new Workplace(installation, directory, await OfficialCli.at(installation, program, directory));
    place.write('Procfile', 'web: node server.js\nworker: while true; do echo tick; sleep 5; done\n');
    place.write('server.js', server);
    await installation.ok('create', 'demo', '--no-remote');
    await installation.ok('deploy', join(directory, 'source'), '-a', 'demo');
    return place;
  }

  /** A file of the app. */
  write(name: string, text: string): void {
    writeFileSync(join(this.directory, 'source', name), text);
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), 'utf8');
  }

  /** What a call of the API answers, as text. */
  async api(path: string): Promise<string> {
    const token = readFileSync(join(this.installation.home, 'token'), 'utf8').trim();
    const headers = {authorization: `Bearer ${token}`};
    return (await fetch(`http://127.0.0.1:${this.installation.port}${path}`, {headers})).text();
  }

  async close(): Promise<void> {
    await this.installation.remove();
    rmSync(this.directory, {recursive: true, force: true, maxRetries: 5});
  }
}
