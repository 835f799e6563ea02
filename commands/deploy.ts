import {resolve} from 'node:path';
import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import {DynoCommand} from '../src/cli/command.js';
import {uploadDirectory} from '../src/cli/upload.js';
import {appFlag, noWaitFlag} from '../src/cli/flags.js';
import {followBuild} from '../src/cli/follow.js';
import {DynoError} from '../src/model/error.js';

export default class Deploy extends DynoCommand {
  static override hiddenAliases = ['builds:create'];
  static override description = `build and release a directory
Packs the work tree as it is, without what .gitignore and .slugignore name.`;
  static override examples = ['<%= config.bin %> deploy', '<%= config.bin %> deploy examples/hello-node --app demo'];
  static override args = {directory: stringArg({description: 'directory to deploy', default: '.'})};
  static override flags = {
    ...appFlag,
    ...noWaitFlag,
    buildpack: string({char: 'b', description: 'buildpack for this build, repeatable', multiple: true}),
    version: string({description: 'version to note, for example a commit'}),
  };

  async run() {
    const {args, flags} = await this.parse(Deploy);
    const directory = resolve(args.directory);
    const app = this.appToDeploy(flags, directory);
    const {url, files, size} = await this.longProgress(
      `Uploading ${args.directory === '.' ? 'this directory' : args.directory}`,
      () => uploadDirectory(this.api, directory),
      (upload) => `done, ${upload.files} files, ${upload.size}`,
    );
    this.debug('source %s: %d files, %s', url, files, size);
    const build = await this.api.createBuild(app, {url, version: flags.version, buildpacks: flags.buildpack});
    if (flags['no-wait']) {
      this.log(`Build ${build.id} of ${app} started.`);
      return build;
    }
    return followBuild(this.api, app, build, this.output);
  }

  /** The app that is named or linked here, else the one that the deployed directory is linked to. */
  private appToDeploy(flags: {app?: string; remote?: string}, directory: string): string {
    try {
      return this.appOf(flags);
    } catch (error) {
      if (error instanceof DynoError && error.code === 'no_app') return this.appOf(flags, directory);
      throw error;
    }
  }
}
