import {readFileSync} from 'node:fs';
import {integer, string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import type {SinkOptions} from '../../src/cli/drain-sink/sink-options.js';
import {sinkBehaviour, layoutFrame} from '../../src/cli/views/sink.js';
import {DynoError} from '../../src/model/error.js';
import type {LogplexFrame} from '../../src/model/logplex-frame.js';

type Kind = SinkOptions['kind'];

export default class DrainsSink extends DynoCommand {
  static override description = `receive a drain on this machine and print its frames
It can also answer as a broken receiver does, to see how a log setup takes it.`;
  static override examples = [
    '<%= config.bin %> drains:sink --port 9000',
    '<%= config.bin %> drains:sink --kind syslog --port 9514',
    '<%= config.bin %> drains:sink --port 9000 --answer 500',
  ];
  static override flags = {
    kind: string({
      char: 'k',
      options: ['http', 'https', 'syslog', 'syslog+tls'],
      default: 'http',
      description: 'kind of drain',
    }),
    port: integer({
      char: 'p',
      default: 0,
      min: 0,
      max: 65_535,
      description: 'port on 127.0.0.1, default any that is free',
    }),
    answer: string({description: 'an HTTP status, slow:SECONDS, hang, or close', default: 'accept'}),
    certificate: string({description: 'PEM file with the certificate chain, for https and syslog+tls'}),
    key: string({description: 'PEM file with its private key'}),
  };

  async run() {
    const {flags} = await this.parse(DrainsSink);
    const behaviour = sinkBehaviour(flags.answer);
    const certificate = this.certificateOf(flags);
    const {openDrainSink} = await import('../../src/cli/drain-sink/drain-sink.js');
    const sink = await openDrainSink({
      kind: flags.kind as Kind,
      port: flags.port,
      behaviour,
      ...(certificate ? {certificate} : {}),
      onFrames: (frames, {status}) => {
        for (const frame of frames) process.stdout.write(`${this.lineOf(frame, status)}\n`);
      },
      onMalformed: (error) => this.tell(`Not in the format of a drain: ${error.message}`),
    });
    this.tell(`Listening. Send a log here with: ${this.config.bin} drains:add ${sink.url} --app APP`);
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve).once('SIGTERM', resolve);
      // Nobody reads any more: `dyno drains:sink | head`.
      process.stdout.once('error', resolve);
    });
    await sink.close();
  }

  private lineOf(frame: LogplexFrame, status: number | null): string {
    return this.jsonEnabled() ? JSON.stringify({...frame, status}) : layoutFrame(frame);
  }

  private certificateOf({kind, certificate, key}: {kind: string; certificate?: string; key?: string}) {
    if (kind !== 'https' && kind !== 'syslog+tls') return undefined;
    if (!certificate || !key)
      throw new DynoError('usage', {message: `${kind} needs --certificate FILE and --key FILE.`});
    return {certificateChain: readFileSync(certificate, 'utf8'), privateKey: readFileSync(key, 'utf8')};
  }
}
