import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {Installation} from '../support/installation.js';
import type {Flow} from './flow.js';
import type {HerokuClient} from './heroku-client.js';
import {herokuClient} from './heroku-client.js';
import type {Said} from './official-cli.js';
import {OfficialCli, told} from './official-cli.js';

export const server = `require('http').createServer((_, answer) => answer.end(process.env.DYNO)).listen(process.env.PORT);\n`;

/** An installation, a directory with an app, a key and a certificate, and the official CLI in it. */
export class Workplace {
  readonly installation: Installation;
  readonly directory: string;
  readonly cli: OfficialCli;

  private constructor(installation: Installation, directory: string, cli: OfficialCli) {
    this.installation = installation;
    this.directory = directory;
    this.cli = cli;
  }

  /** The program is where script/compat put it. */
  static async open(engine: 'docker' | 'process'): Promise<Workplace> {
    const program = process.env.DYNO_HEROKU_CLI;
    if (!program) throw new Error('Run script/compat: it installs the official CLI and sets DYNO_HEROKU_CLI.');
    const directory = mkdtempSync(join(tmpdir(), 'dyno-compat-'));
    mkdirSync(join(directory, 'source'));
    const quiet = {cwd: directory, stdio: 'ignore' as const};
    execFileSync('git', ['init', '-q', '-b', 'main', '.'], quiet);
    const subject = ['-subj', '/CN=secure.test', '-addext', 'subjectAltName=DNS:secure.test', '-days', '30'];
    const files = ['-keyout', 'server.key', '-out', 'server.crt'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], quiet);
    writeFileSync(join(directory, 'edit.sh'), '#!/bin/sh\nprintf "\\nEDITED=yes\\n" >>"$1"\n', {mode: 0o755});
    writeFileSync(
      join(directory, 'key.pub'),
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEoyoKLBQ5OvDqvFKKu6cg3NyhbUgnyyMAbIkvJ9pRJb me@test\n',
    );
    const installation = await Installation.make(engine);
    return new Workplace(installation, directory, await OfficialCli.at(installation, program, directory));
  }

  /** The app `demo`, deployed. */
  async demo(): Promise<void> {
    await this.installation.ok('create', 'demo', '--no-remote');
    await this.deploy('demo');
  }

  /** Gives an app code with a web and a worker process. */
  async deploy(app: string): Promise<void> {
    this.write('Procfile', 'web: node server.js\nworker: while true; do echo tick; sleep 5; done\n');
    this.write('server.js', server);
    await this.installation.ok('deploy', join(this.directory, 'source'), '-a', app);
  }

  /** Runs `heroku …`, whose status, output and effect must be so. */
  async prove({type, input, status = 0, out, err, then}: Flow): Promise<void> {
    const said: Said = await this.cli.run(type, input);
    expect(said.status, told(said)).to.equal(status);
    if (out) expect(said.stdout, told(said)).to.match(out);
    if (err) expect(unwrapped(said.stderr), told(said)).to.match(err);
    if (then) expect(await this.api(then[0])).to.match(then[1]);
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
    const headers = {authorization: `Bearer ${this.#token}`};
    return (await fetch(`http://127.0.0.1:${this.installation.port}${path}`, {headers})).text();
  }

  /** The npm package heroku-client, pointed at the installation. */
  client(): HerokuClient {
    return herokuClient(this.cli.program, {host: `http://127.0.0.1:${this.installation.port}`, token: this.#token});
  }

  get #token(): string {
    return readFileSync(join(this.installation.home, 'token'), 'utf8').trim();
  }

  async close(): Promise<void> {
    await this.installation.remove();
    rmSync(this.directory, {recursive: true, force: true, maxRetries: 5});
  }
}

/** The official CLI breaks and marks the lines of its errors. */
const unwrapped = (stderr: string): string => stderr.replace(/\s*\n\s*›\s*/g, ' ');
