import {boolean, string} from '@oclif/core/flags';
import {noWaitFlag} from '../../src/cli/flags.js';
import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {layoutSpace} from '../../src/cli/views/spaces.js';

export default class SpacesCreate extends SpaceCommand {
  static override description = 'create a private space: its own network, router and outbound addresses';
  static override examples = [
    '<%= config.bin %> spaces:create acme',
    '<%= config.bin %> spaces:create acme --cidr 10.40.0.0/16',
  ];
  static override args = spaceArgument;
  static override flags = {
    ...spaceName,
    ...noWaitFlag,
    cidr: string({description: 'RFC 1918 range of the space'}),
    'data-cidr': string({description: 'RFC 1918 range of its data services'}),
    region: string({description: 'region'}),
    shield: boolean({description: 'a Shield space'}),
    team: string({char: 't', description: 'team that owns it'}),
  };

  async run() {
    const {args, flags} = await this.parse(SpacesCreate);
    const name = this.spaceOf(flags, args);
    const {cidr, region, shield} = flags;
    const team = flags.team ?? (await this.api.teams())[0]?.name ?? '';
    const order = {name, team, cidr, data_cidr: flags['data-cidr'], region, shield};
    const space = await this.longProgress(`Creating space ${this.palette.name(name)} in team ${team}`, async (tell) => {
      const created = await this.api.spaces.create(order);
      return flags['no-wait'] ? created : this.untilAllocated(created, tell);
    });
    this.logHeading(this.palette.name(space.name));
    this.logLines(layoutSpace(space, await this.natOf(space)));
    return space;
  }
}
