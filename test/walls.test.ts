import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {ESLint} from 'eslint';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file, and an import that it may have. Paths are as they would be written in that file. */
const ALLOWED: [file: string, imported: string][] = [
  ['commands/ps.ts', '@oclif/core'],
  ['commands/ps.ts', '@oclif/core/command'],
  ['commands/ps/scale.ts', '../../src/cli/base-command.js'],
  ['commands/ps.ts', '../src/model/dyno.js'],
  ['src/cli/print.ts', 'chalk'],
  ['src/cli/print.ts', '../client/client.js'],
  ['src/client/client.ts', '../model/app.js'],
  ['src/client/client.ts', 'undici'],
  ['src/platform/api/server.ts', 'fastify'],
  ['src/platform/api/server.ts', '../store/store.js'],
  ['src/platform/main.ts', '../runtime/client.js'],
  ['src/platform/releases/rollback.ts', '../../runtime/protocol.js'],
  ['src/platform/store/store.ts', 'libsql'],
  ['src/runtime/runtime.ts', '../router/router.js'],
  ['src/runtime/runtime.ts', '../engine/docker/docker-engine.js'],
  ['src/runtime/client.ts', './protocol.js'],
  ['src/dyno-manager/plan.ts', '../engine/engine.js'],
  ['src/dyno-manager/plan.ts', '../model/dyno.js'],
  ['src/dyno-manager/plan.ts', './step.js'],
  ['src/logplex/drain.ts', 'node:tls'],
  ['src/engine/docker/docker-engine.ts', 'dockerode'],
  ['src/engine/docker/docker-engine.ts', '../engine.js'],
  ['src/engine/process/process-engine.ts', 'execa'],
  ['src/model/domain.ts', 'ipaddr.js'],
  ['src/model/domain.ts', './error.js'],
  ['src/index.ts', './runtime/runtime.js'],
  ['test/anything.test.ts', '../src/platform/store/store.js'],
];

const FORBIDDEN: [file: string, imported: string][] = [
  ['src/router/upgrade.ts', 'http-proxy-3'],
  ['commands/ps.ts', '../src/client/client.js'],
  ['commands/ps.ts', '../src/platform/main.js'],
  ['commands/ps.ts', './apps.js'],
  ['commands/ps.ts', 'chalk'],
  ['src/cli/print.ts', '../platform/main.js'],
  ['src/cli/print.ts', '../runtime/client.js'],
  ['src/cli/print.ts', 'undici'],
  ['src/client/client.ts', '../cli/print.js'],
  ['src/client/client.ts', '../runtime/client.js'],
  ['src/platform/main.ts', '../runtime/runtime.js'],
  ['src/platform/main.ts', '../engine/engine.js'],
  ['src/platform/main.ts', '../router/router.js'],
  ['src/platform/api/server.ts', '../../engine/docker/docker-engine.js'],
  ['src/platform/api/server.ts', 'libsql'],
  ['src/platform/store/apps.ts', 'fastify'],
  ['src/platform/store/store.ts', '../api/server.js'],
  ['src/runtime/runtime.ts', '../platform/main.js'],
  ['src/runtime/runtime.ts', '../cli/print.js'],
  ['src/runtime/runtime.ts', 'dockerode'],
  ['src/runtime/client.ts', './runtime.js'],
  ['src/dyno-manager/plan.ts', '../engine/docker/docker-engine.js'],
  ['src/dyno-manager/plan.ts', '../router/router.js'],
  ['src/dyno-manager/plan.ts', '../logplex/logplex.js'],
  ['src/router/router.ts', '../dyno-manager/plan.js'],
  ['src/router/router.ts', '../engine/engine.js'],
  ['src/router/router.ts', '../logplex/logplex.js'],
  ['src/logplex/logplex.ts', '../router/router.js'],
  ['src/engine/docker/docker-engine.ts', '../process/process-engine.js'],
  ['src/engine/docker/docker-engine.ts', 'execa'],
  ['src/engine/process/process-engine.ts', 'dockerode'],
  ['src/engine/engine.ts', '../runtime/runtime.js'],
  ['src/model/dyno.ts', '../engine/engine.js'],
  ['src/model/dyno.ts', 'node:fs'],
  ['src/model/dyno.ts', 'fs/promises'],
  ['src/model/dyno.ts', 'undici'],
  ['src/cli/print.ts', 'left-pad'],
];

/** Every way to write an import that TypeScript has. */
const FORMS: ((imported: string) => string)[] = [
  (imported) => `import {a} from '${imported}';\nconsole.log(a);\n`,
  (imported) => `import type {A} from '${imported}';\nexport const a: A = 1;\n`,
  (imported) => `import '${imported}';\n`,
  (imported) => `export {a} from '${imported}';\n`,
  (imported) => `export * from '${imported}';\n`,
  (imported) => `export const a = import('${imported}');\n`,
  (imported) => `export type A = import('${imported}').A;\n`,
];

describe('the walls between the parts', function () {
  this.timeout(60_000);

  // The project's own settings, less the rules that need types: these files do not exist.
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: [{files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked}],
  });

  async function brokenRules(file: string, text: string): Promise<(string | null)[]> {
    const [result] = await eslint.lintText(text, {filePath: `${root}${file}`});
    return (result?.messages ?? []).map(({ruleId}) => ruleId);
  }

  for (const [file, imported] of ALLOWED) {
    it(`${file} may import ${imported}`, async () => {
      for (const form of FORMS) {
        const text = form(imported);
        expect(await brokenRules(file, text), text).not.to.include('dyno/import-walls');
      }
    });
  }

  for (const [file, imported] of FORBIDDEN) {
    it(`${file} may not import ${imported}`, async () => {
      for (const form of FORMS) {
        const text = form(imported);
        expect(await brokenRules(file, text), text).to.include('dyno/import-walls');
      }
    });
  }

  it('a process is ended in bin/ only', async () => {
    for (const file of ['src/platform/main.ts', 'commands/ps.ts', 'test/anything.test.ts']) {
      expect(await brokenRules(file, 'process.exit(1);\n'), file).to.deep.equal(['no-restricted-properties']);
    }
    expect(await brokenRules('bin/run.js', 'process.exit(1);\n')).to.deep.equal([]);
  });

  it('only a command is a default export', async () => {
    expect(await brokenRules('src/router/router.ts', 'export default class {}\n')).to.deep.equal([
      'no-restricted-exports',
    ]);
    expect(await brokenRules('commands/ps.ts', 'export default class {}\n')).to.deep.equal([]);
  });
});
