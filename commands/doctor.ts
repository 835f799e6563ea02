import {checkMachine} from '../src/cli/checks.js';
import {DynoCommand} from '../src/cli/command.js';
import {layoutTable} from '../src/cli/layout.js';
import type {DoctorCheck} from '../src/cli/shapes.js';
import {DynoError} from '../src/model/error.js';

export default class Doctor extends DynoCommand {
  static override description = `look whether this machine can run dynos, and what holds here
Fails when something is broken; what an engine cannot do is told, and is no failure.`;
  static override examples = ['<%= config.bin %> doctor'];

  async run() {
    await this.parse(Doctor);
    const machine = checkMachine({
      nodeVersion: process.versions.node,
      home: this.installation.home.root,
      env: process.env,
    });
    const checks = [...machine, ...(await this.askPlatform())];
    const mark = {ok: this.palette.good('ok'), warn: this.palette.attention('no'), fail: this.palette.bad('!!')};
    this.logLines(
      layoutTable(checks, [
        {head: null, cell: ({state}) => mark[state]},
        {head: null, cell: ({name}) => name},
        {head: null, cell: ({detail}) => detail},
      ]),
    );
    if (checks.some(({state}) => state === 'fail')) process.exitCode = 1;
    return checks;
  }

  private async askPlatform(): Promise<DoctorCheck[]> {
    try {
      const {pid, api_url} = await this.api.local.platform();
      const platform: DoctorCheck = {name: 'Platform', state: 'ok', detail: `pid ${pid} at ${api_url}`};
      return [platform, ...(await this.askEngine())];
    } catch (error) {
      return [failed('Platform', error)];
    }
  }

  private async askEngine(): Promise<DoctorCheck[]> {
    try {
      return (await this.api.local.doctor()).checks;
    } catch (error) {
      return [failed('Engine', error)];
    }
  }
}

function failed(name: string, error: unknown): DoctorCheck {
  if (!(error instanceof DynoError)) throw error;
  const {message, remedy} = error;
  const what = message.endsWith('.') ? message : `${message}.`;
  return {name, state: 'fail', detail: [what, remedy].filter(Boolean).join(' ')};
}
