import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {isDuplicate} from './database.js';
import {Table} from './table.js';

export interface Team {
  id: string;
  name: string;
  isDefault: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface TeamMember {
  id: string;
  teamId: string;
  email: string;
  userId: string;
  role: string;
  createdAt: string;
  updatedAt: string;
}

export class TeamRows {
  readonly #teams: Table<Team>;
  readonly #members: Table<TeamMember>;

  constructor(db: Database) {
    const times = {createdAt: 'created_at', updatedAt: 'updated_at'} as const;
    this.#teams = new Table<Team>(db, 'teams', 'name', {
      id: 'id',
      name: 'name',
      isDefault: ['is_default', 'flag'],
      ...times,
    });
    this.#members = new Table<TeamMember>(db, 'team_members', 'email', {
      id: 'id',
      teamId: 'team_id',
      email: 'email',
      userId: 'user_id',
      role: 'role',
      ...times,
    });
  }

  list(): Team[] {
    return this.#teams.list();
  }

  default(): Team | undefined {
    return this.#teams.find('is_default = 1', {});
  }

  /** By id or name. @throws DynoError not_found */
  get(identity: string): Team {
    const team = this.#teams.find('id = @identity OR name = @identity', {identity});
    if (!team) throw new DynoError('not_found', {resource: 'team'});
    return team;
  }

  /** @throws DynoError invalid_params when the name is taken */
  insert(team: Team): Team {
    return unlessTaken(team.name, () => this.#teams.insert(team));
  }

  /** @throws DynoError invalid_params when the name is taken */
  update(id: string, change: Partial<Pick<Team, 'name' | 'updatedAt'>>): void {
    unlessTaken(change.name ?? '', () => this.#teams.update(id, change));
  }

  delete(id: string): void {
    this.#teams.delete(id);
  }

  membersOf(teamId: string): TeamMember[] {
    return this.#members.list('team_id = @teamId', {teamId});
  }

  findMember(teamId: string, identity: string): TeamMember | undefined {
    return this.#members.find('team_id = @teamId AND (id = @identity OR email = @identity OR user_id = @identity)', {
      teamId,
      identity,
    });
  }

  insertMember(member: TeamMember): TeamMember {
    return this.#members.insert(member);
  }

  updateMember(id: string, change: Partial<Pick<TeamMember, 'role' | 'updatedAt'>>): void {
    this.#members.update(id, change);
  }

  deleteMember(id: string): void {
    this.#members.delete(id);
  }
}

function unlessTaken<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (isDuplicate(error)) throw new DynoError('invalid_params', {message: `Name ${name} is already taken`});
    throw error;
  }
}
